/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static const char *write_sample(struct arena *arena, const char *indent)
{
	static const char *const words[] = { "x", "y" };
	struct json_writer writer = JSON_WRITER_INIT(arena, indent);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "s", "t");
	json_write_list(&writer, "l");
	json_write_i64(&writer, NULL, INT64_MIN);
	json_write_u64(&writer, NULL, UINT64_MAX);
	json_write_bool(&writer, NULL, true);
	json_write_null(&writer, NULL);
	json_write_end(&writer);
	json_write_object(&writer, "empty");
	json_write_end(&writer);
	json_write_strings(&writer, "words", words, 2);
	json_write_strings(&writer, "none", NULL, 0);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}

static void without_indentation_all_is_on_one_line(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(write_sample(&arena, NULL),
		"{\"s\":\"t\",\"l\":[-9223372036854775808,18446744073709551615,true,null],"
		"\"empty\":{},\"words\":[\"x\",\"y\"],\"none\":[]}");
}

static void with_indentation_each_value_has_its_line(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(write_sample(&arena, "  "), "{\n"
							"  \"s\": \"t\",\n"
							"  \"l\": [\n"
							"    -9223372036854775808,\n"
							"    18446744073709551615,\n"
							"    true,\n"
							"    null\n"
							"  ],\n"
							"  \"empty\": {},\n"
							"  \"words\": [\n"
							"    \"x\",\n"
							"    \"y\"\n"
							"  ],\n"
							"  \"none\": []\n"
							"}");
}

static const char *write_string(struct arena *arena, const char *value, size_t length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_string_n(&writer, NULL, value, length);
	return json_write_text(&writer, NULL);
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(write_string(&arena, "a\"b\\c\n\t\r\b\f\x01\x1b\x7f\0z", 15),
		"\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u001b\\u007f\\u0000z\"");
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(write_string(&arena, "\xc3\xa9", 2), "\"\xc3\xa9\"");
	assert_string_equal(write_string(&arena,
				    "a\xff"
				    "b",
				    3),
		"\"a\xef\xbf\xbd"
		"b\"");
	assert_string_equal(write_string(&arena, "\xe2\x82", 2), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void every_byte_gives_a_text_that_parses(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct json_writer writer = JSON_WRITER_INIT(&arena, NULL);
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	json_write_list(&writer, NULL);
	for (int first = 0; first < 256; first++) {
		for (int second = 0; second < 256; second++) {
			char bytes[2] = { (char)first, (char)second };

			json_write_string_n(&writer, NULL, bytes, sizeof(bytes));
		}
	}
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	assert_int_equal(length, strlen(text));
	assert_int_equal(json_parse(&arena, text, length, &value, &err), 0);
}

static void names_of_members_are_escaped_too(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct json_writer writer = JSON_WRITER_INIT(&arena, NULL);

	json_write_object(&writer, NULL);
	json_write_u64(&writer, "a\"\n", 1);
	json_write_end(&writer);
	assert_string_equal(json_write_text(&writer, NULL), "{\"a\\\"\\n\":1}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_indentation_all_is_on_one_line),
		cmocka_unit_test(with_indentation_each_value_has_its_line),
		cmocka_unit_test(control_characters_quotes_and_backslashes_are_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(every_byte_gives_a_text_that_parses),
		cmocka_unit_test(names_of_members_are_escaped_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
