/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/restart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_delay_doubles_up_to_a_minute(void **unused)
{
	assert_int_equal(restart_delay_msec(0, 0), 100);
	assert_int_equal(restart_delay_msec(500, 100), 200);
	assert_int_equal(restart_delay_msec(9999, 12800), 25600);
	assert_int_equal(restart_delay_msec(0, 51200), 60000);
	assert_int_equal(restart_delay_msec(0, 60000), 60000);
}

static void who_ran_for_ten_seconds_begins_anew(void **unused)
{
	assert_int_equal(restart_delay_msec(10000, 60000), 100);
}

static void a_damaged_record_does_not_make_it_wait_for_ever(void **unused)
{
	assert_int_equal(restart_delay_msec(0, -7), 100);
	assert_int_equal(restart_delay_msec(0, INT64_MAX), 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_delay_doubles_up_to_a_minute),
		cmocka_unit_test(who_ran_for_ten_seconds_begins_anew),
		cmocka_unit_test(a_damaged_record_does_not_make_it_wait_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
