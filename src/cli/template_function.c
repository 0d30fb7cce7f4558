/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cli/template_internal.h"

struct call {
	struct template_run *run;
	const struct json_value *const *arguments;
	size_t n;
};

static const struct json_value *boolean(struct arena *arena, bool is_true)
{
	struct json_value *value = ARENA_NEW(arena, struct json_value);

	value->kind = JSON_KIND_BOOL;
	value->is_true = is_true;
	return value;
}

static const char *argument_text(const struct call *call, size_t i)
{
	return template_text(call->run->arena, call->arguments[i]);
}

static int call_json(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = template_string(
		call->run->arena, template_json(call->run->arena, call->arguments[0]));
	return 0;
}

static int call_join(const struct call *call, const struct json_value **ret, struct err *err)
{
	const struct json_value *list = call->arguments[0];
	const char *text = "";

	if (list->kind != JSON_KIND_ARRAY && list->kind != JSON_KIND_NULL)
		return template_fail(err, "join wants a list");
	for (size_t i = 0; i < list->length; i++)
		text = arena_printf(call->run->arena, "%s%s%s", text,
			i > 0 ? argument_text(call, 1) : "",
			template_text(call->run->arena, &list->elements[i]));
	*ret = template_string(call->run->arena, text);
	return 0;
}

static int call_split(const struct call *call, const struct json_value **ret, struct err *err)
{
	struct arena *arena = call->run->arena;
	const char *at = argument_text(call, 0), *separator = argument_text(call, 1);
	struct json_value *list = ARENA_NEW(arena, struct json_value);
	struct json_value *elements = NULL;

	if (separator[0] == '\0')
		return template_fail(err, "split wants a separator");
	list->kind = JSON_KIND_ARRAY;
	for (;;) {
		const char *end = strstr(at, separator);
		const char *word = end ? arena_strndup(arena, at, (size_t)(end - at)) : at;

		ARENA_APPEND(arena, elements, list->length) = *template_string(arena, word);
		if (!end)
			break;
		at = end + strlen(separator);
	}
	list->elements = elements;
	*ret = list;
	return 0;
}

static int call_len(const struct call *call, const struct json_value **ret, struct err *err)
{
	struct json_value *value = ARENA_NEW(call->run->arena, struct json_value);
	const struct json_value *of = call->arguments[0];

	if (of->kind == JSON_KIND_INTEGER || of->kind == JSON_KIND_BOOL)
		return template_fail(err, "len of a value that has no length");
	value->kind = JSON_KIND_INTEGER;
	value->integer = of->length;
	*ret = value;
	return 0;
}

static int call_index(const struct call *call, const struct json_value **ret, struct err *err)
{
	static const struct json_value nothing = { .kind = JSON_KIND_NULL };
	const struct json_value *at = call->arguments[0];

	for (size_t i = 1; i < call->n; i++) {
		const struct json_value *key = call->arguments[i];

		if (at->kind == JSON_KIND_ARRAY) {
			if (key->kind != JSON_KIND_INTEGER || key->integer >= at->length)
				return template_fail(err, "index %s is out of the list's %zu",
					argument_text(call, i), at->length);
			at = &at->elements[key->integer];
			continue;
		}
		if (at->kind != JSON_KIND_OBJECT && at->kind != JSON_KIND_NULL)
			return template_fail(err, "index of a value that is no list and no map");
		at = at->kind == JSON_KIND_OBJECT ? json_member(at, argument_text(call, i)) : NULL;
		if (!at)
			at = &nothing;
	}
	*ret = at;
	return 0;
}

static int change_case(
	const struct call *call, int (*change)(int), bool all, const struct json_value **ret)
{
	char *text = arena_strdup(call->run->arena, argument_text(call, 0));
	bool at_start = true;

	for (char *at = text; *at; at++) {
		if (all || at_start)
			*at = (char)change((unsigned char)*at);
		at_start = *at == ' ';
	}
	*ret = template_string(call->run->arena, text);
	return 0;
}

static int call_upper(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	return change_case(call, toupper, true, ret);
}

static int call_lower(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	return change_case(call, tolower, true, ret);
}

static int call_title(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	return change_case(call, toupper, false, ret);
}

static int call_println(const struct call *call, const struct json_value **ret, struct err *err)
{
	const char *text = "";

	(void)err;
	for (size_t i = 0; i < call->n; i++)
		text = arena_printf(
			call->run->arena, "%s%s%s", text, i > 0 ? " " : "", argument_text(call, i));
	*ret = template_string(call->run->arena, arena_printf(call->run->arena, "%s\n", text));
	return 0;
}

/* Numbers by their value, anything else by its text. */
static int compare(const struct call *call)
{
	const struct json_value *a = call->arguments[0], *b = call->arguments[1];

	if (a->kind == JSON_KIND_INTEGER && b->kind == JSON_KIND_INTEGER) {
		if (a->is_negative != b->is_negative)
			return a->is_negative ? -1 : 1;
		return a->integer < b->integer ? -1 : a->integer > b->integer;
	}
	return strcmp(argument_text(call, 0), argument_text(call, 1));
}

static int call_eq(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = boolean(call->run->arena, compare(call) == 0);
	return 0;
}

static int call_ne(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = boolean(call->run->arena, compare(call) != 0);
	return 0;
}

static int call_lt(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = boolean(call->run->arena, compare(call) < 0);
	return 0;
}

static int call_gt(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = boolean(call->run->arena, compare(call) > 0);
	return 0;
}

static int call_not(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	*ret = boolean(call->run->arena, !template_is_true(call->arguments[0]));
	return 0;
}

/* The first that decides, else the last. */
static int call_and(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < call->n; i++) {
		*ret = call->arguments[i];
		if (!template_is_true(*ret))
			break;
	}
	return 0;
}

static int call_or(const struct call *call, const struct json_value **ret, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < call->n; i++) {
		*ret = call->arguments[i];
		if (template_is_true(*ret))
			break;
	}
	return 0;
}

static const struct {
	const char *name;
	size_t min, max;
	int (*call)(const struct call *call, const struct json_value **ret, struct err *err);
} functions[] = {
	{ "and", 1, SIZE_MAX, call_and },
	{ "eq", 2, 2, call_eq },
	{ "gt", 2, 2, call_gt },
	{ "index", 1, SIZE_MAX, call_index },
	{ "join", 2, 2, call_join },
	{ "json", 1, 1, call_json },
	{ "len", 1, 1, call_len },
	{ "lower", 1, 1, call_lower },
	{ "lt", 2, 2, call_lt },
	{ "ne", 2, 2, call_ne },
	{ "not", 1, 1, call_not },
	{ "or", 1, SIZE_MAX, call_or },
	{ "println", 0, SIZE_MAX, call_println },
	{ "split", 2, 2, call_split },
	{ "title", 1, 1, call_title },
	{ "upper", 1, 1, call_upper },
};

int template_call(struct template_run *run, const char *name,
	const struct json_value *const *arguments, size_t n, const struct json_value **ret,
	struct err *err)
{
	const struct call call = { run, arguments, n };

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) != 0)
			continue;
		if (n < functions[i].min || n > functions[i].max)
			return template_fail(
				err, "%s: %zu is a wrong number of arguments", name, n);
		return functions[i].call(&call, ret, err);
	}
	return template_fail(err, "there is no function \"%.50s\"", name);
}
