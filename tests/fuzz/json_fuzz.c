/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that is accepted is accepted by json-c too, and means the same to it; the writer makes
 * valid JSON of any bytes, which reads as them where they were UTF-8.
 */
#include <assert.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"

static void compare(const struct json_value *ours, struct json_object *theirs);

static void compare_members(const struct json_value *ours, struct json_object *theirs)
{
	assert(ours->length == (size_t)json_object_object_length(theirs));
	for (size_t i = 0; i < ours->length; i++) {
		struct json_object *their = NULL;

		assert(json_object_object_get_ex(theirs, ours->members[i].key, &their));
		compare(&ours->members[i].value, their);
	}
}

static void compare_elements(const struct json_value *ours, struct json_object *theirs)
{
	assert(ours->length == json_object_array_length(theirs));
	for (size_t i = 0; i < ours->length; i++)
		compare(&ours->elements[i], json_object_array_get_idx(theirs, i));
}

static void compare(const struct json_value *ours, struct json_object *theirs)
{
	static const enum json_type types[] = {
		[JSON_KIND_NULL] = json_type_null,
		[JSON_KIND_BOOL] = json_type_boolean,
		[JSON_KIND_INTEGER] = json_type_int,
		[JSON_KIND_DECIMAL] = json_type_double,
		[JSON_KIND_STRING] = json_type_string,
		[JSON_KIND_ARRAY] = json_type_array,
		[JSON_KIND_OBJECT] = json_type_object,
	};

	assert(json_object_is_type(theirs, types[ours->kind]));
	switch (ours->kind) {
	case JSON_KIND_BOOL:
		assert(ours->is_true == json_object_get_boolean(theirs));
		break;
	case JSON_KIND_INTEGER:
		assert(ours->integer == (ours->is_negative ? (uint64_t)json_object_get_int64(theirs)
							   : json_object_get_uint64(theirs)));
		break;
	case JSON_KIND_STRING:
		assert(ours->length == (size_t)json_object_get_string_len(theirs));
		assert(memcmp(ours->text, json_object_get_string(theirs), ours->length + 1) == 0);
		break;
	case JSON_KIND_ARRAY:
		compare_elements(ours, theirs);
		break;
	case JSON_KIND_OBJECT:
		compare_members(ours, theirs);
		break;
	case JSON_KIND_NULL:
	case JSON_KIND_DECIMAL:
		break;
	}
}

static struct json_object *their_reading(const char *bytes, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	struct json_object *value;

	assert(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, bytes, (int)size);
	/* a bare number ends where the text ends */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		value = json_tokener_parse_ex(tokener, "", 1);
	assert(json_tokener_get_error(tokener) == json_tokener_success);
	json_tokener_free(tokener);
	return value;
}

static void fuzz_parse(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct json_value *ours;
	struct json_object *theirs;
	struct err err = ERR_INIT;

	if (json_parse(&arena, bytes, size, &ours, &err) < 0) {
		assert(err.code > 0 && err.text[0] != '\0');
		return;
	}
	theirs = their_reading(bytes, size);
	compare(ours, theirs);
	json_object_put(theirs);
}

static void fuzz_write(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct json_writer writer = JSON_WRITER_INIT(&arena, "  ");
	const struct json_value *value;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	json_write_list(&writer, NULL);
	json_write_string_n(&writer, NULL, bytes, size);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	if (json_parse(&arena, text, length, &value, &err) < 0)
		abort();
	assert(value->length == 1 && value->elements[0].kind == JSON_KIND_STRING);
	if (!memmem(value->elements[0].text, value->elements[0].length, "\xef\xbf\xbd", 3))
		assert(value->elements[0].length == size &&
			memcmp(value->elements[0].text, bytes, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_parse((const char *)bytes, size);
	if (size < 64 * 1024)
		fuzz_write((const char *)bytes, size);
	return 0;
}
