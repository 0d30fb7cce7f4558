/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/engine/limits.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	return 0;
}

static const struct oci_resources *make(const struct limits_options *options)
{
	const struct oci_resources *resources = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(limits_make(&arena, options, &resources, &err), 0);
	return resources;
}

static int64_t quota_of(const char *cpus)
{
	const struct oci_resources *resources = make(&(struct limits_options){ .cpus = cpus });

	assert_int_equal(*resources->cpu->period, 100000);
	return *resources->cpu->quota;
}

static void without_options_there_are_no_limits(void **state)
{
	assert_null(make(&(struct limits_options){ 0 }));
}

static void a_limit_that_was_not_given_is_absent(void **state)
{
	const struct oci_resources *resources = make(&(struct limits_options){ .memory = "64m" });

	assert_int_equal(*resources->memory->limit, 64 << 20);
	assert_null(resources->cpu);
	assert_null(resources->pids);
	resources = make(&(struct limits_options){ .pids_limit = { true, 7 } });
	assert_int_equal(*resources->pids->limit, 7);
	assert_null(resources->memory);
}

static void processors_are_a_decimal_number(void **state)
{
	assert_int_equal(quota_of("1"), 100000);
	assert_int_equal(quota_of("1.5"), 150000);
	assert_int_equal(quota_of("0.01"), 1000);
	assert_int_equal(quota_of("0.333333333333"), 33333);
	assert_int_equal(quota_of("8192"), 819200000);
}

static void assert_refused(const struct limits_options *options, const char *said)
{
	const struct oci_resources *resources = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(limits_make(&arena, options, &resources, &err), -EINVAL);
	assert_non_null(strstr(err.text, said));
	assert_null(resources);
}

static void what_is_no_limit_is_refused(void **state)
{
	static const char *const cpus[] = { "", ".", "1.", "x", "1x", "1.5x", "-1", "0", "0.001",
		"8193", "18446744073709551616", "1,5" };

	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		assert_refused(&(struct limits_options){ .cpus = cpus[i] }, "--cpus ");
	assert_refused(&(struct limits_options){ .memory = "much" }, "--memory much");
	assert_refused(&(struct limits_options){ .memory = "0" }, "--memory 0");
	assert_refused(&(struct limits_options){ .pids_limit = { true, 0 } }, "--pids-limit 0");
	assert_refused(&(struct limits_options){ .pids_limit = { true, -1 } }, "--pids-limit -1");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_there_are_no_limits),
		cmocka_unit_test(a_limit_that_was_not_given_is_absent),
		cmocka_unit_test(processors_are_a_decimal_number),
		cmocka_unit_test(what_is_no_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
