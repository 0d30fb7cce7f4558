/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"

#include <errno.h>
#include <regex.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

enum { DEPTH_MAX = 64 };

enum filter_kind {
	FILTER_COLUMN,
	FILTER_WORD, /* a string or a number */
	FILTER_NOT,
	FILTER_AND,
	FILTER_OR,
	FILTER_EQ,
	FILTER_NE,
	FILTER_LT,
	FILTER_LE,
	FILTER_GT,
	FILTER_GE,
	FILTER_LIKE,
	FILTER_UNLIKE,
};

struct filter_node {
	enum filter_kind kind;
	const struct filter_node *left, *right;
	size_t column;
	const char *word;
	regex_t regex;
	struct filter_node *next; /* in the filter's list of those with a regex */
};

struct parser {
	struct arena *arena;
	const char *at;
	filter_find_column *find_column;
	unsigned depth;
	struct filter_node *expressions;
	struct err *err;
};

/* Longer signs in front of those that they begin with. */
static const struct {
	const char *sign;
	enum filter_kind kind;
} comparisons[] = {
	{ "==", FILTER_EQ },
	{ "!=", FILTER_NE },
	{ "<=", FILTER_LE },
	{ ">=", FILTER_GE },
	{ "=~", FILTER_LIKE },
	{ "!~", FILTER_UNLIKE },
	{ "<", FILTER_LT },
	{ ">", FILTER_GT },
	{ "eq", FILTER_EQ },
	{ "ne", FILTER_NE },
	{ "lt", FILTER_LT },
	{ "le", FILTER_LE },
	{ "gt", FILTER_GT },
	{ "ge", FILTER_GE },
};

static const char name_characters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_%:/-.";

static int refuse(struct parser *parser, const char *expected)
{
	err_fail(parser->err, EINVAL, "filter: %s expected at \"%s\"", expected,
		parser->at[0] ? parser->at : "the end");
	return err_hint(parser->err, "for example: USER != \"root\" and NPROCS > 1");
}

static void skip_spaces(struct parser *parser)
{
	parser->at += strspn(parser->at, " \t\n");
}

static bool is_word(const char *sign)
{
	return strchr(name_characters, sign[0]) != NULL;
}

/* A word ends where no character of a name follows; "ne" is not the beginning of "net". */
static bool take(struct parser *parser, const char *sign)
{
	const char *rest;

	skip_spaces(parser);
	rest = text_after_prefix(parser->at, sign);
	if (!rest || (is_word(sign) && rest[0] != '\0' && strchr(name_characters, rest[0])))
		return false;
	parser->at = rest;
	return true;
}

static const struct filter_node *make(struct parser *parser, enum filter_kind kind,
	const struct filter_node *left, const struct filter_node *right)
{
	struct filter_node *filter = ARENA_NEW(parser->arena, struct filter_node);

	*filter = (struct filter_node){ .kind = kind, .left = left, .right = right };
	return filter;
}

static int parse_or(struct parser *parser, const struct filter_node **ret);

static int parse_string(struct parser *parser, const struct filter_node **ret)
{
	char quote = *parser->at++;
	const char *end = strchr(parser->at, quote);
	struct filter_node *filter = ARENA_NEW(parser->arena, struct filter_node);

	if (!end)
		return refuse(parser, "a closing quote");
	*filter = (struct filter_node){
		.kind = FILTER_WORD,
		.word = arena_strndup(parser->arena, parser->at, (size_t)(end - parser->at)),
	};
	parser->at = end + 1;
	*ret = filter;
	return 0;
}

/* A number or the name of a column. */
static int parse_name(struct parser *parser, const struct filter_node **ret)
{
	size_t length = strspn(parser->at, name_characters);
	struct filter_node *filter = ARENA_NEW(parser->arena, struct filter_node);
	int64_t number;
	int r;

	if (length == 0)
		return refuse(parser, "a column, a number or a string in quotes");
	filter->word = arena_strndup(parser->arena, parser->at, length);
	filter->kind = FILTER_WORD;
	if (parse_i64(filter->word, &number) < 0) {
		filter->kind = FILTER_COLUMN;
		r = parser->find_column(parser->at, length, &filter->column, parser->err);
		if (r < 0)
			return err_while(parser->err, "filter");
	}
	parser->at += length;
	*ret = filter;
	return 0;
}

static int parse_operand(struct parser *parser, const struct filter_node **ret)
{
	skip_spaces(parser);
	if (parser->at[0] == '"' || parser->at[0] == '\'')
		return parse_string(parser, ret);
	return parse_name(parser, ret);
}

static int compile(struct parser *parser, struct filter_node *filter)
{
	if (filter->right->kind != FILTER_WORD)
		return refuse(parser, "a string behind =~ and !~");
	if (regcomp(&filter->regex, filter->right->word, REG_EXTENDED | REG_NOSUB) != 0)
		return err_fail(parser->err, EINVAL, "filter: \"%s\" is no regular expression",
			filter->right->word);
	filter->next = parser->expressions;
	parser->expressions = filter;
	return 0;
}

