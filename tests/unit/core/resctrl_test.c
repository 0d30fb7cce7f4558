/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of resctrl, on trees of files as a kernel with CONFIG_X86_CPU_RESCTRL shows them. A new
 * directory has its files at once there; here the test puts them in.
 */
#include "core/resctrl.h"

#include <errno.h>
#include <unistd.h>

#include "core/resctrl_stats.h"
#include "file_tree.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char machine_schemata[] = "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n";

static void put_machine(void)
{
	put("info/L3/cbm_mask", "7ff\n");
	put("info/L3/min_cbm_bits", "1\n");
	put("info/L3/num_closids", "16\n");
	put("info/MB/bandwidth_gran", "10\n");
	put("info/MB/delay_linear", "1\n");
	put("info/MB/min_bandwidth", "10\n");
	put("info/MB/num_closids", "8\n");
	put("info/L3_MON/max_threshold_occupancy", "65536\n");
	put("info/last_cmd_status", "ok\n");
	put("schemata", machine_schemata);
	put("tasks", "");
}

static void put_group(const char *name, const char *schemata)
{
	put(arena_printf(&arena, "%s/schemata", name), schemata);
	put(arena_printf(&arena, "%s/tasks", name), "");
	mkdir(at(arena_printf(&arena, "%s/mon_groups", name)), 0755);
}

static int plan(const struct oci_intel_rdt *rdt, struct resctrl *ret, struct err *err)
{
	return resctrl_plan(&arena, rdt, "c1", top, ret, err);
}

static const char *lines[] = { "L3:0=7f0;1=1f", "MB:0=20;1=70" };

static void the_mount_is_found_and_the_last_one_counts(void **state)
{
	assert_null(resctrl_find_mount(&arena,
		"44 43 254:0 / / rw - ext4 /dev/vda rw\n"
		"45 44 0:5 /sub /sys/fs/resctrl rw - resctrl resctrl rw\n"
		"46 44 0:6 / /resctrl rw - tmpfs resctrl rw\n"));
	assert_string_equal(
		resctrl_find_mount(&arena, "45 44 0:5 / /sys/fs/resctrl rw - resctrl resctrl rw\n"
					   "46 44 0:5 / /a\\040b rw - resctrl resctrl rw"),
		"/a b");
}

static void without_the_object_nothing_is_planned(void **state)
{
	struct resctrl group;
	struct err err = ERR_INIT;

	assert_int_equal(plan(NULL, &group, &err), 0);
	assert_null(group.dir);
}

static void without_a_closid_the_container_has_a_group_of_its_own(void **state)
{
	const struct oci_intel_rdt rdt = { .schemata = lines, .n_schemata = 2 };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_string_equal(group.dir, at("c1"));
	assert_true(group.is_made && group.is_ours);
	assert_int_equal(resctrl_make(&group, &err), 0);
	put_group("c1", "");
	assert_int_equal(resctrl_limit(&group, &err), 0);
	/* the last line written, here over the one before */
	assert_memory_equal(get("c1/schemata"), "MB:0=20;1=70\n", 13);
	assert_int_equal(resctrl_add(&group, 4711, &err), 0);
	assert_string_equal(get("c1/tasks"), "4711");
	assert_string_equal(get("tasks"), "");
}

static void its_group_must_not_be_there_before(void **state)
{
	const struct oci_intel_rdt rdt = { .l3_cache_schema = "L3:0=f" };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	put_group("c1", machine_schemata);
	assert_int_equal(plan(&rdt, &group, &err), -EEXIST);
	assert_string_equal(err.config, "/linux/intelRdt");
	assert_string_equal(err.path, at("c1"));
	assert_null(group.dir);
}

