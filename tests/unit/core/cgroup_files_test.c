/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, limiting and reading groups, on recorded file trees in a temporary directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cgroup/internal.h"
#include "file_tree.h"
#include "oci/config.h"

static struct cgroup group_at(bool is_v2, uint32_t controllers, const char *path, uint32_t n_made)
{
	return (struct cgroup){
		.kind = is_v2 ? CGROUP_KIND_V2 : CGROUP_KIND_V1,
		.dirs = { { .path = at(path),
			.controllers = controllers,
			.mount_length = (uint32_t)strlen(top),
			.n_made = n_made,
			.is_v2 = is_v2 } },
		.n_dirs = 1,
	};
}

/* ---- directories ---- */

static void probing_counts_the_directories_that_are_missing(void **state)
{
	struct cgroup group = group_at(true, 0, "a/b/c", 0);
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_probe(&group, &err), 0);
	assert_int_equal(group.dirs[0].n_made, 3);
	mkdir(at("a"), 0755);
	assert_int_equal(cgroup_probe(&group, &err), 0);
	assert_int_equal(group.dirs[0].n_made, 2);
	assert_int_equal(cgroup_make_dirs(&group, false, &err), 0);
	assert_int_equal(group.dirs[0].n_made, 2);
	assert_int_equal(cgroup_probe(&group, &err), 0);
	assert_int_equal(group.dirs[0].n_made, 0);
}

static void a_parent_that_vanished_after_probing_is_made_and_remembered(void **state)
{
	struct cgroup group = group_at(true, 0, "shared/c", 1);
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_make_dirs(&group, false, &err), 0);
	assert_int_equal(group.dirs[0].n_made, 2);
	assert_int_equal(cgroup_destroy(&group, &err), 0);
	assert_int_not_equal(access(at("shared"), F_OK), 0);
}

static void a_directory_that_was_there_is_never_removed(void **state)
{
	struct cgroup group = group_at(true, 0, "old/c", 0);
	struct err err = ERR_INIT;

	mkdir(at("old"), 0755);
	mkdir(at("old/c"), 0755);
	assert_int_equal(cgroup_probe(&group, &err), 0);
	assert_int_equal(cgroup_make_dirs(&group, false, &err), 0);
	assert_int_equal(cgroup_destroy(&group, &err), 0);
	assert_int_equal(access(at("old/c"), F_OK), 0);
}

static void new_cpusets_get_what_their_parents_have(void **state)
{
	struct cgroup group = group_at(false, CGROUP_BIT(CGROUP_CONTROLLER_CPUSET), "old/new/c", 2);
	struct err err = ERR_INIT;

	put("cpuset.cpus", "0-3\n");
	put("cpuset.mems", "0\n");
	put("old/cpuset.cpus", "2-3\n");
	put("old/cpuset.mems", "");
	put("old/new/cpuset.cpus", "");
	put("old/new/cpuset.mems", "");
	put("old/new/c/cpuset.cpus", "");
	put("old/new/c/cpuset.mems", "");
	assert_int_equal(cgroup_fill_cpuset(&group.dirs[0], &err), 0);
	assert_string_equal(get("old/cpuset.cpus"), "2-3\n");
	assert_string_equal(get("old/new/cpuset.cpus"), "2-3");
	assert_string_equal(get("old/new/c/cpuset.cpus"), "2-3");
	assert_string_equal(get("old/cpuset.mems"), "0");
	assert_string_equal(get("old/new/c/cpuset.mems"), "0");
}

/* ---- controllers of v2 ---- */

static int enable(
	const struct cgroup *group, const struct oci_resources *resources, struct err *err)
{
	struct cgroup_limits limits;

	assert_int_equal(cgroup_plan_limits(&arena, group, resources, false, &limits, err), 0);
	return cgroup_enable_controllers(&group->dirs[0], &limits, err);
}

