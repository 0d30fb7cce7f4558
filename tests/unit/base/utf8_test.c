/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t length_of(const char *text)
{
	return utf8_sequence_length(text, strlen(text));
}

static void sequences_of_one_to_four_bytes_are_known(void **state)
{
	assert_int_equal(length_of("a"), 1);
	assert_int_equal(length_of("\xc2\x80"), 2);
	assert_int_equal(length_of("\xe0\xa0\x80"), 3);
	assert_int_equal(length_of("\xed\x9f\xbf"), 3);
	assert_int_equal(length_of("\xf0\x90\x80\x80"), 4);
	assert_int_equal(length_of("\xf4\x8f\xbf\xbf"), 4);
	assert_int_equal(utf8_sequence_length("\0", 1), 1);
}

static void overlong_forms_surrogates_and_what_is_too_big_are_refused(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc2"
		"a",
		"\xe0\xa0"
		"a",
		"\xf0\x90\x80"
		"a",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(length_of(bad[i]), 0);
}

static void a_sequence_that_is_cut_is_refused(void **state)
{
	assert_int_equal(utf8_sequence_length("\xc2\x80", 1), 0);
	assert_int_equal(utf8_sequence_length("\xe0\xa0\x80", 2), 0);
	assert_int_equal(utf8_sequence_length("\xf0\x90\x80\x80", 3), 0);
}

static void what_is_put_is_the_shortest_sequence(void **state)
{
	static const struct {
		uint32_t character;
		const char *bytes;
	} cases[] = {
		{ 'a', "a" },
		{ 0x7f, "\x7f" },
		{ 0x80, "\xc2\x80" },
		{ 0x7ff, "\xdf\xbf" },
		{ 0x800, "\xe0\xa0\x80" },
		{ 0xffff, "\xef\xbf\xbf" },
		{ 0x10000, "\xf0\x90\x80\x80" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char bytes[4];
		size_t length = utf8_put(cases[i].character, bytes);

		assert_int_equal(length, strlen(cases[i].bytes));
		assert_memory_equal(bytes, cases[i].bytes, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_of_one_to_four_bytes_are_known),
		cmocka_unit_test(overlong_forms_surrogates_and_what_is_too_big_are_refused),
		cmocka_unit_test(a_sequence_that_is_cut_is_refused),
		cmocka_unit_test(what_is_put_is_the_shortest_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
