/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/parse_duration.h"

static int64_t duration_of(const char *text)
{
	int64_t nsec = -7;

	assert_int_equal(parse_duration_nsec(text, &nsec), 0);
	return nsec;
}

static void assert_refused(const char *text, int code)
{
	int64_t nsec = -7;

	assert_int_equal(parse_duration_nsec(text, &nsec), -code);
	assert_int_equal(nsec, -7);
}

static void every_unit_counts(void **state)
{
	assert_int_equal(duration_of("3ns"), 3);
	assert_int_equal(duration_of("3us"), 3000);
	assert_int_equal(duration_of("3\xc2\xb5s"), 3000);
	assert_int_equal(duration_of("3\xce\xbcs"), 3000);
	assert_int_equal(duration_of("3ms"), 3000000);
	assert_int_equal(duration_of("5s"), INT64_C(5000000000));
	assert_int_equal(duration_of("2m"), INT64_C(120000000000));
	assert_int_equal(duration_of("1h"), INT64_C(3600000000000));
}

static void parts_add_up_in_any_order(void **state)
{
	assert_int_equal(duration_of("1h15m30.918s"), INT64_C(4530918000000));
	assert_int_equal(duration_of("30s1m"), INT64_C(90000000000));
	assert_int_equal(duration_of("1m500ms"), INT64_C(60500000000));
}

static void fractions_may_leave_one_side_out(void **state)
{
	assert_int_equal(duration_of("1.5h"), INT64_C(5400000000000));
	assert_int_equal(duration_of(".5s"), 500000000);
	assert_int_equal(duration_of("5.s"), INT64_C(5000000000));
	assert_int_equal(duration_of("0.3333333333333333333333h"), INT64_C(1199999999999));
	assert_int_equal(duration_of("1.9ns"), 1);
}

static void a_sign_stands_in_front_of_the_whole(void **state)
{
	assert_int_equal(duration_of("-1m30s"), -INT64_C(90000000000));
	assert_int_equal(duration_of("+5s"), INT64_C(5000000000));
	assert_refused("1m-30s", EINVAL);
	assert_refused("--1s", EINVAL);
}

static void nought_needs_no_unit(void **state)
{
	assert_int_equal(duration_of("0"), 0);
	assert_int_equal(duration_of("-0"), 0);
	assert_int_equal(duration_of("0s"), 0);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = { "", "5", "s", "-", "+", ".", ".s", "5 s", " 5s", "5s ",
		"5x", "5sec", "1d", "1..5s", "1e3s", "5s5" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], EINVAL);
}

static void more_than_292_years_are_refused(void **state)
{
	assert_int_equal(duration_of("9223372036854775807ns"), INT64_MAX);
	assert_refused("9223372036854775808ns", ERANGE);
	assert_refused("2562048h", ERANGE);
	assert_refused("2562047h2562047h2562047h", ERANGE);
	assert_refused("99999999999999999999s", ERANGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_unit_counts),
		cmocka_unit_test(parts_add_up_in_any_order),
		cmocka_unit_test(fractions_may_leave_one_side_out),
		cmocka_unit_test(a_sign_stands_in_front_of_the_whole),
		cmocka_unit_test(nought_needs_no_unit),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(more_than_292_years_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