static void controllers_are_handed_down_to_the_parent_and_no_further(void **state)
{
	struct cgroup group = group_at(true, 0, "pod/c", 2);
	struct err err = ERR_INIT;

	put("cgroup.controllers", "cpuset cpu io memory pids rdma\n");
	put("cgroup.subtree_control", "cpu\n");
	put("pod/cgroup.controllers", "cpuset cpu io memory pids\n");
	put("pod/cgroup.subtree_control", "\n");
	put("pod/c/cgroup.subtree_control", "\n");
	assert_int_equal(enable(&group, NULL, &err), 0);
	assert_string_equal(get("cgroup.subtree_control"), "+cpuset +memory +io +pids");
	assert_string_equal(get("pod/cgroup.subtree_control"), "+cpu +cpuset +memory +io +pids");
	assert_string_equal(get("pod/c/cgroup.subtree_control"), "\n");
}

static void nothing_is_written_where_all_is_handed_down_already(void **state)
{
	struct cgroup group = group_at(true, 0, "pod/c", 2);
	struct err err = ERR_INIT;

	put("pod/cgroup.subtree_control", "cpuset cpu io memory pids\n");
	assert_int_equal(enable(&group, NULL, &err), 0);
	assert_string_equal(get("pod/cgroup.subtree_control"), "cpuset cpu io memory pids\n");
}

static void a_controller_that_is_not_there_is_an_error_only_if_a_limit_needs_it(void **state)
{
	struct oci_pids pids = { .limit = &(int64_t){ 5 } };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("cgroup.controllers", "hugetlb\n");
	put("cgroup.subtree_control", "\n");
	assert_int_equal(enable(&group, NULL, &err), 0);
	assert_int_equal(enable(&group, &resources, &err), -ENOTSUP);
	assert_string_equal(err.config, "/linux/resources/pids/limit");
	assert_non_null(strstr(err.text, "\"pids\" is not available"));
}

static void a_parent_with_processes_hands_nothing_down(void **state)
{
	struct oci_pids pids = { .limit = &(int64_t){ 5 } };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup group = group_at(true, 0, "own/c", 1);
	struct err err = ERR_INIT;

	put("cgroup.controllers", "memory pids\n");
	put("cgroup.subtree_control", "memory pids\n");
	put("own/cgroup.controllers", "memory pids\n");
	put("own/cgroup.subtree_control", "\n");
	put("own/cgroup.type", "domain\n");
	put("own/cgroup.procs", "4711\n");
	assert_int_equal(enable(&group, NULL, &err), 0);
	assert_string_equal(get("own/cgroup.subtree_control"), "\n");
	assert_int_equal(enable(&group, &resources, &err), -EBUSY);
	assert_string_equal(err.config, "/linux/resources/pids/limit");
}

/* ---- limits ---- */

static int apply(const struct cgroup *group, const struct oci_resources *resources, bool is_update,
	struct err *err)
{
	struct cgroup_limits limits;

	assert_int_equal(cgroup_plan_limits(&arena, group, resources, is_update, &limits, err), 0);
	return cgroup_apply_limits(&limits, false, err);
}

static void a_file_that_is_not_there_tells_controller_from_kernel(void **state)
{
	struct oci_memory memory = { .limit = &(int64_t){ 5 } };
	struct oci_resources resources = { .memory = &memory };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/cgroup.controllers", "pids\n");
	assert_int_equal(apply(&group, &resources, false, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "controller \"memory\" is not available"));
	put("c/cgroup.controllers", "memory\n");
	assert_int_equal(apply(&group, &resources, false, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "this kernel has no memory.max"));
	assert_string_equal(err.config, "/linux/resources/memory/limit");
}

static void weights_of_disks_go_to_bfq_where_it_is_there(void **state)
{
	struct oci_weight_device device = { .major = 8, .minor = 16, .weight = &(uint16_t){ 500 } };
	struct oci_block_io io = { .weight_devices = &device, .n_weight_devices = 1 };
	struct oci_resources resources = { .block_io = &io };
	struct cgroup v2 = group_at(true, 0, "c", 1);
	struct cgroup v1 = group_at(false, CGROUP_BIT(CGROUP_CONTROLLER_IO), "b", 1);
	struct err err = ERR_INIT;

	put("c/io.weight", "");
	assert_int_equal(apply(&v2, &resources, false, &err), 0);
	assert_string_equal(get("c/io.weight"), "8:16 4950");
	put("c/io.bfq.weight", "");
	assert_int_equal(apply(&v2, &resources, false, &err), 0);
	assert_string_equal(get("c/io.bfq.weight"), "8:16 500");
	put("b/blkio.bfq.weight_device", "");
	assert_int_equal(apply(&v1, &resources, false, &err), 0);
	assert_string_equal(get("b/blkio.bfq.weight_device"), "8:16 500");
	put("b/blkio.weight_device", "");
	assert_int_equal(apply(&v1, &resources, false, &err), 0);
	assert_string_equal(get("b/blkio.weight_device"), "8:16 500");
}

