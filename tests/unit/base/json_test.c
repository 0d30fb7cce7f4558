/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct arena documents; /* of all tests */

static int parse(const char *text, const struct json_value **ret, struct err *err)
{
	return json_parse(&documents, text, strlen(text), ret, err);
}

static int release_documents(void **state)
{
	arena_done(&documents);
	return 0;
}

/* ---- the grammar ---- */

static void what_rfc_8259_allows_is_parsed(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		" \t\r\n{ } \n",
		"null",
		"true",
		"false",
		"0",
		"-0",
		"-1",
		"12",
		"1.5",
		"0.0",
		"1e3",
		"1E+3",
		"1.5e-3",
		"\"\"",
		"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
		"\"\\ud83d\\ude00\"",
		"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
		"\"\\u0000\"",
		"[1, [2, [3]], {\"a\": []}]",
		"{\"a\": {\"a\": {\"a\": 1}}, \"b\": [{\"a\": 1}, {\"a\": 2}]}",
		"[18446744073709551615, -9223372036854775808]",
		"{\"\": 1}",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct json_value *value = NULL;
		struct err err = ERR_INIT;

		if (parse(texts[i], &value, &err) < 0)
			fail_msg("%s: %s", texts[i], err.text);
	}
}

static void what_rfc_8259_forbids_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "line 1, column 1: the text ends where a value is expected" },
		{ "  \n ", "line 2, column 2: the text ends where a value is expected" },
		{ "{]", "line 1, column 2: ']' where the name of a member is expected" },
		{ "[}", "line 1, column 2: '}' where a value is expected" },
		{ "{\"a\"}", "line 1, column 5: '}' where ':' is expected" },
		{ "{\"a\":}", "line 1, column 6: '}' where a value is expected" },
		{ "{\"a\":1,}", "line 1, column 8: '}' where the name of a member is expected" },
		{ "{a:1}", "line 1, column 2: 'a' where the name of a member is expected" },
		{ "{'a':1}", "line 1, column 2: ''' where the name of a member is expected" },
		{ "[1,]", "line 1, column 4: ']' where a value is expected" },
		{ "[1 2]", "line 1, column 4: '2' where ',' or ']' is expected" },
		{ "{\"a\":1 \"b\":2}", "line 1, column 8: '\"' where ',' or '}' is expected" },
		{ "[1", "line 1, column 3: the text ends where ',' or ']' is expected" },
		{ "{\"a\":1", "line 1, column 7: the text ends where ',' or '}' is expected" },
		{ "{}x", "line 1, column 3: 'x' where the end of the text is expected" },
		{ "{} {}", "line 1, column 4: '{' where the end of the text is expected" },
		{ "1 2", "line 1, column 3: '2' where the end of the text is expected" },
		{ "nul", "line 1, column 1: 'n' where a value is expected" },
		{ "True", "line 1, column 1: 'T' where a value is expected" },
		{ "nullx", "line 1, column 5: 'x' where the end of the text is expected" },
		{ "NaN", "line 1, column 1: 'N' where a value is expected" },
		{ "-Infinity", "line 1, column 2: 'I' where a digit is expected" },
		{ "+1", "line 1, column 1: '+' where a value is expected" },
		{ "01", "line 1, column 2: '1' where the end of the text is expected" },
		{ "-", "line 1, column 2: the text ends where a digit is expected" },
		{ "1.", "line 1, column 3: the text ends where a digit is expected" },
		{ ".5", "line 1, column 1: '.' where a value is expected" },
		{ "1e", "line 1, column 3: the text ends where a digit is expected" },
		{ "0x10", "line 1, column 2: 'x' where the end of the text is expected" },
		{ "/* c */ 1", "line 1, column 1: '/' where a value is expected" },
		{ "// c\n1", "line 1, column 1: '/' where a value is expected" },
		{ "\"abc", "line 1, column 1: the string that begins here has no end" },
		{ "[\"abc\\\"]", "line 1, column 2: the string that begins here has no end" },
		{ "\"a\nb\"", "line 1, column 3: control character 0x0a in a string" },
		{ "\"\\x41\"", "line 1, column 3: 'x' where an escape character is expected" },
		{ "\"\\u12g4\"", "line 1, column 3: \\u without four hexadecimal digits" },
		{ "\"\\u12\"", "line 1, column 3: \\u without four hexadecimal digits" },
		{ "\"\\ud800\"", "line 1, column 2: \\ud800 is half of a surrogate pair" },
		{ "\"\\udc00\"", "line 1, column 2: \\udc00 is half of a surrogate pair" },
		{ "\"\\ud800\\u0041\"", "line 1, column 2: \\ud800 is half of a surrogate pair" },
		{ "\"\xff\"", "line 1, column 2: byte 0xff is not UTF-8" },
		{ "\"\xc0\xaf\"", "line 1, column 2: byte 0xc0 is not UTF-8" },
		{ "\"\xed\xa0\x80\"", "line 1, column 2: byte 0xed is not UTF-8" },
		{ "\"\xe2\x82\"", "line 1, column 2: byte 0xe2 is not UTF-8" },
		{ "\xef\xbb\xbf{}", "line 1, column 1: byte 0xef where a value is expected" },
		{ "{\"\\u0000\":1}", "line 1, column 9: \\u0000 in the name of a member" },
		{ "{\n \"a\": 1,\n \"b\": tru\n}",
			"line 3, column 7: 't' where a value is expected" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct json_value *value = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(parse(cases[i].text, &value, &err), -EINVAL);
		assert_null(value);
		assert_string_equal(err.text, cases[i].expected);
	}
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = "{\"a\"\0:1}";
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(json_parse(&documents, text, sizeof(text) - 1, &value, &err), -EINVAL);
	assert_string_equal(err.text, "line 1, column 5: byte 0x00 where ':' is expected");
}

