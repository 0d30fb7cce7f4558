/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cgroup/internal.h"
#include "oci/config.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

static const struct cgroup v2 = {
	.kind = CGROUP_KIND_V2,
	.dirs = { { .path = "/cg/c1", .is_v2 = true } },
	.n_dirs = 1,
};

static const struct cgroup v1 = {
	.kind = CGROUP_KIND_V1,
	.dirs = { { .path = "/cg/all/c1", .controllers = ~0u } },
	.n_dirs = 1,
};

static const struct cgroup v1_with_memory_only = {
	.kind = CGROUP_KIND_V1,
	.dirs = { { .path = "/cg/memory/c1",
		.controllers = CGROUP_BIT(CGROUP_CONTROLLER_MEMORY) } },
	.n_dirs = 1,
};

static const struct cgroup none = { .kind = CGROUP_KIND_DISABLED };

/* "file=value;file=value;" */
static const char *writes_of(
	const struct cgroup *group, const struct oci_resources *resources, bool is_update)
{
	struct cgroup_limits limits;
	struct err err = ERR_INIT;
	const char *text = "";
	int r = cgroup_plan_limits(&arena, group, resources, is_update, &limits, &err);

	if (r < 0)
		return arena_printf(&arena, "%s: %s", err.config, err.text);
	for (size_t i = 0; i < limits.n_writes; i++)
		text = arena_printf(
			&arena, "%s%s=%s;", text, limits.writes[i].file, limits.writes[i].value);
	return text;
}

static void assert_writes(const struct cgroup *group, const struct oci_resources *resources,
	bool is_update, const char *expected)
{
	assert_string_equal(writes_of(group, resources, is_update), expected);
}

static void assert_refused(const struct cgroup *group, const struct oci_resources *resources,
	int code, const char *config, const char *words)
{
	struct cgroup_limits limits;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_limits(&arena, group, resources, false, &limits, &err), -code);
	assert_string_equal(err.config, config);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, err.text);
}

#define MEMORY(...)                            \
	&(struct oci_resources)                \
	{                                      \
		.memory = &(struct oci_memory) \
		{                              \
			__VA_ARGS__            \
		}                              \
	}
#define CPU(...)                         \
	&(struct oci_resources)          \
	{                                \
		.cpu = &(struct oci_cpu) \
		{                        \
			__VA_ARGS__      \
		}                        \
	}
#define I64(value)    \
	&(int64_t)    \
	{             \
		value \
	}
#define U64(value)    \
	&(uint64_t)   \
	{             \
		value \
	}
#define U16(value)    \
	&(uint16_t)   \
	{             \
		value \
	}
#define U32(value)    \
	&(uint32_t)   \
	{             \
		value \
	}
#define BOOL(value)   \
	&(bool)       \
	{             \
		value \
	}

static void no_resources_write_nothing(void **state)
{
	struct oci_resources empty = { .memory = &(struct oci_memory){ NULL } };

	assert_writes(&v2, NULL, false, "");
	assert_writes(&v1, &empty, false, "");
	assert_writes(&none, &empty, false, "");
}

/* ---- cpu ---- */

static void shares_become_weight_by_the_quadratic_formula(void **state)
{
	assert_int_equal(cgroup_weight_of_shares(0), 1);
	assert_int_equal(cgroup_weight_of_shares(2), 1);
	assert_int_equal(cgroup_weight_of_shares(512), 59);
	assert_int_equal(cgroup_weight_of_shares(1024), 100);
	assert_int_equal(cgroup_weight_of_shares(2048), 174);
	assert_int_equal(cgroup_weight_of_shares(262144), 10000);
	assert_int_equal(cgroup_weight_of_shares(UINT64_MAX), 10000);
	for (uint64_t shares = 3; shares < 262144; shares += 7)
		assert_true(cgroup_weight_of_shares(shares) >= cgroup_weight_of_shares(shares - 1));
}