static void a_leaf_weight_that_the_kernel_does_not_have_names_its_field(void **state)
{
	struct oci_block_io io = { .leaf_weight = &(uint16_t){ 300 } };
	struct oci_resources resources = { .block_io = &io };
	struct cgroup group = group_at(false, CGROUP_BIT(CGROUP_CONTROLLER_IO), "b", 1);
	struct err err = ERR_INIT;

	put("b/blkio.weight", "");
	assert_true(apply(&group, &resources, false, &err) < 0);
	assert_string_equal(err.config, "/linux/resources/blockIO/leafWeight");
	put("b/blkio.leaf_weight", "");
	err = ERR_INIT;
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("b/blkio.leaf_weight"), "300");
}

static void unified_files_are_written_line_by_line(void **state)
{
	struct oci_key_value files[] = { { "io.bfq.weight", "default 20" },
		{ "hugetlb.2MB.max", "4194304" } };
	struct oci_resources resources = { .unified = files, .n_unified = 2 };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/io.bfq.weight", "");
	put("c/hugetlb.2MB.max", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/io.bfq.weight"), "default 20");
	assert_string_equal(get("c/hugetlb.2MB.max"), "4194304");
	assert_int_equal(remove(at("c/hugetlb.2MB.max")), 0);
	assert_true(apply(&group, &resources, false, &err) < 0);
	assert_string_equal(err.config, "/linux/resources/unified/hugetlb.2MB.max");
}

static void weights_go_to_bfq_where_it_is_there(void **state)
{
	struct oci_block_io io = { .weight = &(uint16_t){ 500 } };
	struct oci_resources resources = { .block_io = &io };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/io.weight", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/io.weight"), "4950");
	put("c/io.bfq.weight", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/io.bfq.weight"), "500");
}

static void reservations_of_huge_pages_may_be_missing(void **state)
{
	struct oci_hugepage_limit limit = { "2MB", 2097152 };
	struct oci_resources resources = { .hugepage_limits = &limit, .n_hugepage_limits = 1 };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/hugetlb.2MB.max", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/hugetlb.2MB.max"), "2097152");
	put("c/hugetlb.2MB.rsvd.max", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/hugetlb.2MB.rsvd.max"), "2097152");
}

static void rdma_and_network_settings_are_written(void **state)
{
	struct oci_rdma rdma = { "mlx5_1", &(uint32_t){ 3 }, &(uint32_t){ 4 } };
	struct oci_network_priority priority = { "eth0", 5 };
	struct oci_network network = { &(uint32_t){ 77 }, &priority, 1 };
	struct oci_resources resources = { .rdma = &rdma, .n_rdma = 1, .network = &network };
	struct cgroup group = group_at(false, ~0u, "c", 1);
	struct err err = ERR_INIT;

	put("c/rdma.max", "");
	put("c/net_cls.classid", "");
	put("c/net_prio.ifpriomap", "");
	assert_int_equal(apply(&group, &resources, false, &err), 0);
	assert_string_equal(get("c/rdma.max"), "mlx5_1 hca_handle=3 hca_object=4");
	assert_string_equal(get("c/net_cls.classid"), "77");
	assert_string_equal(get("c/net_prio.ifpriomap"), "eth0 5");
}

static void the_period_alone_keeps_the_quota(void **state)
{
	struct oci_cpu cpu = { .period = &(uint64_t){ 50000 } };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/cpu.max", "20000 100000\n");
	assert_int_equal(apply(&group, &resources, true, &err), 0);
	assert_true(strncmp(get("c/cpu.max"), "20000 50000", 11) == 0);
}

