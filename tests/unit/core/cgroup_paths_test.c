/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/cgroup/cgroup.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

static const struct cgroup_host unified = {
	.kind = CGROUP_KIND_V2,
	.hierarchies = { { .mount = "/sys/fs/cgroup",
		.root = "/",
		.own = "/user.slice/session-1.scope",
		.is_v2 = true } },
	.n_hierarchies = 1,
};

static const struct cgroup_host hybrid = {
	.kind = CGROUP_KIND_V1,
	.hierarchies = { { .mount = "/sys/fs/cgroup/cpu,cpuacct",
				 .root = "/",
				 .own = "/a",
				 .controllers = CGROUP_BIT(CGROUP_CONTROLLER_CPU) |
						CGROUP_BIT(CGROUP_CONTROLLER_CPUACCT) },
		{ .mount = "/sys/fs/cgroup/systemd",
			.root = "/",
			.own = "/b/c",
			.name = "systemd" },
		{ .mount = "/sys/fs/cgroup/unified", .root = "/", .own = "/", .is_v2 = true } },
	.n_hierarchies = 3,
};

static struct cgroup plan(const struct cgroup_host *host, const char *path)
{
	struct cgroup group;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_paths(&arena, host, path, "c1", &group, &err), 0);
	return group;
}

static void assert_refused(const char *path, int code)
{
	struct cgroup group;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_plan_paths(&arena, &unified, path, "c1", &group, &err), -code);
	assert_string_equal(err.config, "/linux/cgroupsPath");
}