static void cpu_limits_have_names_of_their_own_in_each_version(void **state)
{
	struct oci_resources *resources = CPU(.shares = U64(512), .quota = I64(50000),
		.period = U64(100000), .burst = U64(1000));

	assert_writes(
		&v2, resources, false, "cpu.weight=59;cpu.max.burst=1000;cpu.max=50000 100000;");
	assert_writes(&v1, resources, false,
		"cpu.shares=512;cpu.cfs_burst_us=1000;cpu.cfs_period_us=100000;"
		"cpu.cfs_quota_us=50000;");
}

static void a_negative_quota_is_no_limit(void **state)
{
	struct oci_resources *resources = CPU(.quota = I64(-1));

	assert_writes(&v2, resources, false, "");
	assert_writes(&v2, resources, true, "cpu.max=max;");
	assert_writes(&v1, resources, true, "cpu.cfs_quota_us=-1;");
	assert_writes(&v1_with_memory_only, resources, false, "");
}

static void an_idle_group_gets_its_weight_first_and_a_busy_one_after(void **state)
{
	assert_writes(
		&v2, CPU(.shares = U64(1024), .idle = I64(1)), false, "cpu.weight=100;cpu.idle=1;");
	assert_writes(
		&v2, CPU(.shares = U64(1024), .idle = I64(0)), true, "cpu.idle=0;cpu.weight=100;");
}

static void burst_above_quota_is_refused(void **state)
{
	assert_refused(&v1, CPU(.quota = I64(1000), .burst = U64(1001)), EINVAL,
		"/linux/resources/cpu/burst", "burst 1001 is above quota 1000");
}

static void realtime_is_for_v1(void **state)
{
	struct oci_resources *resources = CPU(.realtime_period = U64(1000000),
		.realtime_runtime = I64(950000));

	assert_writes(&v1, resources, false, "cpu.rt_period_us=1000000;cpu.rt_runtime_us=950000;");
	assert_refused(
		&v2, resources, ENOTSUP, "/linux/resources/cpu/realtimeRuntime", "cgroup v2");
}

static void cpu_lists_are_checked_and_written(void **state)
{
	assert_writes(
		&v2, CPU(.cpus = "0-3,7", .mems = "0"), false, "cpuset.cpus=0-3,7;cpuset.mems=0;");
	assert_writes(&v2, CPU(.cpus = "", .mems = ""), false, "");
	assert_refused(
		&v2, CPU(.cpus = "0\n1"), EINVAL, "/linux/resources/cpu/cpus", "is not a list");
	assert_refused(
		&v2, CPU(.mems = "all"), EINVAL, "/linux/resources/cpu/mems", "is not a list");
}

/* ---- memory ---- */

static void swap_is_counted_alone_on_v2(void **state)
{
	struct oci_resources *resources = MEMORY(.limit = I64(100), .swap = I64(250));

	assert_writes(&v2, resources, false, "memory.swap.max=150;memory.max=100;");
	assert_writes(&v1, resources, false,
		"memory.limit_in_bytes=100;memory.memsw.limit_in_bytes=250;");
}

static void memory_without_limit_lifts_that_of_swap_too(void **state)
{
	struct oci_resources *resources = MEMORY(.limit = I64(-1));

	assert_writes(&v2, resources, false, "");
	assert_writes(&v2, resources, true, "memory.swap.max=max;memory.max=max;");
	assert_writes(
		&v1, resources, true, "memory.limit_in_bytes=-1;memory.memsw.limit_in_bytes=-1;");
}

static void zero_leaves_memory_as_it_is(void **state)
{
	assert_writes(&v2, MEMORY(.limit = I64(0), .swap = I64(0)), true, "");
	assert_writes(&v1, MEMORY(.limit = I64(0), .swap = I64(0)), true, "");
}