static void a_limit_below_the_usage_is_refused_when_asked_for(void **state)
{
	struct oci_memory memory = { .limit = &(int64_t){ 5000 },
		.check_before_update = &(bool){ true } };
	struct oci_resources resources = { .memory = &memory };
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;

	put("c/memory.max", "");
	put("c/memory.current", "6000\n");
	assert_int_equal(apply(&group, &resources, true, &err), -EBUSY);
	assert_string_equal(get("c/memory.max"), "");
	put("c/memory.current", "4000\n");
	assert_int_equal(apply(&group, &resources, true, &err), 0);
	assert_string_equal(get("c/memory.max"), "5000");
}

/* ---- statistics ---- */

static struct cgroup_stats stats_of(const struct cgroup *group)
{
	struct cgroup_stats stats;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_read_stats(&arena, group, &stats, &err), 0);
	return stats;
}

static void statistics_of_v2_are_read_in_the_terms_of_v1(void **state)
{
	struct cgroup group = group_at(true, 0, "c", 1);
	struct cgroup_stats stats;

	put("c/cpu.stat", "usage_usec 900\nuser_usec 600\nsystem_usec 300\nnr_periods 8\n"
			  "nr_throttled 3\nthrottled_usec 70\n");
	put("c/cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=1234\n"
			      "full avg10=0.50 avg60=0.00 avg300=0.00 total=99\n");
	put("c/memory.current", "4096\n");
	put("c/memory.max", "1048576\n");
	put("c/memory.swap.current", "100\n");
	put("c/memory.swap.max", "1000\n");
	put("c/memory.stat", "anon 4000\nfile 50\nkernel_stack 7\n");
	put("c/memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n");
	put("c/pids.current", "3\n");
	put("c/pids.max", "max\n");
	put("c/io.stat", "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n254:0 rbytes=7\n");
	put("c/cpuset.cpus.effective", "0-1,4\n");
	put("c/cpuset.mems.effective", "0\n");
	stats = stats_of(&group);
	assert_int_equal(stats.cpu.total_nsec, 900000);
	assert_int_equal(stats.cpu.kernel_nsec, 300000);
	assert_int_equal(stats.cpu.throttled_periods, 3);
	assert_int_equal(stats.cpu.throttled_nsec, 70000);
	assert_true(stats.cpu.psi.is_present);
	assert_true(stats.cpu.psi.some.avg10 > 1.49 && stats.cpu.psi.some.avg10 < 1.51);
	assert_int_equal(stats.cpu.psi.full.total_usec, 99);
	assert_false(stats.memory.psi.is_present);
	assert_int_equal(stats.memory.cache, 50);
	assert_int_equal(stats.memory.usage.failcnt, 5);
	assert_int_equal(stats.memory.swap.usage, 4196);
	assert_int_equal(stats.memory.swap.limit, 1049576);
	assert_int_equal(stats.memory.n_raw, 3);
	assert_string_equal(stats.memory.raw[2].key, "kernel_stack");
	assert_int_equal(stats.pids.current, 3);
	assert_int_equal(stats.pids.limit, 0);
	assert_int_equal(stats.blkio.service_bytes.n_entries, 3);
	assert_string_equal(stats.blkio.serviced.entries[1].op, "Write");
	assert_int_equal(stats.blkio.serviced.entries[1].value, 4);
	assert_int_equal(stats.blkio.service_bytes.entries[2].major, 254);
	assert_int_equal(stats.cpuset.n_cpus, 3);
	assert_int_equal(stats.cpuset.cpus[2], 4);
}

