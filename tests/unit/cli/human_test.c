/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/human.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void sizes_have_three_digits(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = { { 0, "0B" }, { 999, "999B" }, { 1000, "1kB" }, { 4270000, "4.27MB" },
		{ 133500000, "134MB" }, { 1500000000, "1.5GB" }, { UINT64_MAX, "18.4EB" } };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;

		assert_string_equal(human_size(&arena, cases[i].bytes), cases[i].text);
	}
}

static void ages_are_in_dockers_words(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = { { -5, "Less than a second" }, { 0, "Less than a second" }, { 1, "1 second" },
		{ 59, "59 seconds" }, { 60, "About a minute" }, { 119, "About a minute" },
		{ 120, "2 minutes" }, { 3600, "About an hour" }, { 2 * 3600, "2 hours" },
		{ 47 * 3600, "47 hours" }, { 3 * 86400, "3 days" }, { 14 * 86400, "2 weeks" },
		{ 60 * 86400, "2 months" }, { 800 * 86400, "2 years" } };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;

		assert_string_equal(human_duration(&arena, cases[i].seconds), cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_three_digits),
		cmocka_unit_test(ages_are_in_dockers_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