static void swap_below_memory_is_refused(void **state)
{
	struct oci_resources *resources = MEMORY(.limit = I64(100), .swap = I64(99));

	assert_refused(&v1, resources, EINVAL, "/linux/resources/memory/swap", "less than");
	assert_refused(&v2, resources, EINVAL, "/linux/resources/memory/swap", "less than");
}

static void swap_needs_a_memory_limit_on_v2(void **state)
{
	assert_refused(&v2, MEMORY(.swap = I64(99)), EINVAL, "/linux/resources/memory/swap",
		"needs a limit of memory");
	assert_refused(&v2, MEMORY(.limit = I64(-1), .swap = I64(99)), EINVAL,
		"/linux/resources/memory/swap", "needs a limit of memory");
	assert_writes(&v2, MEMORY(.limit = I64(7), .swap = I64(-1)), true,
		"memory.swap.max=max;memory.max=7;");
}

static void the_rest_of_memory_on_v1(void **state)
{
	assert_writes(&v1,
		MEMORY(.reservation = I64(5), .swappiness = U64(0),
			.disable_oom_killer = BOOL(true), .kernel = I64(9), .kernel_tcp = I64(8)),
		false,
		"memory.soft_limit_in_bytes=5;memory.kmem.tcp.limit_in_bytes=8;"
		"memory.oom_control=1;memory.swappiness=0;");
}

static void what_v2_cannot_say_is_refused_and_what_it_always_does_is_not(void **state)
{
	assert_refused(&v2, MEMORY(.swappiness = U64(0)), ENOTSUP,
		"/linux/resources/memory/swappiness", "cgroup v2");
	assert_refused(&v2, MEMORY(.disable_oom_killer = BOOL(true)), ENOTSUP,
		"/linux/resources/memory/disableOOMKiller", "cgroup v2");
	assert_refused(&v2, MEMORY(.kernel_tcp = I64(1)), ENOTSUP,
		"/linux/resources/memory/kernelTCP", "cgroup v2");
	assert_writes(&v2,
		MEMORY(.limit = I64(1), .kernel = I64(1), .disable_oom_killer = BOOL(false),
			.use_hierarchy = BOOL(true)),
		false, "memory.max=1;");
}

/* ---- the others ---- */

static void zero_processes_is_a_limit_and_minus_one_is_none(void **state)
{
	struct oci_pids pids = { .limit = I64(0) };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup_limits limits;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_limits(&arena, &v2, &resources, false, &limits, &err), 0);
	assert_int_equal(limits.n_writes, 1);
	assert_string_equal(limits.writes[0].value, "0");
	assert_int_equal(limits.writes[0].flags, CGROUP_WRITE_LATE);
	pids.limit = I64(-1);
	assert_writes(&v2, &resources, false, "");
	assert_writes(&v2, &resources, true, "pids.max=max;");
	assert_writes(&v1_with_memory_only, &resources, false, "");
	pids.limit = NULL;
	assert_writes(&v2, &resources, true, "");
}

static void block_devices_have_weights_and_throttles(void **state)
{
	struct oci_weight_device weight = { .major = 8, .minor = 16, .weight = U16(500) };
	struct oci_throttle_device read = { 8, 0, 600 }, stop = { 8, 1, 0 };
	struct oci_block_io io = { .weight = U16(10),
		.weight_devices = &weight,
		.n_weight_devices = 1,
		.throttle = { [OCI_THROTTLE_READ_BPS] = { &read, 1 },
			[OCI_THROTTLE_WRITE_IOPS] = { &stop, 1 } } };
	struct oci_resources resources = { .block_io = &io };

	assert_writes(&v2, &resources, false,
		"io.bfq.weight=10;io.bfq.weight=8:16 500;io.max=8:0 rbps=600;io.max=8:1 "
		"wiops=max;");
	assert_writes(&v1, &resources, false,
		"blkio.weight=10;blkio.weight_device=8:16 500;"
		"blkio.throttle.read_bps_device=8:0 600;"
		"blkio.throttle.write_iops_device=8:1 0;");
	weight.leaf_weight = U16(5);
	assert_refused(&v2, &resources, ENOTSUP, "/linux/resources/blockIO/weightDevice/0",
		"leaf weights");
}

