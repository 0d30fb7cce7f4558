/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/oci/event_text.h"

/* What a container of two processors had used, with something in every field. */
static struct container_stats recorded(void)
{
	static uint64_t percpu[] = { 600, 400 };
	static uint16_t cpus[] = { 0, 1 }, mems[] = { 0 };
	static struct cgroup_memory_raw raw[] = { { "cache", 4096 }, { "rss", 0 } };
	static struct cgroup_io_entry bytes[] = { { 8, 0, "Read", 4096 }, { 8, 16, "Write", 0 } };
	static struct cgroup_io_entry sectors[] = { { 8, 0, "", 8 } };
	static struct cgroup_hugetlb_use pages[] = { { "2MB", 0, 2097152, 0 }, { "1GB", 0, 0, 3 } };
	static struct network_use networks[] = { { "eth0", 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct container_stats stats = {
		.networks = networks,
		.n_networks = 1,
	};
	struct cgroup_stats *cgroup = &stats.cgroup;

	cgroup->cpu.total_nsec = 1000;
	cgroup->cpu.kernel_nsec = 300;
	cgroup->cpu.user_nsec = 700;
	cgroup->cpu.percpu_nsec = percpu;
	cgroup->cpu.n_percpu = 2;
	cgroup->cpu.periods = 10;
	cgroup->cpu.throttled_periods = 4;
	cgroup->cpu.throttled_nsec = 5000;
	cgroup->cpu.psi = (struct cgroup_psi){
		.is_present = true,
		.some = { .avg10 = 0.5, .avg60 = 12.34, .avg300 = 100, .total_usec = 77 },
	};
	cgroup->cpuset.cpus = cpus;
	cgroup->cpuset.n_cpus = 2;
	cgroup->cpuset.mems = mems;
	cgroup->cpuset.n_mems = 1;
	cgroup->cpuset.cpu_exclusive = 1;
	cgroup->cpuset.sched_load_balance = 1;
	cgroup->cpuset.sched_relax_domain_level = -1;
	cgroup->memory.cache = 4096;
	cgroup->memory.usage = (struct cgroup_memory_use){ 67108864, 8192, 16384, 2 };
	cgroup->memory.swap = (struct cgroup_memory_use){ UINT64_MAX, 8192, 0, 0 };
	cgroup->memory.raw = raw;
	cgroup->memory.n_raw = 2;
	cgroup->pids.current = 3;
	cgroup->pids.limit = 20;
	cgroup->blkio.service_bytes = (struct cgroup_io_list){ bytes, 2 };
	cgroup->blkio.sectors = (struct cgroup_io_list){ sectors, 1 };
	cgroup->hugetlb.entries = pages;
	cgroup->hugetlb.n_entries = 2;
	return stats;
}

static void statistics_have_the_shape_that_readers_know(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct container_stats stats = recorded();

	assert_string_equal(event_text(&arena, "c1", &stats),
		"{\"type\":\"stats\",\"id\":\"c1\",\"data\":{"
		"\"cpu\":{\"usage\":{\"total\":1000,\"percpu\":[600,400],\"kernel\":300,\"user\":"
		"700},"
		"\"throttling\":{\"periods\":10,\"throttledPeriods\":4,\"throttledTime\":5000},"
		"\"psi\":{\"some\":{\"avg10\":0.5,\"avg60\":12.34,\"avg300\":100,\"total\":77},"
		"\"full\":{\"avg10\":0,\"avg60\":0,\"avg300\":0,\"total\":0}}},"
		"\"cpuset\":{\"cpus\":[0,1],\"mems\":[0],\"cpu_exclusive\":1,\"mem_hardwall\":0,"
		"\"mem_exclusive\":0,\"memory_migrate\":0,\"memory_spread_page\":0,"
		"\"memory_spread_slab\":0,\"memory_pressure\":0,\"sched_load_balance\":1,"
		"\"sched_relax_domain_level\":-1},"
		"\"memory\":{\"cache\":4096,"
		"\"usage\":{\"limit\":67108864,\"usage\":8192,\"max\":16384,\"failcnt\":2},"
		"\"swap\":{\"limit\":18446744073709551615,\"usage\":8192,\"failcnt\":0},"
		"\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,\"failcnt\":0},"
		"\"raw\":{\"cache\":4096,\"rss\":0}},"
		"\"pids\":{\"current\":3,\"limit\":20},"
		"\"blkio\":{\"ioServiceBytesRecursive\":["
		"{\"major\":8,\"op\":\"Read\",\"value\":4096},{\"major\":8,\"minor\":16,\"op\":"
		"\"Write\"}],"
		"\"sectorsRecursive\":[{\"major\":8,\"value\":8}]},"
		"\"hugetlb\":{\"2MB\":{\"max\":2097152,\"failcnt\":0},\"1GB\":{\"failcnt\":3}},"
		"\"intel_rdt\":{},"
		"\"network_interfaces\":[{\"Name\":\"eth0\",\"RxBytes\":1,\"RxPackets\":2,"
		"\"RxErrors\":3,"
		"\"RxDropped\":4,\"TxBytes\":5,\"TxPackets\":6,\"TxErrors\":7,\"TxDropped\":8}]}}");
}

static void nothing_used_leaves_out_what_readers_take_for_nought(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct container_stats stats = { .n_networks = 0 };

	assert_string_equal(event_text(&arena, "c1", &stats),
		"{\"type\":\"stats\",\"id\":\"c1\",\"data\":{"
		"\"cpu\":{\"usage\":{\"kernel\":0,\"user\":0},\"throttling\":{}},"
		"\"cpuset\":{\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
		"\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
		"\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0},"
		"\"memory\":{\"usage\":{\"limit\":0,\"failcnt\":0},\"swap\":{\"limit\":0,"
		"\"failcnt\":0},"
		"\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,\"failcnt\":0}},"
		"\"pids\":{},\"blkio\":{},\"hugetlb\":{},\"intel_rdt\":{},"
		"\"network_interfaces\":null}}");
}

static void groups_of_resctrl_have_the_shape_that_readers_know(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	uint64_t occupancy[] = { 4096, 0 };
	struct rdt_mem_bw_use mem_bw[] = { { 10, 5 }, { 0, 0 } };
	const struct container_stats stats = { .rdt = {
						       .l3_info = { true, "7ff", 2, 16 },
						       .mem_bw_info = { true, 10, 1, 10, 8 },
						       .l3_schema_root = "L3:0=7ff",
						       .l3_schema = "L3:0=f",
						       .mem_bw_schema_root = "MB:0=100",
						       .mem_bw_schema = "MB:0=20",
						       .mem_bw = mem_bw,
						       .n_mem_bw = 2,
						       .llc_occupancy = occupancy,
						       .n_llc_occupancy = 2,
					       } };

	assert_non_null(strstr(event_text(&arena, "c1", &stats),
		"\"intel_rdt\":{"
		"\"l3_cache_info\":{\"cbm_mask\":\"7ff\",\"min_cbm_bits\":2,\"num_closids\":16},"
		"\"l3_cache_schema_root\":\"L3:0=7ff\",\"l3_cache_schema\":\"L3:0=f\","
		"\"mem_bw_info\":{\"bandwidth_gran\":10,\"delay_linear\":1,"
		"\"min_bandwidth\":10,\"num_closids\":8},"
		"\"mem_bw_schema_root\":\"MB:0=100\",\"mem_bw_schema\":\"MB:0=20\","
		"\"mbm_stats\":[{\"mbm_total_bytes\":10,\"mbm_local_bytes\":5},"
		"{\"mbm_total_bytes\":0,\"mbm_local_bytes\":0}],"
		"\"cmt_stats\":[{\"llc_occupancy\":4096},{\"llc_occupancy\":0}]},"));
}

static void want_of_memory_has_no_data(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(event_text(&arena, "c1", NULL), "{\"type\":\"oom\",\"id\":\"c1\"}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_have_the_shape_that_readers_know),
		cmocka_unit_test(nothing_used_leaves_out_what_readers_take_for_nought),
		cmocka_unit_test(groups_of_resctrl_have_the_shape_that_readers_know),
		cmocka_unit_test(want_of_memory_has_no_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