static void a_name_twice_in_one_object_is_refused(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "{\"a\":1,\"a\":2}",
			"line 1, column 8: \"a\" is the name of two members of one object" },
		{ "{\"a\":1,\n\"\\u0061\":2}",
			"line 2, column 1: \"\\u0061\" is the name of two members of one object" },
		{ "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
			"line 1, column 11: \"\\ud83d\\ude00\" is the name of two members of one "
			"object" },
		{ "{\"/\":1,\"\\/\":2}",
			"line 1, column 8: \"\\/\" is the name of two members of one object" },
		{ "{\"x\":{\"k\":{},\"k\":[]}}",
			"line 1, column 14: \"k\" is the name of two members of one object" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct json_value *value = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(parse(cases[i].text, &value, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].expected);
	}
}

/* Big objects take another way through the check than small ones. */
static void a_name_twice_among_many_is_refused(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = "{\"k17\":0";
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	for (int i = 18; i < 100; i++)
		text = arena_printf(&arena, "%s,\"k%d\":0", text, i);
	assert_int_equal(parse(arena_printf(&arena, "%s}", text), &value, &err), 0);
	text = arena_printf(&arena, "%s,\"k\\u0034\\u0032\":0}", text);
	assert_int_equal(parse(text, &value, &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"k\\u0034\\u0032\" is the name of two members"));
}

static void integers_beyond_64_bits_are_refused(void **state)
{
	static const char *const texts[] = {
		"18446744073709551616",
		"[99999999999999999999999999]",
		"-9223372036854775809",
		"-18446744073709551615",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct json_value *value = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(parse(texts[i], &value, &err), -EINVAL);
		assert_non_null(strstr(err.text, "an integer that does not fit into 64 bits"));
	}
}

static void the_biggest_and_the_smallest_integer_stay_exact(void **state)
{
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(parse("18446744073709551615", &value, &err), 0);
	assert_int_equal(value->kind, JSON_KIND_INTEGER);
	assert_true(value->integer == UINT64_MAX && !value->is_negative);
	assert_int_equal(parse("-9223372036854775808", &value, &err), 0);
	assert_true((int64_t)value->integer == INT64_MIN && value->is_negative);
}

static void strings_lose_their_escapes(void **state)
{
	static const char text[] = "[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00.\", "
				   "\"x\\u0000y\", \"\"]";
	static const char expected[] = "a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(parse(text, &value, &err), 0);
	assert_int_equal(value->length, 3);
	assert_string_equal(value->elements[0].text, expected);
	assert_int_equal(value->elements[0].length, strlen(expected));
	assert_int_equal(value->elements[1].length, 3);
	assert_memory_equal(value->elements[1].text, "x\0y", 4);
	assert_int_equal(value->elements[2].length, 0);
}

static void members_stay_in_the_documents_order(void **state)
{
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(
		parse("{\"b\": 1, \"a\": {\"x\": []}, \"\\u0063\": null}", &value, &err), 0);
	assert_int_equal(value->length, 3);
	assert_string_equal(value->members[0].key, "b");
	assert_string_equal(value->members[1].key, "a");
	assert_string_equal(value->members[2].key, "c");
	assert_int_equal(json_member(value, "b")->integer, 1);
	assert_int_equal(json_member(json_member(value, "a"), "x")->kind, JSON_KIND_ARRAY);
	assert_null(json_member(value, "c"));
	assert_null(json_member(value, "d"));
}

