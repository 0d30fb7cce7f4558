/* SPDX-License-Identifier: Apache-2.0 */
/* Pipelines: {{ pipeline }}. A command is operands with blanks between; '|' hands its result on as
 * the last argument of the next. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "cli/template_internal.h"

enum {
	OPERANDS_MAX = 32,
	DEPTH_MAX = 16,
};

struct parser {
	struct template_run *run;
	const char *at;
	const struct json_value *dot;
};

static void skip_blanks(struct parser *parser)
{
	parser->at += strspn(parser->at, " \t\n");
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static const char *take_name(struct parser *parser)
{
	const char *begin = parser->at;

	while (is_name(*parser->at))
		parser->at++;
	return arena_strndup(parser->run->arena, begin, (size_t)(parser->at - begin));
}

/* ".A.B" from a value on. */
static int take_fields(struct parser *parser, const struct json_value **value, struct err *err)
{
	while (parser->at[0] == '.' && is_name(parser->at[1])) {
		const struct json_value *object = *value;
		const char *name;
		size_t i = 0;

		parser->at++;
		name = take_name(parser);
		if (object->kind != JSON_KIND_OBJECT)
			return template_fail(err, "\".%s\" of a value that has no fields", name);
		while (i < object->length && strcmp(object->members[i].key, name) != 0)
			i++;
		if (i == object->length)
			return template_fail(err, "there is no field \".%s\"", name);
		*value = &object->members[i].value;
	}
	return 0;
}

static int take_variable(struct parser *parser, const struct json_value **ret, struct err *err)
{
	const struct template_run *run = parser->run;
	const char *name;

	parser->at++;
	name = arena_printf(run->arena, "$%s", take_name(parser));
	if (name[1] == '\0') {
		*ret = run->root;
		return take_fields(parser, ret, err);
	}
	for (size_t i = run->n_variables; i-- > 0;)
		if (strcmp(run->variables[i].name, name) == 0) {
			*ret = run->variables[i].value;
			return take_fields(parser, ret, err);
		}
	return template_fail(err, "there is no variable \"%.50s\"", name);
}

/* "text" with \" \\ \n \t, or `text` as it is. */
static int take_string(struct parser *parser, const struct json_value **ret, struct err *err)
{
	char quote = *parser->at++;
	char *text = arena_alloc(parser->run->arena, strlen(parser->at) + 1);
	size_t length = 0;

	for (; *parser->at && *parser->at != quote; parser->at++) {
		char c = *parser->at;

		if (c == '\\' && quote == '"' && parser->at[1]) {
			c = *++parser->at;
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		text[length++] = c;
	}
	if (*parser->at != quote)
		return template_fail(err, "a string without its end");
	parser->at++;
	text[length] = '\0';
	*ret = template_string(parser->run->arena, text);
	return 0;
}

static int take_number(struct parser *parser, const struct json_value **ret, struct err *err)
{
	struct json_value *value = ARENA_NEW(parser->run->arena, struct json_value);
	const char *text = take_name(parser);

	value->kind = JSON_KIND_INTEGER;
	if (parse_u64(text, &value->integer) < 0)
		return template_fail(err, "\"%.50s\" is not a number", text);
	*ret = value;
	return 0;
}

/* "( pipeline )": its text is found by counting brackets outside of strings. */
static int take_brackets(struct parser *parser, const struct json_value **ret, struct err *err)
{
	const char *begin = ++parser->at;
	int open = 1, r;
	char quote = '\0';

	for (; *parser->at; parser->at++) {
		char c = *parser->at;

		if (quote) {
			if (c == '\\' && quote == '"' && parser->at[1])
				parser->at++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '`') {
			quote = c;
		} else if (c == '(') {
			open++;
		} else if (c == ')' && --open == 0) {
			break;
		}
	}
	if (open > 0)
		return template_fail(err, "a bracket without its end");
	r = template_evaluate(parser->run,
		arena_strndup(parser->run->arena, begin, (size_t)(parser->at - begin)), parser->dot,
		ret, err);
	parser->at++;
	return r < 0 ? r : take_fields(parser, ret, err);
}

static int take_operand(struct parser *parser, const struct json_value **ret, struct err *err)
{
	char c = *parser->at;

	if (c == '.') {
		*ret = parser->dot;
		if (!is_name(parser->at[1]))
			parser->at++;
		return take_fields(parser, ret, err);
	}
	if (c == '$')
		return take_variable(parser, ret, err);
	if (c == '"' || c == '`')
		return take_string(parser, ret, err);
	if (c == '(')
		return take_brackets(parser, ret, err);
	if (c >= '0' && c <= '9')
		return take_number(parser, ret, err);
	return template_fail(err, "\"%.20s\" is not understood", parser->at);
}

static const struct json_value *take_word(struct parser *parser, const char *name)
{
	static const struct json_value yes = { .kind = JSON_KIND_BOOL, .is_true = true };
	static const struct json_value no = { .kind = JSON_KIND_BOOL };

	(void)parser;
	return strcmp(name, "true") == 0 ? &yes : strcmp(name, "false") == 0 ? &no : NULL;
}

/* One command up to '|' or the end; piped: what the one before gave, or NULL. */
static int run_command(struct parser *parser, const struct json_value *piped,
	const struct json_value **ret, struct err *err)
{
	const struct json_value *operands[OPERANDS_MAX + 1];
	const char *function = NULL;
	size_t n = 0;

	skip_blanks(parser);
	if (is_name(*parser->at) && !(*parser->at >= '0' && *parser->at <= '9')) {
		function = take_name(parser);
		operands[0] = take_word(parser, function);
		if (operands[0]) {
			function = NULL;
			n = 1;
		}
	}
	for (skip_blanks(parser); *parser->at && *parser->at != '|'; skip_blanks(parser)) {
		int r;

		if (n == OPERANDS_MAX)
			return template_fail(err, "too many arguments");
		r = take_operand(parser, &operands[n++], err);
		if (r < 0)
			return r;
	}
	if (!function && n == 0)
		return template_fail(err, "a command is missing");
	if (piped)
		operands[n++] = piped;
	if (function)
		return template_call(parser->run, function, operands, n, ret, err);
	if (n != 1)
		return template_fail(err, "a value is no function and takes no arguments");
	*ret = operands[0];
	return 0;
}

int template_evaluate(struct template_run *run, const char *pipeline, const struct json_value *dot,
	const struct json_value **ret, struct err *err)
{
	struct parser parser = { run, pipeline, dot };
	const struct json_value *value = NULL;
	int r;

	if (++run->depth > DEPTH_MAX)
		return template_fail(err, "nested too deeply");
	r = run_command(&parser, NULL, &value, err);
	while (r == 0 && *parser.at == '|') {
		parser.at++;
		r = run_command(&parser, value, &value, err);
	}
	run->depth--;
	if (r == 0)
		*ret = value;
	return r;
}
