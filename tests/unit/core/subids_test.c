/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/subids.h"

static void ranges_are_found_by_name_or_number(void **state)
{
	static const char text[] = "other:1:2\nann:100000:65536\nann:300000:1\n1000:5:6\n";
	struct subids subids;

	assert_true(subids_parse(text, "ann", "17", &subids));
	assert_int_equal(subids.first, 100000);
	assert_int_equal(subids.count, 65536);
	assert_true(subids_parse(text, "bob", "1000", &subids));
	assert_int_equal(subids.first, 5);
	assert_false(subids_parse(text, "an", "100", &subids));
}

static void bad_lines_are_passed_over(void **state)
{
	static const char text[] = "ann\nann:\nann:1\nann:1:\nann:x:1\nann:1:0\nann:4294967295:2\n"
				   "ann:-1:5\n\n:1:2\nann:7:8";
	struct subids subids;

	assert_true(subids_parse(text, "ann", "1", &subids));
	assert_int_equal(subids.first, 7);
	assert_int_equal(subids.count, 8);
	assert_false(subids_parse("", "ann", "1", &subids));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_found_by_name_or_number),
		cmocka_unit_test(bad_lines_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