static void lines_are_written_l3_then_bandwidth_then_schemata(void **state)
{
	const struct oci_intel_rdt rdt = {
		.l3_cache_schema = "L3:0=1",
		.mem_bw_schema = "MB:0=50",
		.schemata = lines,
		.n_schemata = 2,
	};
	static const char *const expected[] = { "L3:0=1", "MB:0=50", "L3:0=7f0;1=1f",
		"MB:0=20;1=70" };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_int_equal(group.n_lines, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(group.lines[i], expected[i]);
}

static void without_schemata_none_is_written(void **state)
{
	const struct oci_intel_rdt rdt = { .enable_monitoring = true };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_true(group.is_made);
	assert_int_equal(
		resctrl_make(&(struct resctrl){ .dir = group.dir, .is_made = true }, &err), 0);
	put_group("c1", "untouched");
	assert_int_equal(resctrl_limit(&group, &err), 0);
	assert_string_equal(get("c1/schemata"), "untouched");
}

static void a_named_group_that_is_missing_is_made_and_stays(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold", .schemata = lines, .n_schemata = 1 };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_string_equal(group.dir, at("gold"));
	assert_true(group.is_made && !group.is_ours);
	assert_int_equal(resctrl_make(&group, &err), 0);
	assert_int_equal(resctrl_remove(&group, &err), 0);
	assert_int_equal(access(at("gold"), F_OK), 0);
}

static void a_named_group_that_is_there_must_have_the_same_schemata(void **state)
{
	const struct oci_intel_rdt same = { .clos_id = "gold", .schemata = lines, .n_schemata = 2 };
	const struct oci_intel_rdt other = {
		.clos_id = "gold",
		.l3_cache_schema = "L3:0=7f0;1=1e",
	};
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	put_group("gold", "    L3:0=7f0;1=01f\n    MB:0= 20;1= 70\n");
	assert_int_equal(plan(&same, &group, &err), 0);
	assert_false(group.is_made || group.is_ours);
	assert_int_equal(resctrl_limit(&group, &err), 0); /* writes nothing */
	assert_string_equal(get("gold/schemata"), "    L3:0=7f0;1=01f\n    MB:0= 20;1= 70\n");

	assert_int_equal(plan(&other, &group, &err), -EEXIST);
	assert_string_equal(err.config, "/linux/intelRdt/closID");
	assert_non_null(strstr(err.text, "other schemata than L3:0=7f0;1=1e"));
}

static void a_named_group_without_schemata_must_be_there(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold" };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), -ENOENT);
	assert_string_equal(err.config, "/linux/intelRdt/closID");
	put_group("gold", machine_schemata);
	err = ERR_INIT;
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_false(group.is_made || group.is_ours);
}

static void a_slash_is_the_machines_own_group(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "/", .enable_monitoring = true };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_string_equal(group.dir, top);
	assert_string_equal(group.monitor, at("mon_groups/c1"));
	assert_false(group.is_made || group.is_ours);
}

static void a_monitor_is_made_and_removed_with_the_container(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold", .enable_monitoring = true };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	put_group("gold", machine_schemata);
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_int_equal(resctrl_make(&group, &err), 0);
	put("gold/mon_groups/c1/tasks", "");
	assert_int_equal(resctrl_add(&group, 7, &err), 0);
	assert_string_equal(get("gold/tasks"), "7");
	assert_string_equal(get("gold/mon_groups/c1/tasks"), "7");
	unlink(at("gold/mon_groups/c1/tasks")); /* which the kernel takes away itself */
	assert_int_equal(resctrl_remove(&group, &err), 0);
	assert_int_equal(access(at("gold/mon_groups/c1"), F_OK), -1);
	assert_int_equal(access(at("gold"), F_OK), 0);
	assert_int_equal(resctrl_remove(&group, &err), 0); /* once more: nothing is there */
}

static void what_cannot_be_made_names_the_field(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold", .enable_monitoring = true };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	put("gold/schemata", machine_schemata);
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_int_equal(resctrl_make(&group, &err), -ENOENT); /* no mon_groups */
	assert_string_equal(err.config, "/linux/intelRdt/enableMonitoring");
}

static void a_group_that_somebody_made_meanwhile_is_not_removed(void **state)
{
	const struct oci_intel_rdt rdt = {
		.clos_id = "gold",
		.schemata = lines,
		.n_schemata = 2,
		.enable_monitoring = true,
	};
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	mkdir(at("gold"), 0755);
	assert_int_equal(resctrl_make(&group, &err), -EEXIST);
	assert_non_null(strstr(err.hint, "try again"));
	assert_int_equal(resctrl_undo(&group, &err), 0);
	assert_int_equal(access(at("gold"), F_OK), 0);
}

static void a_monitor_that_somebody_made_meanwhile_is_not_removed(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold", .enable_monitoring = true };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	put_group("gold", machine_schemata);
	assert_int_equal(plan(&rdt, &group, &err), 0);
	mkdir(at("gold/mon_groups/c1"), 0755);
	assert_int_equal(resctrl_make(&group, &err), -EEXIST);
	assert_int_equal(resctrl_undo(&group, &err), 0);
	assert_int_equal(access(at("gold/mon_groups/c1"), F_OK), 0);
}

static void a_group_that_others_have_joined_outlives_a_failed_creation(void **state)
{
	const struct oci_intel_rdt rdt = { .clos_id = "gold", .schemata = lines, .n_schemata = 2 };
	struct resctrl group;
	struct err err = ERR_INIT;

	put_machine();
	assert_int_equal(plan(&rdt, &group, &err), 0);
	assert_int_equal(resctrl_make(&group, &err), 0);
	put("gold/tasks", "7\n");
	assert_int_equal(resctrl_undo(&group, &err), 0); /* on these files rmdir would fail */
	assert_int_equal(access(at("gold"), F_OK), 0);
	unlink(at("gold/tasks"));
	assert_int_equal(resctrl_undo(&group, &err), 0);
	assert_int_equal(access(at("gold"), F_OK), -1);
}

static void only_the_root_is_the_machines_group(void **state)
{
	put_machine();
	put_group("gold", machine_schemata);
	assert_true(resctrl_is_machines(top));
	assert_false(resctrl_is_machines(at("gold")));
}

