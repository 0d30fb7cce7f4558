/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"

enum { SHOWN_VALUE_BYTES = 80 };

const char *json_enum_name(const struct json_enum *table, int value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

int json_enum_value(const struct json_enum *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table->value;
	return -1;
}

const struct json_value *json_member(const struct json_value *object, const char *key)
{
	for (size_t i = 0; i < object->length; i++)
		if (strcmp(object->members[i].key, key) == 0)
			return object->members[i].value.kind == JSON_KIND_NULL
				       ? NULL
				       : &object->members[i].value;
	return NULL;
}

/* ---- where the reading is ---- */

void json_enter_member(struct json_reader *reader, const char *key)
{
	assert(reader->n_steps < sizeof(reader->steps) / sizeof(reader->steps[0]));
	reader->steps[reader->n_steps++] = (struct json_step){ .key = key };
}

void json_enter_element(struct json_reader *reader, size_t index)
{
	assert(reader->n_steps < sizeof(reader->steps) / sizeof(reader->steps[0]));
	reader->steps[reader->n_steps++] = (struct json_step){ .index = index };
}

void json_leave(struct json_reader *reader)
{
	assert(reader->n_steps > 0);
	reader->n_steps--;
}

/* A JSON pointer in the making; what does not fit is left out. */
struct pointer {
	char text[ERR_CONFIG_BYTES];
	size_t length;
};

static void pointer_put(struct pointer *pointer, const char *text)
{
	size_t room = sizeof(pointer->text) - 1 - pointer->length;
	size_t length = strnlen(text, room);

	memcpy(pointer->text + pointer->length, text, length);
	pointer->length += length;
	pointer->text[pointer->length] = '\0';
}

static void pointer_put_key(struct pointer *pointer, const char *key)
{
	for (; *key && pointer->length < sizeof(pointer->text) - 1; key++) {
		unsigned char byte = (unsigned char)*key;
		char one[2] = { byte < ' ' || byte == 0x7f ? '?' : *key, '\0' };

		pointer_put(pointer, *key == '~' ? "~0" : *key == '/' ? "~1" : one);
	}
}

static struct pointer pointer_of(const struct json_reader *reader)
{
	struct pointer pointer = { .text = "" };

	for (size_t i = 0; i < reader->n_steps; i++) {
		char index[32];

		pointer_put(&pointer, "/");
		if (reader->steps[i].key) {
			pointer_put_key(&pointer, reader->steps[i].key);
			continue;
		}
		snprintf(index, sizeof(index), "%zu", reader->steps[i].index);
		pointer_put(&pointer, index);
	}
	return pointer;
}

int json_fail(struct json_reader *reader, struct err *err, const char *format, ...)
{
	struct pointer pointer = pointer_of(reader);
	char said[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	if (pointer.length == 0)
		return err_fail(err, EINVAL, "the document: %s", said);
	err_fail(err, EINVAL, "%s: %s", pointer.text, said);
	return err_config(err, "%s", pointer.text);
}

static const char *quoted(struct arena *arena, const struct json_value *value)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_string_n(&writer, NULL, value->text, value->length);
	return json_write_text(&writer, NULL);
}

static const char *show_value(struct arena *arena, const struct json_value *value)
{
	switch (value->kind) {
	case JSON_KIND_NULL:
		return "null";
	case JSON_KIND_BOOL:
		return value->is_true ? "true" : "false";
	case JSON_KIND_INTEGER:
		return value->is_negative
			       ? arena_printf(arena, "%lld", (long long)value->integer)
			       : arena_printf(arena, "%llu", (unsigned long long)value->integer);
	case JSON_KIND_DECIMAL:
		return value->text;
	case JSON_KIND_STRING:
		return quoted(arena, value);
	case JSON_KIND_ARRAY:
		return "a list";
	case JSON_KIND_OBJECT:
		return "an object";
	}
	return "";
}

int json_fail_value(struct json_reader *reader, const struct json_value *value, struct err *err,
	const char *expected, ...)
{
	char shown[SHOWN_VALUE_BYTES];
	char wanted[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, expected);
	vsnprintf(wanted, sizeof(wanted), expected, args);
	va_end(args);
	text_copy(shown, sizeof(shown), show_value(reader->arena, value));
	return json_fail(reader, err, "%s is not %s", shown, wanted);
}