static void an_absolute_path_begins_at_the_mount(void **state)
{
	struct cgroup group = plan(&hybrid, "/docker/c1");

	assert_int_equal(group.n_dirs, 3);
	assert_string_equal(group.dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/docker/c1");
	assert_string_equal(group.dirs[1].path, "/sys/fs/cgroup/systemd/docker/c1");
	assert_string_equal(group.dirs[2].path, "/sys/fs/cgroup/unified/docker/c1");
	assert_string_equal(plan(&unified, "/docker/c1").dirs[0].path, "/sys/fs/cgroup/docker/c1");
}

static void a_relative_path_lies_below_the_own_group_on_v1(void **state)
{
	struct cgroup group = plan(&hybrid, "x/c1");

	assert_string_equal(group.dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/a/x/c1");
	assert_string_equal(group.dirs[1].path, "/sys/fs/cgroup/systemd/b/c/x/c1");
	assert_string_equal(group.dirs[2].path, "/sys/fs/cgroup/unified/x/c1");
}

/* A group with processes cannot hand controllers to its children. */
static void a_relative_path_lies_beside_the_own_group_on_v2(void **state)
{
	assert_string_equal(plan(&unified, "x/c1").dirs[0].path, "/sys/fs/cgroup/user.slice/x/c1");
}

static void without_a_path_the_id_is_the_relative_path(void **state)
{
	assert_string_equal(plan(&hybrid, NULL).dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/a/c1");
	assert_string_equal(plan(&hybrid, "").dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/a/c1");
	assert_string_equal(plan(&unified, NULL).dirs[0].path, "/sys/fs/cgroup/user.slice/c1");
}

static void the_own_group_counts_from_the_mounted_subtree(void **state)
{
	struct cgroup_host host = unified;

	host.kind = CGROUP_KIND_V1;
	host.hierarchies[0].root = "/docker/0123";
	host.hierarchies[0].own = "/docker/0123/inside";
	assert_string_equal(plan(&host, "x").dirs[0].path, "/sys/fs/cgroup/inside/x");
	host.hierarchies[0].own = "/docker/0123";
	assert_string_equal(plan(&host, "x").dirs[0].path, "/sys/fs/cgroup/x");
	host.hierarchies[0].own = "/docker/01234567"; /* elsewhere */
	assert_string_equal(plan(&host, "x").dirs[0].path, "/sys/fs/cgroup/x");
}

static void an_own_group_outside_of_the_namespace_is_the_mount(void **state)
{
	struct cgroup_host host = hybrid;

	host.hierarchies[0].own = "/../other";
	host.hierarchies[1].own = NULL;
	assert_string_equal(plan(&host, "x").dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/x");
	assert_string_equal(plan(&host, "x").dirs[1].path, "/sys/fs/cgroup/systemd/x");
}

static void double_slashes_and_dots_go(void **state)
{
	assert_string_equal(plan(&unified, "//a/./b///c1/").dirs[0].path, "/sys/fs/cgroup/a/b/c1");
}

static void paths_that_lead_elsewhere_are_refused(void **state)
{
	assert_refused("/a/../b", EINVAL);
	assert_refused("..", EINVAL);
	assert_refused("../x", EINVAL);
	assert_refused("/", EINVAL);
	assert_refused("/.", EINVAL);
	assert_refused("/a\nb", EINVAL);
}

static void names_that_the_kernel_cannot_have_are_refused(void **state)
{
	char long_name[300], long_path[5000];

	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[0] = '/';
	long_name[sizeof(long_name) - 1] = '\0';
	assert_refused(long_name, ENAMETOOLONG);
	for (size_t i = 0; i < sizeof(long_path) - 1; i++)
		long_path[i] = i % 100 == 0 ? '/' : 'a';
	long_path[sizeof(long_path) - 1] = '\0';
	assert_refused(long_path, ENAMETOOLONG);
}

/* ---- the record ---- */

static void the_record_is_read_as_it_was_written(void **state)
{
	struct cgroup group = plan(&hybrid, "/my pod/c1"), again;
	struct err err = ERR_INIT;
	const char **strings;
	size_t n_strings;

	group.dirs[0].n_made = 2;
	group.dirs[2].n_made = 1;
	assert_int_equal(cgroup_to_strings(&arena, &group, &strings, &n_strings, &err), 0);
	assert_int_equal(n_strings, 3);
	assert_string_equal(strings[0], "cpu,cpuacct 2 /sys/fs/cgroup/cpu,cpuacct/my pod/c1");
	assert_string_equal(strings[1], "name=systemd 0 /sys/fs/cgroup/systemd/my pod/c1");
	assert_string_equal(strings[2], "unified 1 /sys/fs/cgroup/unified/my pod/c1");
	assert_int_equal(cgroup_from_strings(&arena, strings, n_strings, &again, &err), 0);
	assert_int_equal(again.kind, CGROUP_KIND_V1);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(again.dirs[i].path, group.dirs[i].path);
		assert_int_equal(again.dirs[i].n_made, group.dirs[i].n_made);
		assert_int_equal(again.dirs[i].controllers, group.dirs[i].controllers);
		assert_int_equal(again.dirs[i].is_v2, group.dirs[i].is_v2);
	}
	assert_string_equal(again.dirs[1].name, "systemd");
}

static void only_unified_in_the_record_is_v2_and_nothing_is_disabled(void **state)
{
	const char *one = "unified 1 /sys/fs/cgroup/c1";
	struct cgroup group;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_from_strings(&arena, &one, 1, &group, &err), 0);
	assert_int_equal(group.kind, CGROUP_KIND_V2);
	assert_int_equal(cgroup_from_strings(&arena, NULL, 0, &group, &err), 0);
	assert_int_equal(group.kind, CGROUP_KIND_DISABLED);
	assert_int_equal(cgroup_destroy(&group, &err), 0);
}

static void a_damaged_record_is_refused(void **state)
{
	static const char *const damaged[] = {
		"",
		"unified",
		"unified 1",
		"unified x /a/b",
		"unified 1 a/b",
		"unified 1 /a",
		"unified 1 /",
		"unified 2 /a/b",
		"unified 1 /a/../b",
		"unified 1 /a//b",
		"unified 1 /a/b/",
		"nonsense 1 /a/b",
		"cpu,nonsense 1 /a/b",
		" 1 /a/b",
		"unified 99999999999 /a/b",
		"unified -1 /a/b",
		"unified 1 /a/b\n",
	};

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct cgroup group;
		struct err err = ERR_INIT;

		assert_int_equal(
			cgroup_from_strings(&arena, &damaged[i], 1, &group, &err), -EINVAL);
	}
}

/* ---- groups inside ---- */

static void a_sub_group_lies_below_every_directory(void **state)
{
	struct cgroup group = plan(&hybrid, "/c1"), sub;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_sub_group(&arena, &group, "/in/side", &sub, &err), 0);
	assert_string_equal(sub.dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/c1/in/side");
	assert_string_equal(sub.dirs[2].path, "/sys/fs/cgroup/unified/c1/in/side");
}

static void a_controller_limits_the_sub_group_to_its_hierarchy(void **state)
{
	struct cgroup group = plan(&hybrid, "/c1"), sub;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_sub_group(&arena, &group, "cpu,systemd:in", &sub, &err), 0);
	assert_string_equal(sub.dirs[0].path, "/sys/fs/cgroup/cpu,cpuacct/c1/in");
	assert_string_equal(sub.dirs[1].path, "/sys/fs/cgroup/systemd/c1/in");
	assert_string_equal(sub.dirs[2].path, "/sys/fs/cgroup/unified/c1");
	assert_int_equal(cgroup_sub_group(&arena, &group, "memory:in", &sub, &err), -EINVAL);
	assert_int_equal(cgroup_sub_group(&arena, &group, "in/../..", &sub, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_absolute_path_begins_at_the_mount, tear_down),
		cmocka_unit_test_teardown(
			a_relative_path_lies_below_the_own_group_on_v1, tear_down),
		cmocka_unit_test_teardown(
			a_relative_path_lies_beside_the_own_group_on_v2, tear_down),
		cmocka_unit_test_teardown(without_a_path_the_id_is_the_relative_path, tear_down),
		cmocka_unit_test_teardown(the_own_group_counts_from_the_mounted_subtree, tear_down),
		cmocka_unit_test_teardown(
			an_own_group_outside_of_the_namespace_is_the_mount, tear_down),
		cmocka_unit_test_teardown(double_slashes_and_dots_go, tear_down),
		cmocka_unit_test_teardown(paths_that_lead_elsewhere_are_refused, tear_down),
		cmocka_unit_test_teardown(names_that_the_kernel_cannot_have_are_refused, tear_down),
		cmocka_unit_test_teardown(the_record_is_read_as_it_was_written, tear_down),
		cmocka_unit_test_teardown(
			only_unified_in_the_record_is_v2_and_nothing_is_disabled, tear_down),
		cmocka_unit_test_teardown(a_damaged_record_is_refused, tear_down),
		cmocka_unit_test_teardown(a_sub_group_lies_below_every_directory, tear_down),
		cmocka_unit_test_teardown(
			a_controller_limits_the_sub_group_to_its_hierarchy, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