static void nesting_is_limited(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 3];
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	assert_int_equal(parse(text, &value, &err), 0);

	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	text[2 * JSON_DEPTH_MAX + 2] = '\0';
	assert_int_equal(parse(text, &value, &err), -EINVAL);
	assert_string_equal(err.text, "line 1, column 65: values are nested more than 64 deep");
}

static void more_than_16_mib_are_refused(void **state)
{
	size_t size = JSON_TEXT_MAX_BYTES + 1;
	char *text = malloc(size);
	const struct json_value *value = NULL;
	struct err err = ERR_INIT;

	assert_non_null(text);
	memset(text, ' ', size);
	text[0] = '1';
	assert_int_equal(json_parse(&documents, text, size, &value, &err), -E2BIG);
	assert_string_equal(err.text, "the JSON text is longer than 16 MiB");
	assert_int_equal(json_parse(&documents, text, size - 1, &value, &err), 0);
	free(text);
}

/* ---- tables of fields ---- */

enum color { COLOR_UNSET, RED, GREEN };

static const struct json_enum color_names[] = {
	{ "red", RED },
	{ "green", GREEN },
	{ NULL, 0 },
};

struct inner {
	const char *name;
	uint32_t size;
};

struct pair {
	const char *key;
	const char *value;
};

struct thing {
	bool is_on;
	int32_t i32;
	int64_t i64;
	uint64_t u64;
	const uint16_t *u16;
	const uint64_t *maybe;
	const int32_t *narrow;
	const char *text;
	enum color color;
	uint32_t flags;
	struct inner inside;
	const struct inner *behind;
	struct inner *inners;
	size_t n_inners;
	const char **words;
	size_t n_words;
	struct pair *pairs;
	size_t n_pairs;
	int counted;
};

static const struct json_field inner_fields[] = {
	JSON_STRING(struct inner, "name", name, .is_required = true),
	JSON_U32(struct inner, "size", size),
	{ .name = NULL },
};
static const struct json_field inner_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = inner_fields,
};
static const struct json_field pair_element = JSON_STRING(struct pair, NULL, value);

/* Counts the elements, also into the reader's context. */
static int count_elements(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	if (value->kind != JSON_KIND_ARRAY)
		return json_fail_value(reader, value, err, "countable");
	*(int *)target = (int)value->length;
	*(int *)reader->context += *(int *)target;
	return 0;
}

static const struct json_field thing_fields[] = {
	JSON_BOOL(struct thing, "on", is_on),
	JSON_I32(struct thing, "i32", i32),
	JSON_I64(struct thing, "i64", i64),
	JSON_U64(struct thing, "u64", u64),
	JSON_U16_POINTER(struct thing, "u16", u16),
	JSON_U64_POINTER(struct thing, "maybe", maybe),
	JSON_I32_POINTER(struct thing, "narrow", narrow, .min = 2, .max = 7),
	JSON_STRING(struct thing, "text", text, .empty_is_absent = true),
	JSON_ENUM(struct thing, "color", color, color_names, .empty_is_absent = true),
	JSON_FLAGS(struct thing, "flags", flags, color_names),
	JSON_OBJECT(struct thing, "inside", inside, inner_fields),
	JSON_OBJECT_POINTER(struct thing, "behind", behind, inner_fields),
	JSON_ARRAY(struct thing, "inners", inners, n_inners, &inner_element),
	JSON_STRINGS(struct thing, "words", words, n_words),
	JSON_MAP(struct thing, "pairs", pairs, n_pairs, &pair_element),
	JSON_CALLBACK(struct thing, "counted", counted, count_elements),
	{ .name = NULL },
};

static int read_thing(struct arena *arena, const char *text, struct thing *ret, struct err *err)
{
	int total = 0;
	struct json_reader reader = JSON_READER_INIT(arena, &total);
	const struct json_value *value = NULL;

	*ret = (struct thing){ 0 };
	assert_int_equal(parse(text, &value, err), 0);
	return json_read_object(&reader, value, thing_fields, ret, err);
}