static void leaf_weights_are_of_v1_alone(void **state)
{
	struct oci_weight_device device = { .major = 8, .minor = 16, .leaf_weight = U16(5) };
	struct oci_block_io io = {
		.leaf_weight = U16(300), .weight_devices = &device, .n_weight_devices = 1
	};
	struct oci_resources resources = { .block_io = &io };

	assert_writes(
		&v1, &resources, false, "blkio.leaf_weight=300;blkio.leaf_weight_device=8:16 5;");
	assert_refused(
		&v2, &resources, ENOTSUP, "/linux/resources/blockIO/leafWeight", "leaf weights");
	io.leaf_weight = U16(0);
	device.leaf_weight = U16(0);
	assert_writes(&v2, &resources, false, "");
}

static void block_weights_are_converted_where_there_is_no_bfq(void **state)
{
	assert_int_equal(cgroup_io_weight_of_blkio(10), 1);
	assert_int_equal(cgroup_io_weight_of_blkio(500), 1 + 490 * 9999 / 990);
	assert_int_equal(cgroup_io_weight_of_blkio(1000), 10000);
}

static void huge_pages_are_limited_with_their_reservations(void **state)
{
	struct oci_hugepage_limit limit = { "2MB", UINT64_MAX };
	struct oci_resources resources = { .hugepage_limits = &limit, .n_hugepage_limits = 1 };

	assert_writes(&v2, &resources, false,
		"hugetlb.2MB.max=18446744073709551615;hugetlb.2MB.rsvd.max=18446744073709551615;");
	limit.limit = 4096;
	assert_writes(&v1, &resources, false,
		"hugetlb.2MB.limit_in_bytes=4096;hugetlb.2MB.rsvd.limit_in_bytes=4096;");
	limit.page_size = "../x";
	assert_refused(&v2, &resources, EINVAL, "/linux/resources/hugepageLimits/0/pageSize",
		"is not a page size");
}

static void rdma_and_network_have_one_line_for_each_device(void **state)
{
	struct oci_rdma rdma[] = { { "mlx5_1", U32(3), U32(10000) }, { "rxe3", NULL, U32(7) } };
	struct oci_network_priority priority = { "eth0", 500 };
	struct oci_network network = { U32(1048577), &priority, 1 };
	struct oci_resources resources = { .rdma = rdma, .n_rdma = 2, .network = &network };

	assert_writes(&v1, &resources, false,
		"rdma.max=mlx5_1 hca_handle=3 hca_object=10000;rdma.max=rxe3 hca_object=7;"
		"net_cls.classid=1048577;net_prio.ifpriomap=eth0 500;");
	assert_refused(
		&v2, &resources, ENOTSUP, "/linux/resources/network/classID", "network classes");
}

static void unified_files_are_for_v2_and_never_a_path(void **state)
{
	static const char *const bad[] = { "", "x", "../memory.max", "a/b.c", "memory..max",
		".hidden", "cgroup.procs", "cgroup.kill", "memory.max\n" };
	struct oci_key_value file = { "io.max", "8:0 rbps=1\n8:1 rbps=2" };
	struct oci_resources resources = { .unified = &file, .n_unified = 1 };
	struct cgroup_limits limits;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_limits(&arena, &v2, &resources, false, &limits, &err), 0);
	assert_int_equal(limits.required, CGROUP_BIT(CGROUP_CONTROLLER_IO));
	assert_refused(&v1, &resources, ENOTSUP, "/linux/resources/unified/io.max", "cgroup v1");
	assert_refused(&none, &resources, ENOTSUP, "/linux/resources/unified/io.max", "no cgroup");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		file.key = bad[i];
		assert_int_equal(
			cgroup_plan_limits(&arena, &v2, &resources, false, &limits, &err), -EINVAL);
	}
	file.key = "a~/b";
	assert_refused(&v2, &resources, EINVAL, "/linux/resources/unified/a~0~1b", "not a file");
}

