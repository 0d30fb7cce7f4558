/* SPDX-License-Identifier: Apache-2.0 */
/* Text with actions between. Blocks are rendered by walking over their text, once for each round;
 * with `skips` set nothing is evaluated, only the block's end is looked for. */
#include "cli/template.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cli/template_internal.h"

enum { BLOCKS_MAX = 16 };

/* How a stretch of text ended. */
enum ending {
	ENDING_TEXT, /* the template's end */
	ENDING_END,  /* {{end}} */
	ENDING_ELSE, /* {{else}}, {{else if}} … */
};

struct action {
	const char *text; /* trimmed */
	const char *after;
	bool trims_before, trims_after;
};

static void put(struct template_run *run, const char *text, size_t length)
{
	if (run->out_length + length + 1 > run->out_capacity) {
		size_t capacity = (run->out_length + length + 1) * 2;
		char *out = arena_alloc(run->arena, capacity);

		if (run->out_length > 0)
			memcpy(out, run->out, run->out_length);
		run->out = out;
		run->out_capacity = capacity;
	}
	memcpy(run->out + run->out_length, text, length);
	run->out_length += length;
	run->out[run->out_length] = '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* at stands behind "{{". A "}}" in a string is not the end. */
static int read_action(struct arena *arena, const char *at, struct action *ret, struct err *err)
{
	const char *begin, *end;
	char quote = '\0';

	ret->trims_before = at[0] == '-' && is_blank(at[1]);
	begin = at += ret->trims_before;
	for (; *at && (quote || strncmp(at, "}}", 2) != 0); at++) {
		if (quote == '"' && *at == '\\' && at[1])
			at++;
		else if (quote ? *at == quote : *at == '"' || *at == '`')
			quote = quote ? '\0' : *at;
	}
	if (!*at)
		return template_fail(err, "{{ without its }}");
	end = at;
	ret->after = at + 2;
	ret->trims_after = end - begin >= 2 && end[-1] == '-' && is_blank(end[-2]);
	end -= ret->trims_after;
	while (begin < end && is_blank(*begin))
		begin++;
	while (begin < end && is_blank(end[-1]))
		end--;
	ret->text = arena_strndup(arena, begin, (size_t)(end - begin));
	if (ret->trims_after)
		while (is_blank(*ret->after))
			ret->after++;
	return 0;
}

/* The rest behind a keyword, or NULL. */
static const char *behind_keyword(const char *text, const char *keyword)
{
	const char *rest = text_after_prefix(text, keyword);

	if (!rest || (*rest && !is_blank(*rest) && *rest != '('))
		return NULL;
	return rest + strspn(rest, " \t\n");
}

static int render_text(struct template_run *run, const char **at, const struct json_value *dot,
	bool skips, enum ending *ret_ending, const char **ret_else, struct err *err);

/* Over the rest of a block whose {{else}} may still come, to its {{end}}. */
static int skip_to_end(struct template_run *run, const char **at, struct err *err)
{
	enum ending ending = ENDING_ELSE;
	const char *condition;
	int r = 0;

	while (r == 0 && ending == ENDING_ELSE)
		r = render_text(run, at, run->root, true, &ending, &condition, err);
	if (r == 0 && ending == ENDING_TEXT)
		return template_fail(err, "a block without its {{end}}");
	return r;
}

/* {{if}} and {{with}}; at stands behind it. */
static int render_if(struct template_run *run, const char *condition, bool changes_dot,
	const char **at, const struct json_value *dot, bool skips, struct err *err)
{
	const char *otherwise = NULL;
	enum ending ending;
	const struct json_value *value = dot;
	bool is_true;
	int r = skips ? 0 : template_evaluate(run, condition, dot, &value, err);

	if (r < 0)
		return r;
	is_true = !skips && template_is_true(value);
	r = render_text(run, at, changes_dot ? value : dot, !is_true, &ending, &otherwise, err);
	if (r < 0)
		return r;
	if (ending == ENDING_TEXT)
		return template_fail(err, "{{if}} without its {{end}}");
	if (ending == ENDING_END)
		return 0;
	if (is_true || skips)
		return skip_to_end(run, at, err);
	condition = behind_keyword(otherwise, "if");
	if (condition)
		return render_if(run, condition, false, at, dot, false, err);
	if (*otherwise)
		return template_fail(err, "{{else %.30s}} is not understood", otherwise);
	r = render_text(run, at, dot, false, &ending, &otherwise, err);
	if (r == 0 && ending != ENDING_END)
		return template_fail(err, "{{else}} without its {{end}}");
	return r;
}

/* "$k, $v := " in front of what is ranged over. */
static const char *take_variables(struct template_run *run, const char *text, const char *names[2])
{
	const char *assignment = strstr(text, ":=");
	const char *comma;

	names[0] = NULL;
	names[1] = NULL;
	if (text[0] != '$' || !assignment)
		return text;
	comma = memchr(text, ',', (size_t)(assignment - text));
	if (comma) {
		names[0] = arena_strndup(run->arena, text, strcspn(text, " ,"));
		comma += 1 + strspn(comma + 1, " ");
		names[1] = arena_strndup(run->arena, comma, strcspn(comma, " :"));
	} else {
		names[1] = arena_strndup(run->arena, text, strcspn(text, " :"));
	}
	return assignment + 2;
}

static int set_variable(
	struct template_run *run, const char *name, const struct json_value *value, struct err *err)
{
	if (!name)
		return 0;
	if (run->n_variables == TEMPLATE_VARIABLES_MAX)
		return template_fail(err, "too many variables");
	run->variables[run->n_variables++] = (struct template_variable){ name, value };
	return 0;
}

static const struct json_value *key_of(
	struct template_run *run, const struct json_value *value, size_t i)
{
	struct json_value *key;

	if (value->kind == JSON_KIND_OBJECT)
		return template_string(run->arena, value->members[i].key);
	key = ARENA_NEW(run->arena, struct json_value);
	key->kind = JSON_KIND_INTEGER;
	key->integer = i;
	return key;
}

static int render_rounds(struct template_run *run, const struct json_value *value,
	const char *const names[2], const char *body, struct err *err)
{
	size_t n_variables = run->n_variables;
	int r = 0;

	for (size_t i = 0; r == 0 && i < value->length; i++) {
		const struct json_value *element = value->kind == JSON_KIND_OBJECT
							   ? &value->members[i].value
							   : &value->elements[i];
		const char *at = body, *otherwise;
		enum ending ending;

		r = set_variable(run, names[0], key_of(run, value, i), err);
		if (r == 0)
			r = set_variable(run, names[1], element, err);
		if (r == 0)
			r = render_text(run, &at, element, false, &ending, &otherwise, err);
		run->n_variables = n_variables;
	}
	return r;
}

static int render_range(struct template_run *run, const char *over, const char **at,
	const struct json_value *dot, bool skips, struct err *err)
{
	const struct json_value *value = dot;
	const char *names[2], *body = *at, *otherwise = "";
	enum ending ending;
	int r = 0;

	over = take_variables(run, over, names);
	if (!skips)
		r = template_evaluate(run, over, dot, &value, err);
	if (r == 0 && !skips && value->kind != JSON_KIND_ARRAY && value->kind != JSON_KIND_OBJECT &&
		value->kind != JSON_KIND_NULL)
		return template_fail(err, "{{range}} over a value that is no list and no map");
	if (r == 0 && !skips)
		r = render_rounds(run, value, names, body, err);
	if (r == 0)
		r = render_text(run, at, dot, true, &ending, &otherwise, err);
	if (r == 0 && ending == ENDING_ELSE)
		r = render_text(run, at, dot, skips || value->length > 0, &ending, &otherwise, err);
	if (r == 0 && ending != ENDING_END)
		return template_fail(err, "{{range}} without its {{end}}");
	return r;
}

static int render_value(struct template_run *run, const char *pipeline,
	const struct json_value *dot, struct err *err)
{
	const struct json_value *value;
	const char *text;
	int r = template_evaluate(run, pipeline, dot, &value, err);

	if (r < 0)
		return r;
	text = template_text(run->arena, value);
	put(run, text, strlen(text));
	return 0;
}

/* 1: the action ended this stretch of text. */
static int render_action(struct template_run *run, const struct action *action, const char **at,
	const struct json_value *dot, bool skips, enum ending *ret_ending, const char **ret_else,
	struct err *err)
{
	const char *rest;

	if (strcmp(action->text, "end") == 0) {
		*ret_ending = ENDING_END;
		return 1;
	}
	if ((rest = behind_keyword(action->text, "else"))) {
		*ret_ending = ENDING_ELSE;
		*ret_else = rest;
		return 1;
	}
	if ((rest = behind_keyword(action->text, "if")))
		return render_if(run, rest, false, at, dot, skips, err);
	if ((rest = behind_keyword(action->text, "with")))
		return render_if(run, rest, true, at, dot, skips, err);
	if ((rest = behind_keyword(action->text, "range")))
		return render_range(run, rest, at, dot, skips, err);
	if (skips || text_has_prefix(action->text, "/*"))
		return 0;
	return render_value(run, action->text, dot, err);
}

static int render_text(struct template_run *run, const char **at, const struct json_value *dot,
	bool skips, enum ending *ret_ending, const char **ret_else, struct err *err)
{
	int r = 0;

	if (++run->depth > BLOCKS_MAX)
		return template_fail(err, "nested too deeply");
	*ret_ending = ENDING_TEXT;
	while (r == 0 && **at) {
		const char *open = strstr(*at, "{{");
		size_t length = open ? (size_t)(open - *at) : strlen(*at);
		struct action action = { 0 };

		if (open)
			r = read_action(run->arena, open + 2, &action, err);
		while (action.trims_before && length > 0 && is_blank((*at)[length - 1]))
			length--;
		if (r == 0 && !skips)
			put(run, *at, length);
		*at = open ? action.after : *at + strlen(*at);
		if (r == 0 && open)
			r = render_action(run, &action, at, dot, skips, ret_ending, ret_else, err);
	}
	run->depth--;
	return r < 0 ? r : 0;
}

int template_render(struct arena *arena, const char *text, const struct json_value *data,
	const char **ret, struct err *err)
{
	struct template_run run = { .arena = arena, .root = data, .out = arena_strdup(arena, "") };
	const char *at = text, *otherwise;
	enum ending ending;
	int r = render_text(&run, &at, data, false, &ending, &otherwise, err);

	if (r < 0)
		return r;
	if (ending != ENDING_TEXT)
		return template_fail(
			err, "{{%s}} without its beginning", ending == ENDING_END ? "end" : "else");
	*ret = run.out;
	return 0;
}
