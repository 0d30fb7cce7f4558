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

static struct cgroup_host parse(const char *mountinfo, const char *own_groups)
{
	struct cgroup_host host;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_host_parse(&arena, mountinfo, own_groups, &host, &err), 0);
	return host;
}

static const struct cgroup_hierarchy *find(
	const struct cgroup_host *host, enum cgroup_controller controller)
{
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (host->hierarchies[i].controllers & CGROUP_BIT(controller))
			return &host->hierarchies[i];
	return NULL;
}

static const struct cgroup_hierarchy *find_v2(const struct cgroup_host *host)
{
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (host->hierarchies[i].is_v2)
			return &host->hierarchies[i];
	return NULL;
}

static void assert_lies(const struct cgroup_hierarchy *hierarchy, const char *mount,
	const char *root, const char *own)
{
	assert_non_null(hierarchy);
	assert_string_equal(hierarchy->mount, mount);
	assert_string_equal(hierarchy->root, root);
	assert_string_equal(hierarchy->own, own);
}

/* Every controller apart, a v2 tree beside them. */
static void hybrid_host_has_v1_hierarchies_and_an_unified_one(void **state)
{
	struct cgroup_host host = parse(
		"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
		"23 27 0:22 / /sys rw,relatime - sysfs sysfs rw\n"
		"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
		"32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
		"33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
		"35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
		"38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio\n"
		"40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
		"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
		"9:name=systemd:/\n7:blkio:/\n4:memory:/process/1f70\n2:cpuacct:/\n1:cpu:/\n0::/"
		"\n");

	assert_int_equal(host.kind, CGROUP_KIND_V1);
	assert_int_equal(host.n_hierarchies, 6);
	assert_lies(find(&host, CGROUP_CONTROLLER_MEMORY), "/sys/fs/cgroup/memory", "/",
		"/process/1f70");
	assert_lies(find(&host, CGROUP_CONTROLLER_IO), "/sys/fs/cgroup/blkio", "/", "/");
	assert_lies(find_v2(&host), "/sys/fs/cgroup/unified", "/", "/");
	assert_string_equal(host.hierarchies[4].name, "systemd");
	assert_string_equal(host.hierarchies[4].own, "/");
}

static void controllers_mounted_together_are_one_hierarchy(void **state)
{
	struct cgroup_host host = parse(
		"20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
		"30 20 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755\n"
		"33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:14 - cgroup cgroup "
		"rw,cpu,cpuacct\n"
		"34 30 0:30 / /sys/fs/cgroup/net_cls,net_prio rw shared:15 - cgroup cgroup "
		"rw,net_cls,net_prio\n"
		"31 30 0:27 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup "
		"rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd\n",
		"5:net_cls,net_prio:/\n4:cpu,cpuacct:/user.slice\n"
		"1:name=systemd:/user.slice/user-0.slice/session-1.scope\n");

	assert_int_equal(host.kind, CGROUP_KIND_V1);
	assert_int_equal(host.n_hierarchies, 3);
	assert_ptr_equal(
		find(&host, CGROUP_CONTROLLER_CPU), find(&host, CGROUP_CONTROLLER_CPUACCT));
	assert_lies(find(&host, CGROUP_CONTROLLER_CPU), "/sys/fs/cgroup/cpu,cpuacct", "/",
		"/user.slice");
	assert_lies(find(&host, CGROUP_CONTROLLER_NET_PRIO), "/sys/fs/cgroup/net_cls,net_prio", "/",
		"/");
	assert_string_equal(host.hierarchies[2].name, "systemd");
	assert_string_equal(host.hierarchies[2].own, "/user.slice/user-0.slice/session-1.scope");
}

static void unified_host_has_one_hierarchy(void **state)
{
	struct cgroup_host host = parse(
		"20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 "
		"cgroup2 rw,nsdelegate,memory_recursiveprot\n",
		"0::/user.slice/user-1000.slice/session-3.scope\n");

	assert_int_equal(host.kind, CGROUP_KIND_V2);
	assert_int_equal(host.n_hierarchies, 1);
	assert_lies(find_v2(&host), "/sys/fs/cgroup", "/",
		"/user.slice/user-1000.slice/session-3.scope");
}