static int parse_comparison(struct parser *parser, const struct filter_node **ret)
{
	const struct filter_node *left, *right;
	int r = parse_operand(parser, &left);

	if (r < 0)
		return r;
	*ret = left;
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		struct filter_node *filter;

		if (!take(parser, comparisons[i].sign))
			continue;
		r = parse_operand(parser, &right);
		if (r < 0)
			return r;
		filter = (struct filter_node *)make(parser, comparisons[i].kind, left, right);
		*ret = filter;
		if (filter->kind == FILTER_LIKE || filter->kind == FILTER_UNLIKE)
			return compile(parser, filter);
		return 0;
	}
	return 0;
}

static int parse_primary(struct parser *parser, const struct filter_node **ret)
{
	int r;

	if (!take(parser, "("))
		return parse_comparison(parser, ret);
	r = parse_or(parser, ret);
	if (r == 0 && !take(parser, ")"))
		return refuse(parser, "\")\"");
	return r;
}

static int parse_not(struct parser *parser, const struct filter_node **ret)
{
	const struct filter_node *inner;
	int r;

	if (++parser->depth > DEPTH_MAX)
		return err_fail(parser->err, EINVAL, "filter: nested more than %d deep", DEPTH_MAX);
	if (take(parser, "not") || take(parser, "NOT") || take(parser, "!")) {
		r = parse_not(parser, &inner);
		if (r == 0)
			*ret = make(parser, FILTER_NOT, inner, NULL);
	} else {
		r = parse_primary(parser, ret);
	}
	parser->depth--;
	return r;
}

static int parse_and(struct parser *parser, const struct filter_node **ret)
{
	int r = parse_not(parser, ret);

	while (r == 0 && (take(parser, "&&") || take(parser, "and") || take(parser, "AND"))) {
		const struct filter_node *right;

		r = parse_not(parser, &right);
		if (r == 0)
			*ret = make(parser, FILTER_AND, *ret, right);
	}
	return r;
}

static int parse_or(struct parser *parser, const struct filter_node **ret)
{
	int r = parse_and(parser, ret);

	while (r == 0 && (take(parser, "||") || take(parser, "or") || take(parser, "OR"))) {
		const struct filter_node *right;

		r = parse_and(parser, &right);
		if (r == 0)
			*ret = make(parser, FILTER_OR, *ret, right);
	}
	return r;
}

int filter_parse(struct arena *arena, const char *text, filter_find_column *find_column,
	struct filter *ret, struct err *err)
{
	struct parser parser = {
		.arena = arena, .at = text, .find_column = find_column, .err = err
	};
	struct filter filter = { NULL };
	int r = parse_or(&parser, &filter.root);

	skip_spaces(&parser);
	if (r == 0 && parser.at[0] != '\0')
		r = refuse(&parser, "\"and\", \"or\" or nothing");
	filter.expressions = parser.expressions;
	if (r < 0)
		filter_done(&filter);
	else
		*ret = filter;
	return r;
}

void filter_done(struct filter *filter)
{
	for (; filter->expressions; filter->expressions = filter->expressions->next)
		regfree(&filter->expressions->regex);
}

/* ---- matching ---- */

struct row {
	filter_value *value;
	void *context;
};

static const char *operand(const struct filter_node *filter, const struct row *row)
{
	return filter->kind == FILTER_WORD ? filter->word
					   : row->value(row->context, filter->column);
}

static int compare(const char *left, const char *right)
{
	int64_t a, b;

	if (parse_i64(left, &a) == 0 && parse_i64(right, &b) == 0)
		return (a > b) - (a < b);
	return strcmp(left, right);
}

static bool compares(const struct filter_node *filter, const struct row *row)
{
	const char *left = operand(filter->left, row);
	const char *right = operand(filter->right, row);
	bool is_negative = filter->kind == FILTER_NE || filter->kind == FILTER_UNLIKE;

	if (!left || !right)
		return is_negative && left != right;
	switch (filter->kind) {
	case FILTER_EQ:
		return compare(left, right) == 0;
	case FILTER_NE:
		return compare(left, right) != 0;
	case FILTER_LT:
		return compare(left, right) < 0;
	case FILTER_LE:
		return compare(left, right) <= 0;
	case FILTER_GT:
		return compare(left, right) > 0;
	case FILTER_GE:
		return compare(left, right) >= 0;
	case FILTER_LIKE:
		return regexec(&filter->regex, left, 0, NULL, 0) == 0;
	case FILTER_UNLIKE:
		return regexec(&filter->regex, left, 0, NULL, 0) != 0;
	case FILTER_COLUMN:
	case FILTER_WORD:
	case FILTER_NOT:
	case FILTER_AND:
	case FILTER_OR:
		break;
	}
	return false;
}

static bool matches(const struct filter_node *filter, const struct row *row)
{
	const char *text;

	switch (filter->kind) {
	case FILTER_NOT:
		return !matches(filter->left, row);
	case FILTER_AND:
		return matches(filter->left, row) && matches(filter->right, row);
	case FILTER_OR:
		return matches(filter->left, row) || matches(filter->right, row);
	case FILTER_COLUMN:
	case FILTER_WORD:
		text = operand(filter, row);
		return !text_is_empty(text) && !text_equal(text, "0");
	case FILTER_EQ:
	case FILTER_NE:
	case FILTER_LT:
	case FILTER_LE:
	case FILTER_GT:
	case FILTER_GE:
	case FILTER_LIKE:
	case FILTER_UNLIKE:
		break;
	}
	return compares(filter, row);
}

bool filter_matches(const struct filter *filter, filter_value *value, void *context)
{
	const struct row row = { value, context };

	return !filter->root || matches(filter->root, &row);
}
