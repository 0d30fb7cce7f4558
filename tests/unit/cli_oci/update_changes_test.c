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

#include "cli/oci/update_changes.h"

/* Applies the options to resources, which must succeed. */
static void apply(
	struct arena *arena, const struct update_options *options, struct oci_resources *resources)
{
	struct err err = ERR_INIT;

	assert_int_equal(update_apply_options(arena, options, resources, &err), 0);
}

static struct option_number given(int64_t value)
{
	return (struct option_number){ .is_given = true, .value = value };
}

static void what_is_not_given_stays_absent(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct update_options options = { .memory = "", .cpuset_cpus = "" };
	struct oci_resources resources = { .n_devices = 0 };

	apply(&arena, &options, &resources);
	assert_null(resources.memory);
	assert_null(resources.cpu);
	assert_null(resources.pids);
	assert_null(resources.block_io);
}

static void every_option_has_its_field(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct update_options options = {
		.blkio_weight = given(500),
		.cpu_period = given(100000),
		.cpu_quota = given(50000),
		.cpu_burst = given(10000),
		.cpu_share = given(512),
		.cpu_rt_period = given(1000000),
		.cpu_rt_runtime = given(950000),
		.cpu_idle = given(1),
		.pids_limit = given(20),
		.cpuset_cpus = "0-1",
		.cpuset_mems = "0",
		.memory = "64m",
		.memory_reservation = "32m",
		.memory_swap = "128m",
		.kernel_memory = "16m",
		.kernel_memory_tcp = "8m",
	};
	struct oci_resources resources = { .n_devices = 0 };

	apply(&arena, &options, &resources);
	assert_int_equal(*resources.block_io->weight, 500);
	assert_int_equal(*resources.cpu->period, 100000);
	assert_int_equal(*resources.cpu->quota, 50000);
	assert_int_equal(*resources.cpu->burst, 10000);
	assert_int_equal(*resources.cpu->shares, 512);
	assert_int_equal(*resources.cpu->realtime_period, 1000000);
	assert_int_equal(*resources.cpu->realtime_runtime, 950000);
	assert_int_equal(*resources.cpu->idle, 1);
	assert_string_equal(resources.cpu->cpus, "0-1");
	assert_string_equal(resources.cpu->mems, "0");
	assert_int_equal(*resources.pids->limit, 20);
	assert_int_equal(*resources.memory->limit, 64 << 20);
	assert_int_equal(*resources.memory->reservation, 32 << 20);
	assert_int_equal(*resources.memory->swap, 128 << 20);
	assert_int_equal(*resources.memory->kernel, 16 << 20);
	assert_int_equal(*resources.memory->kernel_tcp, 8 << 20);
}

static void one_option_leaves_its_neighbours_absent(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct update_options options = { .cpu_burst = given(0), .memory_swap = "-1" };
	struct oci_resources resources = { .n_devices = 0 };

	apply(&arena, &options, &resources);
	assert_int_equal(*resources.cpu->burst, 0);
	assert_null(resources.cpu->quota);
	assert_null(resources.cpu->cpus);
	assert_int_equal(*resources.memory->swap, -1);
	assert_null(resources.memory->limit);
	assert_null(resources.pids);
}

static void an_option_goes_over_a_document_that_stays_as_it_is(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char text[] = "{\"memory\": {\"limit\": 1048576, \"swap\": 2097152}, "
				   "\"cpu\": {\"shares\": 100}}";
	const struct update_options options = { .memory = "2m" };
	struct oci_resources *document, resources;
	struct err err = ERR_INIT;

	assert_int_equal(oci_resources_read(&arena, text, strlen(text), &document, &err), 0);
	resources = *document;
	apply(&arena, &options, &resources);
	assert_int_equal(*resources.memory->limit, 2 << 20);
	assert_int_equal(*resources.memory->swap, 2097152);
	assert_int_equal(*resources.cpu->shares, 100);
	assert_int_equal(*document->memory->limit, 1048576);
}

static void minus_one_is_no_limit_where_the_kernel_has_one(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct update_options options = {
		.memory = "-1",
		.cpu_quota = given(-1),
		.pids_limit = given(-1),
	};
	struct oci_resources resources = { .n_devices = 0 };

	apply(&arena, &options, &resources);
	assert_int_equal(*resources.memory->limit, -1);
	assert_int_equal(*resources.cpu->quota, -1);
	assert_int_equal(*resources.pids->limit, -1);
}

static void assert_refused(const struct update_options *options, const char *text)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_resources resources = { .n_devices = 0 };
	struct err err = ERR_INIT;

	assert_int_equal(update_apply_options(&arena, options, &resources, &err), -EINVAL);
	assert_non_null(strstr(err.text, text));
	assert_null(resources.memory);
	assert_null(resources.cpu);
}

static void a_bad_value_is_refused_with_the_options_name(void **state)
{
	assert_refused(&(struct update_options){ .memory = "much" },
		"invalid value \"much\" for flag -memory:");
	assert_refused(&(struct update_options){ .memory = "-2" },
		"invalid value \"-2\" for flag -memory:");
	assert_refused(&(struct update_options){ .memory_swap = "1x" }, "flag -memory-swap:");
	assert_refused(&(struct update_options){ .kernel_memory = "x" }, "flag -kernel-memory:");
	assert_refused(&(struct update_options){ .cpu_period = given(-1) },
		"invalid value \"-1\" for flag -cpu-period:");
	assert_refused(&(struct update_options){ .cpu_share = given(-5) }, "flag -cpu-share:");
	assert_refused(&(struct update_options){ .cpu_burst = given(-1) }, "flag -cpu-burst:");
	assert_refused(
		&(struct update_options){ .cpu_rt_period = given(-1) }, "flag -cpu-rt-period:");
	assert_refused(
		&(struct update_options){ .blkio_weight = given(-1) }, "flag -blkio-weight:");
	assert_refused(&(struct update_options){ .blkio_weight = given(65536) },
		"invalid value \"65536\" for flag -blkio-weight:");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_stays_absent),
		cmocka_unit_test(every_option_has_its_field),
		cmocka_unit_test(one_option_leaves_its_neighbours_absent),
		cmocka_unit_test(an_option_goes_over_a_document_that_stays_as_it_is),
		cmocka_unit_test(minus_one_is_no_limit_where_the_kernel_has_one),
		cmocka_unit_test(a_bad_value_is_refused_with_the_options_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