static void a_limit_without_its_controller_names_field_and_controller(void **state)
{
	struct oci_pids pids = { .limit = I64(5) };
	struct oci_resources resources = { .pids = &pids };

	assert_refused(&v1_with_memory_only, &resources, ENOTSUP, "/linux/resources/pids/limit",
		"controller \"pids\"");
	assert_refused(&v1_with_memory_only, CPU(.shares = U64(5)), ENOTSUP,
		"/linux/resources/cpu/shares", "controller \"cpu\"");
	assert_refused(&none, MEMORY(.limit = I64(5)), ENOTSUP, "/linux/resources/memory/limit",
		"no cgroup");
}

static void v2_parents_must_hand_down_what_limits_need(void **state)
{
	struct cgroup_limits limits;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_limits(&arena, &v2, CPU(.cpus = "0", .quota = I64(1000)),
				 false, &limits, &err),
		0);
	assert_int_equal(limits.required,
		CGROUP_BIT(CGROUP_CONTROLLER_CPU) | CGROUP_BIT(CGROUP_CONTROLLER_CPUSET));
	assert_string_equal(cgroup_limits_field(&limits, CGROUP_CONTROLLER_CPUSET),
		"/linux/resources/cpu/cpus");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(no_resources_write_nothing, tear_down),
		cmocka_unit_test_teardown(shares_become_weight_by_the_quadratic_formula, tear_down),
		cmocka_unit_test_teardown(
			cpu_limits_have_names_of_their_own_in_each_version, tear_down),
		cmocka_unit_test_teardown(a_negative_quota_is_no_limit, tear_down),
		cmocka_unit_test_teardown(
			an_idle_group_gets_its_weight_first_and_a_busy_one_after, tear_down),
		cmocka_unit_test_teardown(burst_above_quota_is_refused, tear_down),
		cmocka_unit_test_teardown(realtime_is_for_v1, tear_down),
		cmocka_unit_test_teardown(cpu_lists_are_checked_and_written, tear_down),
		cmocka_unit_test_teardown(swap_is_counted_alone_on_v2, tear_down),
		cmocka_unit_test_teardown(memory_without_limit_lifts_that_of_swap_too, tear_down),
		cmocka_unit_test_teardown(zero_leaves_memory_as_it_is, tear_down),
		cmocka_unit_test_teardown(swap_below_memory_is_refused, tear_down),
		cmocka_unit_test_teardown(swap_needs_a_memory_limit_on_v2, tear_down),
		cmocka_unit_test_teardown(the_rest_of_memory_on_v1, tear_down),
		cmocka_unit_test_teardown(
			what_v2_cannot_say_is_refused_and_what_it_always_does_is_not, tear_down),
		cmocka_unit_test_teardown(
			zero_processes_is_a_limit_and_minus_one_is_none, tear_down),
		cmocka_unit_test_teardown(block_devices_have_weights_and_throttles, tear_down),
		cmocka_unit_test_teardown(
			block_weights_are_converted_where_there_is_no_bfq, tear_down),
		cmocka_unit_test_teardown(leaf_weights_are_of_v1_alone, tear_down),
		cmocka_unit_test_teardown(
			huge_pages_are_limited_with_their_reservations, tear_down),
		cmocka_unit_test_teardown(
			rdma_and_network_have_one_line_for_each_device, tear_down),
		cmocka_unit_test_teardown(unified_files_are_for_v2_and_never_a_path, tear_down),
		cmocka_unit_test_teardown(
			a_limit_without_its_controller_names_field_and_controller, tear_down),
		cmocka_unit_test_teardown(v2_parents_must_hand_down_what_limits_need, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
