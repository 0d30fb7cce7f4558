/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

enum { TEXT_FIRST_BYTES = 1024 };

static void put_n(struct json_writer *writer, const char *text, size_t length)
{
	if (writer->capacity - writer->length <= length) {
		size_t capacity = writer->capacity ? writer->capacity * 2 : TEXT_FIRST_BYTES;
		char *bigger;

		while (capacity - writer->length <= length)
			capacity *= 2;
		bigger = arena_alloc(writer->arena, capacity);
		if (writer->length > 0)
			memcpy(bigger, writer->text, writer->length);
		writer->text = bigger;
		writer->capacity = capacity;
	}
	memcpy(writer->text + writer->length, text, length);
	writer->length += length;
	writer->text[writer->length] = '\0';
}

static void put(struct json_writer *writer, const char *text)
{
	put_n(writer, text, strlen(text));
}

static void put_line(struct json_writer *writer)
{
	if (!writer->indent)
		return;
	put(writer, "\n");
	for (unsigned i = 0; i < writer->depth; i++)
		put(writer, writer->indent);
}

static const char *escape_of(unsigned char byte)
{
	switch (byte) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

/* One character at text; returns how many bytes it took. */
static size_t put_character(struct json_writer *writer, const char *text, size_t available)
{
	unsigned char byte = (unsigned char)*text;
	const char *escape = escape_of(byte);
	size_t length = utf8_sequence_length(text, available);
	char unicode[8];

	if (escape) {
		put(writer, escape);
	} else if (byte < ' ' || byte == 0x7f) {
		snprintf(unicode, sizeof(unicode), "\\u%04x", byte);
		put(writer, unicode);
	} else if (length == 0) {
		put(writer, "\xef\xbf\xbd"); /* U+FFFD */
		return 1;
	} else {
		put_n(writer, text, length);
	}
	return length;
}

static void put_quoted(struct json_writer *writer, const char *text, size_t length)
{
	size_t at = 0;

	put(writer, "\"");
	while (at < length)
		at += put_character(writer, text + at, length - at);
	put(writer, "\"");
}

/* What stands in front of a value: comma, new line, name. */
static void put_lead(struct json_writer *writer, const char *key)
{
	bool *has_members;

	if (writer->depth == 0) {
		assert(!key && writer->length == 0);
		return;
	}
	assert(!key == writer->is_list[writer->depth - 1]);
	has_members = &writer->has_members[writer->depth - 1];
	if (*has_members)
		put(writer, ",");
	*has_members = true;
	put_line(writer);
	if (key) {
		put_quoted(writer, key, strlen(key));
		put(writer, writer->indent ? ": " : ":");
	}
}

static void begin(struct json_writer *writer, const char *key, bool is_list)
{
	put_lead(writer, key);
	assert(writer->depth < JSON_WRITE_DEPTH_MAX);
	writer->is_list[writer->depth] = is_list;
	writer->has_members[writer->depth] = false;
	writer->depth++;
	put(writer, is_list ? "[" : "{");
}

void json_write_object(struct json_writer *writer, const char *key)
{
	begin(writer, key, false);
}

void json_write_list(struct json_writer *writer, const char *key)
{
	begin(writer, key, true);
}

void json_write_end(struct json_writer *writer)
{
	assert(writer->depth > 0);
	writer->depth--;
	if (writer->has_members[writer->depth])
		put_line(writer);
	put(writer, writer->is_list[writer->depth] ? "]" : "}");
}

void json_write_string_n(
	struct json_writer *writer, const char *key, const char *value, size_t length)
{
	put_lead(writer, key);
	put_quoted(writer, value, length);
}

void json_write_string(struct json_writer *writer, const char *key, const char *value)
{
	json_write_string_n(writer, key, value, strlen(value));
}

void json_write_i64(struct json_writer *writer, const char *key, int64_t value)
{
	char text[32];

	put_lead(writer, key);
	snprintf(text, sizeof(text), "%" PRId64, value);
	put(writer, text);
}

void json_write_u64(struct json_writer *writer, const char *key, uint64_t value)
{
	char text[32];

	put_lead(writer, key);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	put(writer, text);
}

void json_write_double(struct json_writer *writer, const char *key, double value)
{
	char number[32];

	assert(isfinite(value));
	snprintf(number, sizeof(number), "%.15g", value);
	put_lead(writer, key);
	put(writer, number);
}

void json_write_bool(struct json_writer *writer, const char *key, bool value)
{
	put_lead(writer, key);
	put(writer, value ? "true" : "false");
}

void json_write_null(struct json_writer *writer, const char *key)
{
	put_lead(writer, key);
	put(writer, "null");
}

void json_write_strings(
	struct json_writer *writer, const char *key, const char *const *values, size_t n)
{
	json_write_list(writer, key);
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, NULL, values[i]);
	json_write_end(writer);
}

const char *json_write_text(struct json_writer *writer, size_t *ret_length)
{
	assert(writer->depth == 0 && writer->length > 0);
	if (ret_length)
		*ret_length = writer->length;
	return writer->text;
}

static void write_elements(struct json_writer *writer, const struct json_value *value)
{
	for (size_t i = 0; i < value->length; i++)
		json_write_value(writer, NULL, &value->elements[i]);
	json_write_end(writer);
}

static void write_members(struct json_writer *writer, const struct json_value *value)
{
	for (size_t i = 0; i < value->length; i++)
		json_write_value(writer, value->members[i].key, &value->members[i].value);
	json_write_end(writer);
}

void json_write_value(struct json_writer *writer, const char *key, const struct json_value *value)
{
	switch (value->kind) {
	case JSON_KIND_NULL:
		json_write_null(writer, key);
		break;
	case JSON_KIND_BOOL:
		json_write_bool(writer, key, value->is_true);
		break;
	case JSON_KIND_INTEGER:
		if (value->is_negative)
			json_write_i64(writer, key, (int64_t)value->integer);
		else
			json_write_u64(writer, key, value->integer);
		break;
	case JSON_KIND_DECIMAL:
		json_write_double(writer, key, strtod(value->text, NULL));
		break;
	case JSON_KIND_STRING:
		json_write_string_n(writer, key, value->text, value->length);
		break;
	case JSON_KIND_ARRAY:
		json_write_list(writer, key);
		write_elements(writer, value);
		break;
	case JSON_KIND_OBJECT:
		json_write_object(writer, key);
		write_members(writer, value);
		break;
	}
}