static void an_object_is_read_onto_a_struct(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct thing thing;

	assert_int_equal(read_thing(&arena,
				 "{\"on\":true,\"i32\":-5,\"i64\":-9223372036854775808,"
				 "\"u64\":18446744073709551615,\"u16\":65535,\"maybe\":0,"
				 "\"narrow\":7,\"text\":\"a\\u00e9\",\"color\":\"green\","
				 "\"flags\":[\"red\",\"green\"],\"inside\":{\"name\":\"n\"},"
				 "\"behind\":{\"name\":\"b\",\"size\":4294967295},"
				 "\"inners\":[{\"name\":\"0\"},{\"name\":\"1\",\"size\":1}],"
				 "\"words\":[\"x\",\"\",\"y\"],\"pairs\":{\"k\":\"v\",\"l\":\"\"},"
				 "\"counted\":[1,2,3],\"unknown\":{\"of\":[\"any\",null]}}",
				 &thing, &err),
		0);
	assert_true(thing.is_on);
	assert_int_equal(thing.i32, -5);
	assert_true(thing.i64 == INT64_MIN);
	assert_true(thing.u64 == UINT64_MAX);
	assert_int_equal(*thing.u16, 65535);
	assert_int_equal(*thing.maybe, 0);
	assert_int_equal(*thing.narrow, 7);
	assert_string_equal(thing.text, "a\xc3\xa9");
	assert_int_equal(thing.color, GREEN);
	assert_int_equal(thing.flags, RED | GREEN);
	assert_string_equal(thing.inside.name, "n");
	assert_string_equal(thing.behind->name, "b");
	assert_true(thing.behind->size == UINT32_MAX);
	assert_int_equal(thing.n_inners, 2);
	assert_string_equal(thing.inners[1].name, "1");
	assert_int_equal(thing.n_words, 3);
	assert_string_equal(thing.words[2], "y");
	assert_int_equal(thing.n_pairs, 2);
	assert_string_equal(thing.pairs[0].key, "k");
	assert_string_equal(thing.pairs[0].value, "v");
	assert_string_equal(thing.pairs[1].value, "");
	assert_int_equal(thing.counted, 3);
}

static void null_counts_as_absent(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct thing thing;

	assert_int_equal(
		read_thing(&arena,
			"{\"on\":null,\"u64\":null,\"maybe\":null,\"text\":null,\"color\":null,"
			"\"inside\":null,\"behind\":null,\"inners\":null,\"pairs\":null,"
			"\"counted\":null,\"flags\":null}",
			&thing, &err),
		0);
	assert_null(thing.maybe);
	assert_null(thing.text);
	assert_null(thing.behind);
	assert_null(thing.inners);
	assert_int_equal(thing.n_inners, 0);
}

static void an_empty_string_counts_as_absent_where_the_row_says_so(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct thing thing;

	assert_int_equal(read_thing(&arena, "{\"text\":\"\",\"color\":\"\"}", &thing, &err), 0);
	assert_null(thing.text);
	assert_int_equal(thing.color, COLOR_UNSET);
}

