/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct health_times times = {
	.interval_msec = 1000,
	.start_period_msec = 5000,
	.retries = 2,
};

static struct health_state after(
	struct arena *arena, struct health_state state, int exit_code, int64_t up_msec)
{
	const struct health_result result = {
		.start = "a",
		.end = "b",
		.exit_code = exit_code,
		.output = "",
	};

	health_take_result(arena, &times, &result, up_msec, &state);
	return state;
}

static void failures_in_the_start_period_do_not_count(void **unused)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct health_state state = { .status = "starting" };

	state = after(&arena, state, 1, 1000);
	state = after(&arena, state, 1, 4999);
	assert_string_equal(state.status, "starting");
	assert_int_equal(state.failing_streak, 0);
	state = after(&arena, state, 1, 5000);
	assert_int_equal(state.failing_streak, 1);
	state = after(&arena, state, 1, 6000);
	assert_string_equal(state.status, "unhealthy");
}

static void one_that_was_healthy_has_no_start_period_any_more(void **unused)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct health_state state = { .status = "starting" };

	state = after(&arena, state, 0, 1000);
	assert_string_equal(state.status, "healthy");
	state = after(&arena, state, 1, 2000);
	assert_string_equal(state.status, "healthy");
	state = after(&arena, state, -1, 3000);
	assert_string_equal(state.status, "unhealthy");
	assert_int_equal(state.failing_streak, 2);
	state = after(&arena, state, 0, 4000);
	assert_string_equal(state.status, "healthy");
	assert_int_equal(state.failing_streak, 0);
}

static void the_newest_results_are_kept(void **unused)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct health_state state = { .status = "starting" };

	for (int i = 0; i < 7; i++)
		state = after(&arena, state, i, 0);
	assert_int_equal(state.n_log, HEALTH_LOG_MAX);
	assert_int_equal(state.log[0].exit_code, 2);
	assert_int_equal(state.log[4].exit_code, 6);
}

static void times_that_nobody_asked_for_are_dockers(void **unused)
{
	const char *test[] = { "CMD-SHELL", "true" };
	const struct container_healthcheck health = { .test = test, .n_test = 2 };
	struct health_times found = health_times(&health);

	assert_int_equal(found.interval_msec, 30000);
	assert_int_equal(found.timeout_msec, 30000);
	assert_int_equal(found.start_interval_msec, 5000);
	assert_int_equal(found.first_msec, 30000);
	assert_int_equal(found.retries, 3);
}

static void what_is_no_check_is_none(void **unused)
{
	const char *none[] = { "NONE", "x" }, *unknown[] = { "SHELL", "x" }, *empty[] = { "CMD" };
	struct container_healthcheck health = { .test = none, .n_test = 2 };

	assert_false(health_is_configured(&health));
	health.test = unknown;
	assert_false(health_is_configured(&health));
	health.test = empty;
	health.n_test = 1;
	assert_false(health_is_configured(&health));
	assert_int_equal(health_times(&health).interval_msec, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_the_start_period_do_not_count),
		cmocka_unit_test(one_that_was_healthy_has_no_start_period_any_more),
		cmocka_unit_test(the_newest_results_are_kept),
		cmocka_unit_test(times_that_nobody_asked_for_are_dockers),
		cmocka_unit_test(what_is_no_check_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
