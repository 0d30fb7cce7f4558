/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/filter.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = { "USER", "NPROCS", "HOLDER", "NETNS" };
static const char *const row[] = { "root", "12", NULL, "a b" };

static int find_column(const char *name, size_t length, size_t *ret, struct err *err)
{
	for (size_t i = 0; i < LENGTH(names); i++) {
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
			*ret = i;
			return 0;
		}
	}
	return err_fail(err, EINVAL, "unknown column");
}

static const char *value(void *context, size_t column)
{
	return row[column];
}

static const struct {
	const char *text;
	bool is_match;
} cases[] = {
	{ "USER == \"root\"", true },
	{ "USER == 'nobody'", false },
	{ "USER != \"root\"", false },
	{ "USER eq \"root\" and NPROCS gt 1", true },
	{ "NPROCS > 2", true }, /* as text 12 were less */
	{ "NPROCS > 12", false },
	{ "NPROCS >= 12 && NPROCS <= 12", true },
	{ "2 < NPROCS", true },
	{ "NPROCS < 2 or USER =~ \"^ro+t$\"", true },
	{ "USER !~ \"^ro\"", false },
	{ "not USER == \"root\"", false },
	{ "!(USER == \"x\" || NPROCS lt 3)", true },
	{ "HOLDER", false },
	{ "!HOLDER", true },
	{ "USER", true },
	{ "0", false },
	{ "HOLDER == \"\"", false },
	{ "HOLDER != \"x\"", true },
	{ "HOLDER < 5", false },
	{ "NETNS == \"a b\"", true }, /* a name that begins like a sign of comparison */
	{ "USER == \"x\" and USER == \"y\" or USER == \"root\"", true },
	{ "USER == \"root\" or USER == \"x\" and NPROCS == 0", true },
};

static void conditions_hold_or_do_not(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		AUTO_FILTER filter = { NULL };

		if (filter_parse(&arena, cases[i].text, find_column, &filter, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		if (filter_matches(&filter, value, NULL) != cases[i].is_match)
			fail_msg("%s is%s expected to hold", cases[i].text,
				cases[i].is_match ? "" : " not");
	}
}

static void what_is_no_condition_is_refused_with_its_place(void **state)
{
	static const char *const bad[] = { "", "USER ==", "== 1", "(USER", "USER)", "NOBODY == 1",
		"USER == \"root", "USER =~ \"(\"", "USER =~ NPROCS", "USER and", "USER USER", "not",
		"1 + 1" };

	for (size_t i = 0; i < LENGTH(bad); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		AUTO_FILTER filter = { NULL };

		if (filter_parse(&arena, bad[i], find_column, &filter, &err) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(err.text, "filter: "));
	}
}

static void nesting_has_an_end(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	AUTO_FILTER filter = { NULL };
	char text[100001];

	memset(text, '(', 100000);
	text[100000] = '\0';
	assert_int_equal(filter_parse(&arena, text, find_column, &filter, &err), -EINVAL);
	memset(text, '!', 100000);
	assert_int_equal(filter_parse(&arena, text, find_column, &filter, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_hold_or_do_not),
		cmocka_unit_test(what_is_no_condition_is_refused_with_its_place),
		cmocka_unit_test(nesting_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