/* In a container on v1: what is mounted is the container's own group. */
static void a_bound_subtree_is_the_root_of_what_is_mounted(void **state)
{
	struct cgroup_host host = parse(
		"500 400 0:50 / / rw,relatime - overlay overlay rw\n"
		"510 500 0:60 / /sys ro,nosuid - sysfs sysfs ro\n"
		"520 510 0:61 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n"
		"521 520 0:29 /docker/0123abcd /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup "
		"cgroup rw,memory\n"
		"522 520 0:30 /docker/0123abcd /sys/fs/cgroup/pids ro,nosuid master:18 - cgroup "
		"cgroup rw,pids\n",
		"7:pids:/docker/0123abcd\n4:memory:/docker/0123abcd\n0::/system.slice\n");

	assert_int_equal(host.kind, CGROUP_KIND_V1);
	assert_int_equal(host.n_hierarchies, 2);
	assert_lies(find(&host, CGROUP_CONTROLLER_MEMORY), "/sys/fs/cgroup/memory",
		"/docker/0123abcd", "/docker/0123abcd");
}

static void in_a_cgroup_namespace_the_own_group_is_the_root(void **state)
{
	struct cgroup_host host = parse(
		"500 400 0:50 / / rw,relatime - overlay overlay rw\n"
		"510 500 0:60 / /sys ro,nosuid - sysfs sysfs ro\n"
		"520 510 0:30 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
		"0::/\n");

	assert_int_equal(host.kind, CGROUP_KIND_V2);
	assert_lies(find_v2(&host), "/sys/fs/cgroup", "/", "/");
}

static void without_a_mount_there_are_no_cgroups(void **state)
{
	struct cgroup_host host = parse("20 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "0::/\n");

	assert_int_equal(host.kind, CGROUP_KIND_DISABLED);
	assert_int_equal(host.n_hierarchies, 0);
	assert_int_equal(parse("", "").kind, CGROUP_KIND_DISABLED);
}

static void a_mount_that_another_one_covers_does_not_count(void **state)
{
	const char *covered_by_same_place =
		"20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"30 20 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"40 30 0:40 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"41 40 0:41 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
	const char *covered_by_a_sibling =
		"20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"31 20 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"40 20 0:40 / /sys/fs rw - tmpfs tmpfs rw\n"
		"41 40 0:41 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
	struct cgroup_host host = parse(covered_by_same_place, "");

	assert_int_equal(host.n_hierarchies, 1);
	assert_string_equal(host.hierarchies[0].mount, "/sys/fs/cgroup/pids");
	host = parse(covered_by_a_sibling, "");
	assert_int_equal(host.n_hierarchies, 1);
	assert_string_equal(host.hierarchies[0].mount, "/sys/fs/cgroup/pids");
}

/* The order of the lines is no order of covering: the root was mounted last here. */
static void a_late_root_covers_nothing_that_lies_on_it(void **state)
{
	struct cgroup_host host = parse("31 90 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
					"90 12 0:50 / / rw - overlay overlay rw\n",
		"0::/a\n");

	assert_int_equal(host.n_hierarchies, 1);
}

static void the_first_of_several_mounts_of_a_hierarchy_counts(void **state)
{
	struct cgroup_host host = parse("20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
					"31 20 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
					"32 20 0:27 / /run/other rw - cgroup2 cgroup rw\n",
		"0::/\n");

	assert_int_equal(host.n_hierarchies, 1);
	assert_string_equal(host.hierarchies[0].mount, "/sys/fs/cgroup");
}

static void escaped_places_are_read(void **state)
{
	struct cgroup_host host = parse(
		"31 20 0:27 /my\\040group /mnt/my\\040cgroups rw - cgroup2 cgroup rw\n",
		"0::/my group/a\n");

	assert_lies(&host.hierarchies[0], "/mnt/my cgroups", "/my group", "/my group/a");
}

static void a_text_that_is_not_mountinfo_is_an_error(void **state)
{
	struct cgroup_host host;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_host_parse(&arena, "nonsense\n", "", &host, &err), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			hybrid_host_has_v1_hierarchies_and_an_unified_one, tear_down),
		cmocka_unit_test_teardown(
			controllers_mounted_together_are_one_hierarchy, tear_down),
		cmocka_unit_test_teardown(unified_host_has_one_hierarchy, tear_down),
		cmocka_unit_test_teardown(
			a_bound_subtree_is_the_root_of_what_is_mounted, tear_down),
		cmocka_unit_test_teardown(
			in_a_cgroup_namespace_the_own_group_is_the_root, tear_down),
		cmocka_unit_test_teardown(without_a_mount_there_are_no_cgroups, tear_down),
		cmocka_unit_test_teardown(
			a_mount_that_another_one_covers_does_not_count, tear_down),
		cmocka_unit_test_teardown(a_late_root_covers_nothing_that_lies_on_it, tear_down),
		cmocka_unit_test_teardown(
			the_first_of_several_mounts_of_a_hierarchy_counts, tear_down),
		cmocka_unit_test_teardown(escaped_places_are_read, tear_down),
		cmocka_unit_test_teardown(a_text_that_is_not_mountinfo_is_an_error, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