static void a_wrong_value_is_refused_with_its_pointer(void **state)
{
	static const struct {
		const char *text, *pointer, *expected;
	} cases[] = {
		{ "{\"on\":1}", "/on", "/on: 1 is not true or false" },
		{ "{\"on\":\"true\"}", "/on", "/on: \"true\" is not true or false" },
		{ "{\"i32\":2147483648}", "/i32",
			"/i32: 2147483648 is not a number from -2147483648 to 2147483647" },
		{ "{\"i32\":-2147483649}", "/i32",
			"/i32: -2147483649 is not a number from -2147483648 to 2147483647" },
		{ "{\"i32\":1.0}", "/i32", "/i32: 1.0 is not a whole number" },
		{ "{\"i32\":1e3}", "/i32", "/i32: 1e3 is not a whole number" },
		{ "{\"i32\":\"5\"}", "/i32", "/i32: \"5\" is not a number" },
		{ "{\"i32\":true}", "/i32", "/i32: true is not a number" },
		{ "{\"i64\":9223372036854775808}", "/i64",
			"/i64: 9223372036854775808 is not a number from -9223372036854775808 to "
			"9223372036854775807" },
		{ "{\"u64\":-1}", "/u64",
			"/u64: -1 is not a number from 0 to 18446744073709551615" },
		{ "{\"u16\":65536}", "/u16", "/u16: 65536 is not a number from 0 to 65535" },
		{ "{\"narrow\":1}", "/narrow", "/narrow: 1 is not a number from 2 to 7" },
		{ "{\"narrow\":8}", "/narrow", "/narrow: 8 is not a number from 2 to 7" },
		{ "{\"narrow\":-3}", "/narrow", "/narrow: -3 is not a number from 2 to 7" },
		{ "{\"text\":7}", "/text", "/text: 7 is not a string" },
		{ "{\"text\":[\"a\"]}", "/text", "/text: a list is not a string" },
		{ "{\"text\":\"a\\u0000b\"}", "/text",
			"/text: a character U+0000 inside of a string" },
		{ "{\"color\":\"blue\"}", "/color", "/color: \"blue\" is not one of red, green" },
		{ "{\"color\":\"red\\u0000\"}", "/color",
			"/color: \"red\\u0000\" is not one of red, green" },
		{ "{\"color\":1}", "/color", "/color: 1 is not a string" },
		{ "{\"flags\":\"red\"}", "/flags", "/flags: \"red\" is not a list" },
		{ "{\"flags\":[\"red\",\"x\"]}", "/flags/1",
			"/flags/1: \"x\" is not one of red, green" },
		{ "{\"inside\":[]}", "/inside", "/inside: a list is not an object" },
		{ "{\"inside\":{}}", "/inside/name", "/inside/name: a string is required" },
		{ "{\"inside\":{\"name\":null}}", "/inside/name",
			"/inside/name: a string is required" },
		{ "{\"behind\":{\"name\":\"b\",\"size\":-1}}", "/behind/size",
			"/behind/size: -1 is not a number from 0 to 4294967295" },
		{ "{\"inners\":{}}", "/inners", "/inners: an object is not a list" },
		{ "{\"inners\":[{\"name\":\"a\"},null]}", "/inners/1",
			"/inners/1: null is not an object" },
		{ "{\"words\":[\"a\",\"b\",7]}", "/words/2", "/words/2: 7 is not a string" },
		{ "{\"words\":[null]}", "/words/0", "/words/0: null is not a string" },
		{ "{\"pairs\":{\"a/b~c\":7}}", "/pairs/a~1b~0c",
			"/pairs/a~1b~0c: 7 is not a string" },
		{ "{\"pairs\":{\"a\\nb\":7}}", "/pairs/a?b", "/pairs/a?b: 7 is not a string" },
		{ "{\"pairs\":{\"a\":null}}", "/pairs/a", "/pairs/a: null is not a string" },
		{ "{\"pairs\":[]}", "/pairs", "/pairs: a list is not an object" },
		{ "{\"counted\":7}", "/counted", "/counted: 7 is not countable" },
		{ "[]", "", "the document: a list is not an object" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct thing thing;

		assert_int_equal(read_thing(&arena, cases[i].text, &thing, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].expected);
		assert_string_equal(err.config, cases[i].pointer);
	}
}

static void a_pointer_longer_than_its_buffer_is_cut(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char key[600];
	struct err err = ERR_INIT;
	struct thing thing;

	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(read_thing(&arena, arena_printf(&arena, "{\"pairs\":{\"%s\":1}}", key),
				 &thing, &err),
		-EINVAL);
	assert_int_equal(strlen(err.config), sizeof(err.config) - 1);
	assert_int_equal(strncmp(err.config, "/pairs/kkk", 10), 0);
}

static void a_long_value_is_cut_in_the_text(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char value[5000];
	struct err err = ERR_INIT;
	struct thing thing;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(
		read_thing(&arena, arena_printf(&arena, "{\"i32\":\"%s\"}", value), &thing, &err),
		-EINVAL);
	assert_true(strlen(err.text) < 150);
	assert_non_null(strstr(err.text, " is not a number"));
}

static void names_and_values_of_an_enum_are_found(void **state)
{
	assert_string_equal(json_enum_name(color_names, GREEN), "green");
	assert_null(json_enum_name(color_names, COLOR_UNSET));
	assert_int_equal(json_enum_value(color_names, "red"), RED);
	assert_int_equal(json_enum_value(color_names, "Red"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_rfc_8259_allows_is_parsed),
		cmocka_unit_test(what_rfc_8259_forbids_is_refused_with_its_place),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_name_twice_in_one_object_is_refused),
		cmocka_unit_test(a_name_twice_among_many_is_refused),
		cmocka_unit_test(integers_beyond_64_bits_are_refused),
		cmocka_unit_test(the_biggest_and_the_smallest_integer_stay_exact),
		cmocka_unit_test(strings_lose_their_escapes),
		cmocka_unit_test(members_stay_in_the_documents_order),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(more_than_16_mib_are_refused),
		cmocka_unit_test(an_object_is_read_onto_a_struct),
		cmocka_unit_test(null_counts_as_absent),
		cmocka_unit_test(an_empty_string_counts_as_absent_where_the_row_says_so),
		cmocka_unit_test(a_wrong_value_is_refused_with_its_pointer),
		cmocka_unit_test(a_pointer_longer_than_its_buffer_is_cut),
		cmocka_unit_test(a_long_value_is_cut_in_the_text),
		cmocka_unit_test(names_and_values_of_an_enum_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, release_documents);
}