static void what_the_kernel_says_of_a_line_is_in_the_hint(void **state)
{
	struct err err = ERR_INIT;

	put_machine();
	put("info/last_cmd_status", "Mask f00 has non-consecutive 1-bits\n");
	mkdir(at("gold"), 0755); /* without the file: the write fails */
	assert_true(resctrl_write_schema(at("gold"), "L3:0=f0f", &err) < 0);
	assert_non_null(strstr(err.text, "L3:0=f0f"));
	assert_string_equal(err.hint, "the kernel says: Mask f00 has non-consecutive 1-bits");
}

static void schemata_are_compared_by_their_values(void **state)
{
	static const char schemata[] = "    MB:0= 20;1=100\n  L3DATA:0=1\n    L3:0=7f0;1=01f\n";
	static const char *const held[] = { "L3:0=7F0", "L3:1=1f;0=07f0", "MB:1=100",
		"MB:0=20;1=100", "L3DATA:0=1", "  L3: 0 = 7f0 " };
	static const char *const not_held[] = { "L3:0=7f", "L3:2=1", "L2:0=f", "MB:0=2", "MB:0=200",
		"L3", "", "L3:0", "L3:0=7f0;1=1", "DATA:0=1" };

	for (size_t i = 0; i < COUNT_OF(held); i++)
		if (!resctrl_schema_holds(schemata, held[i]))
			fail_msg("%s does not hold", held[i]);
	for (size_t i = 0; i < COUNT_OF(not_held); i++)
		if (resctrl_schema_holds(schemata, not_held[i]))
			fail_msg("%s holds", not_held[i]);
}

static void what_a_group_may_have_and_used_is_read(void **state)
{
	struct resctrl group = { .dir = at("gold"), .monitor = at("gold/mon_groups/c1") };
	struct resctrl_stats stats;

	put_machine();
	put_group("gold", "    MB:0=20;1=70\n    L3:0=7f0;1=1f\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_01/llc_occupancy", "65536\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_01/mbm_total_bytes", "30\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_01/mbm_local_bytes", "20\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_00/llc_occupancy", "0\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_00/mbm_total_bytes", "5\n");
	put("gold/mon_groups/c1/mon_data/mon_L3_00/mbm_local_bytes", "4\n");
	resctrl_read_stats(&arena, &group, &stats);
	assert_string_equal(stats.root, top);
	assert_string_equal(stats.cbm_mask, "7ff");
	assert_int_equal(stats.l3_num_closids, 16);
	assert_true(stats.has_mem_bw && stats.has_occupancy && stats.has_bandwidth);
	assert_int_equal(stats.bandwidth_gran, 10);
	assert_string_equal(stats.l3_schema_root, "L3:0=7ff;1=7ff");
	assert_string_equal(stats.l3_schema, "L3:0=7f0;1=1f");
	assert_string_equal(stats.mb_schema, "MB:0=20;1=70");
	assert_int_equal(stats.n_uses, 2);
	assert_string_equal(stats.uses[0].domain, "mon_L3_00");
	assert_int_equal(stats.uses[1].llc_occupancy, 65536);
	assert_int_equal(stats.uses[1].mbm_total_bytes, 30);
}

static void a_processor_without_monitors_has_no_use(void **state)
{
	struct resctrl group = { .dir = at("gold") };
	struct resctrl_stats stats;

	put("info/L3/cbm_mask", "f\n");
	put("schemata", "L3:0=f\n");
	put_group("gold", "L3:0=3\n");
	resctrl_read_stats(&arena, &group, &stats);
	assert_false(stats.has_mem_bw || stats.has_occupancy || stats.has_bandwidth);
	assert_null(stats.mb_schema);
	assert_string_equal(stats.l3_schema, "L3:0=3");
}

#define ON_A_TREE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_TREE(the_mount_is_found_and_the_last_one_counts),
		ON_A_TREE(without_the_object_nothing_is_planned),
		ON_A_TREE(without_a_closid_the_container_has_a_group_of_its_own),
		ON_A_TREE(its_group_must_not_be_there_before),
		ON_A_TREE(lines_are_written_l3_then_bandwidth_then_schemata),
		ON_A_TREE(without_schemata_none_is_written),
		ON_A_TREE(a_named_group_that_is_missing_is_made_and_stays),
		ON_A_TREE(a_named_group_that_is_there_must_have_the_same_schemata),
		ON_A_TREE(a_named_group_without_schemata_must_be_there),
		ON_A_TREE(a_slash_is_the_machines_own_group),
		ON_A_TREE(a_monitor_is_made_and_removed_with_the_container),
		ON_A_TREE(what_cannot_be_made_names_the_field),
		ON_A_TREE(a_group_that_somebody_made_meanwhile_is_not_removed),
		ON_A_TREE(a_monitor_that_somebody_made_meanwhile_is_not_removed),
		ON_A_TREE(a_group_that_others_have_joined_outlives_a_failed_creation),
		ON_A_TREE(only_the_root_is_the_machines_group),
		ON_A_TREE(what_the_kernel_says_of_a_line_is_in_the_hint),
		ON_A_TREE(schemata_are_compared_by_their_values),
		ON_A_TREE(what_a_group_may_have_and_used_is_read),
		ON_A_TREE(a_processor_without_monitors_has_no_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