static void statistics_of_v1_are_read(void **state)
{
	struct cgroup group = group_at(false, ~0u, "c", 1);
	struct cgroup_stats stats;

	put("c/cpuacct.usage", "900\n");
	put("c/cpuacct.usage_percpu", "500 400 \n");
	put("c/cpuacct.stat", "user 2\nsystem 1\n");
	put("c/cpu.stat", "nr_periods 8\nnr_throttled 3\nthrottled_time 70\n");
	put("c/memory.usage_in_bytes", "4096\n");
	put("c/memory.limit_in_bytes", "9223372036854771712\n");
	put("c/memory.failcnt", "6\n");
	put("c/memory.stat", "cache 50\nrss 4000\n");
	put("c/memory.memsw.usage_in_bytes", "5000\n");
	put("c/pids.current", "3\n");
	put("c/pids.max", "10\n");
	put("c/cpuset.effective_cpus", "1\n");
	put("c/cpuset.effective_mems", "0\n");
	put("c/cpuset.sched_relax_domain_level", "-1\n");
	put("c/blkio.throttle.io_service_bytes", "254:0 Read 4096\n254:0 Write 8\nTotal 4104\n");
	put("c/blkio.time_recursive", "8:0 33\n");
	stats = stats_of(&group);
	assert_int_equal(stats.cpu.total_nsec, 900);
	assert_int_equal(stats.cpu.n_percpu, 2);
	assert_int_equal(stats.cpu.percpu_nsec[1], 400);
	assert_int_equal(stats.cpu.user_nsec, 2 * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK)));
	assert_int_equal(stats.cpu.throttled_nsec, 70);
	assert_int_equal(stats.memory.cache, 50);
	assert_true(stats.memory.usage.limit == UINT64_MAX);
	assert_int_equal(stats.memory.usage.failcnt, 6);
	assert_int_equal(stats.memory.swap.usage, 5000);
	assert_int_equal(stats.pids.limit, 10);
	assert_int_equal(stats.cpuset.sched_relax_domain_level, -1);
	assert_int_equal(stats.blkio.service_bytes.n_entries, 2);
	assert_string_equal(stats.blkio.service_bytes.entries[0].op, "Read");
	assert_int_equal(stats.blkio.time.entries[0].value, 33);
	assert_string_equal(stats.blkio.time.entries[0].op, "");
}

static void a_group_that_is_gone_is_empty_and_not_frozen(void **state)
{
	struct cgroup group = group_at(true, 0, "gone", 1);
	struct err err = ERR_INIT;
	size_t n_pids = 9;
	pid_t *pids;

	assert_int_equal(cgroup_list_pids(&arena, &group, &pids, &n_pids, &err), 0);
	assert_int_equal(n_pids, 0);
	assert_int_equal(cgroup_is_frozen(&group, &err), 0);
	assert_int_equal(cgroup_kill_all(&group, &err), 0);
	assert_int_equal(cgroup_destroy(&group, &err), 0);
	assert_int_equal(err.code, 0);
}

static void processes_of_the_whole_tree_are_listed_once(void **state)
{
	struct cgroup group = group_at(true, 0, "c", 1);
	struct err err = ERR_INIT;
	size_t n_pids;
	pid_t *pids;

	put("c/cgroup.procs", "30\n10\n");
	put("c/in/cgroup.procs", "0\n20\n10\n");
	put("c/in/most/cgroup.procs", "5\n");
	assert_int_equal(cgroup_list_pids(&arena, &group, &pids, &n_pids, &err), 0);
	assert_int_equal(n_pids, 4);
	assert_int_equal(pids[0], 5);
	assert_int_equal(pids[3], 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(probing_counts_the_directories_that_are_missing),
		TEST(a_parent_that_vanished_after_probing_is_made_and_remembered),
		TEST(a_directory_that_was_there_is_never_removed),
		TEST(new_cpusets_get_what_their_parents_have),
		TEST(controllers_are_handed_down_to_the_parent_and_no_further),
		TEST(nothing_is_written_where_all_is_handed_down_already),
		TEST(a_controller_that_is_not_there_is_an_error_only_if_a_limit_needs_it),
		TEST(a_parent_with_processes_hands_nothing_down),
		TEST(a_file_that_is_not_there_tells_controller_from_kernel),
		TEST(weights_go_to_bfq_where_it_is_there),
		TEST(weights_of_disks_go_to_bfq_where_it_is_there),
		TEST(a_leaf_weight_that_the_kernel_does_not_have_names_its_field),
		TEST(unified_files_are_written_line_by_line),
		TEST(reservations_of_huge_pages_may_be_missing),
		TEST(rdma_and_network_settings_are_written),
		TEST(the_period_alone_keeps_the_quota),
		TEST(a_limit_below_the_usage_is_refused_when_asked_for),
		TEST(statistics_of_v2_are_read_in_the_terms_of_v1),
		TEST(statistics_of_v1_are_read),
		TEST(a_group_that_is_gone_is_empty_and_not_frozen),
		TEST(processes_of_the_whole_tree_are_listed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
