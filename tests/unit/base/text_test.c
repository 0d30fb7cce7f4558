/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Into a heap buffer of just that size, so that the sanitizer sees a byte too many. */
static void assert_copied(size_t size, const char *string, const char *expected)
{
	char *buffer = malloc(size);

	assert_non_null(buffer);
	text_copy(buffer, size, string);
	assert_string_equal(buffer, expected);
	free(buffer);
}

static void what_fits_is_copied_whole(void **state)
{
	assert_copied(6, "abcde", "abcde");
	assert_copied(1, "", "");
	assert_copied(100, "abc", "abc");
}

static void what_does_not_fit_is_cut_in_the_middle(void **state)
{
	assert_copied(10, "abcdefghijklmnop", "abc...nop");
	assert_copied(9, "abcdefghijklmnop", "ab...nop");
	assert_copied(6, "abcdefghijklmnop", "a...p");
}

static void a_buffer_without_room_for_a_cut_takes_the_beginning(void **state)
{
	assert_copied(5, "abcdefgh", "abcd");
	assert_copied(2, "abcdefgh", "a");
	assert_copied(1, "abcdefgh", "");
}

static void formatting_cuts_the_same_way(void **state)
{
	char buffer[10];

	text_format(buffer, sizeof(buffer), "%s-%d", "ab", 7);
	assert_string_equal(buffer, "ab-7");
	text_format(buffer, sizeof(buffer), "%s%s", "abcdefgh", "ijklmnop");
	assert_string_equal(buffer, "abc...nop");
}

static void control_characters_become_question_marks(void **state)
{
	char string[] = "a\033[31mb\r\nc\td\177\001\302\205\302\233J";

	text_make_printable(string);
	assert_string_equal(string, "a?[31mb?\nc\td??????J");
}

static void other_bytes_beyond_ascii_stay(void **state)
{
	char string[] = "\302\240\303\205\205\302";

	text_make_printable(string);
	assert_string_equal(string, "\302\240\303\205\205\302");
}

static void two_missing_strings_are_equal(void **state)
{
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "ab"));
	assert_true(text_is_empty(NULL));
	assert_true(text_is_empty(""));
	assert_false(text_is_empty(" "));
}

static void the_rest_behind_a_prefix_is_found(void **state)
{
	const char *string = "PATH=/bin";

	assert_ptr_equal(text_after_prefix(string, "PATH="), string + 5);
	assert_ptr_equal(text_after_prefix(string, ""), string);
	assert_string_equal(text_after_prefix("a", "a"), "");
	assert_null(text_after_prefix("a", "ab"));
	assert_null(text_after_prefix(string, "path="));
	assert_true(text_has_prefix("abc", "ab"));
	assert_false(text_has_prefix("", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_copied_whole),
		cmocka_unit_test(what_does_not_fit_is_cut_in_the_middle),
		cmocka_unit_test(a_buffer_without_room_for_a_cut_takes_the_beginning),
		cmocka_unit_test(formatting_cuts_the_same_way),
		cmocka_unit_test(control_characters_become_question_marks),
		cmocka_unit_test(other_bytes_beyond_ascii_stay),
		cmocka_unit_test(two_missing_strings_are_equal),
		cmocka_unit_test(the_rest_behind_a_prefix_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
