/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/template_internal.h"

int template_fail(struct err *err, const char *format, ...)
{
	char text[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_fail(err, EINVAL, "template: %s", text);
}

const char *template_json(struct arena *arena, const struct json_value *value)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_value(&writer, NULL, value);
	return json_write_text(&writer, NULL);
}

static const char *list_text(struct arena *arena, const struct json_value *value)
{
	const char *text = "[";

	for (size_t i = 0; i < value->length; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "",
			template_text(arena, &value->elements[i]));
	return arena_printf(arena, "%s]", text);
}

static const char *map_text(struct arena *arena, const struct json_value *value)
{
	const char *text = "map[";

	for (size_t i = 0; i < value->length; i++)
		text = arena_printf(arena, "%s%s%s:%s", text, i > 0 ? " " : "",
			value->members[i].key, template_text(arena, &value->members[i].value));
	return arena_printf(arena, "%s]", text);
}

const char *template_text(struct arena *arena, const struct json_value *value)
{
	switch (value->kind) {
	case JSON_KIND_NULL:
		return "<no value>";
	case JSON_KIND_BOOL:
		return value->is_true ? "true" : "false";
	case JSON_KIND_INTEGER:
		return value->is_negative
			       ? arena_printf(arena, "%lld", (long long)value->integer)
			       : arena_printf(arena, "%llu", (unsigned long long)value->integer);
	case JSON_KIND_DECIMAL:
	case JSON_KIND_STRING:
		return value->text;
	case JSON_KIND_ARRAY:
		return list_text(arena, value);
	case JSON_KIND_OBJECT:
		return map_text(arena, value);
	}
	return "";
}

bool template_is_true(const struct json_value *value)
{
	switch (value->kind) {
	case JSON_KIND_NULL:
		return false;
	case JSON_KIND_BOOL:
		return value->is_true;
	case JSON_KIND_INTEGER:
		return value->integer != 0;
	case JSON_KIND_DECIMAL:
		return strtod(value->text, NULL) != 0;
	case JSON_KIND_STRING:
	case JSON_KIND_ARRAY:
	case JSON_KIND_OBJECT:
		return value->length > 0;
	}
	return false;
}

const struct json_value *template_string(struct arena *arena, const char *text)
{
	struct json_value *value = ARENA_NEW(arena, struct json_value);

	value->kind = JSON_KIND_STRING;
	value->length = strlen(text);
	value->text = text;
	return value;
}
