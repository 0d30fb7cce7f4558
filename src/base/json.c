/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_scan.h"
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

static void tokener_done(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

int json_parse(const char *bytes, size_t size, struct json_object **ret, struct err *err)
{
	__attribute__((cleanup(tokener_done))) struct json_tokener *tokener = NULL;
	struct json_object *value;
	enum json_tokener_error problem;
	int r;

	if (size > JSON_TEXT_MAX_BYTES)
		return err_fail(err, E2BIG, "the JSON text is longer than %d MiB",
			JSON_TEXT_MAX_BYTES / 1024 / 1024);
	r = json_scan(bytes, size, err);
	if (r < 0)
		return r;

	tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (!tokener)
		return err_fail(err, ENOMEM, "no memory to read a JSON text");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, bytes, (int)size);
	problem = json_tokener_get_error(tokener);
	if (problem == json_tokener_continue) { /* a bare number ends where the text ends */
		value = json_tokener_parse_ex(tokener, "", 1);
		problem = json_tokener_get_error(tokener);
	}
	if (problem != json_tokener_success) /* the scan let nothing else through */
		return err_fail(
			err, EINVAL, "not a JSON text: %s", json_tokener_error_desc(problem));

	*ret = value;
	return 0;
}

void json_done(struct json_object **value)
{
	if (*value)
		json_object_put(*value);
	*value = NULL;
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

static void show_value(struct json_object *value, char *buffer, size_t size)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		text_copy(buffer, size, "null");
		return;
	case json_type_array:
		text_copy(buffer, size, "a list");
		return;
	case json_type_object:
		text_copy(buffer, size, "an object");
		return;
	case json_type_string:
	case json_type_boolean:
	case json_type_int:
	case json_type_double:
		text_copy(buffer, size,
			json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE));
		return;
	}
}

int json_fail_value(struct json_reader *reader, struct json_object *value, struct err *err,
	const char *expected, ...)
{
	char shown[SHOWN_VALUE_BYTES];
	char wanted[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, expected);
	vsnprintf(wanted, sizeof(wanted), expected, args);
	va_end(args);
	show_value(value, shown, sizeof(shown));
	return json_fail(reader, err, "%s is not %s", shown, wanted);
}
