/* SPDX-License-Identifier: Apache-2.0 */
/* What a mount of type "cgroup" becomes. */
#include <sys/mount.h>

#include "base/text.h"
#include "planned.h"
#include "sys/mount_api.h"

#define CGROUP_MOUNT                                                            \
	{                                                                       \
		"/mounts/-", "{'destination':'/sys/fs/cgroup','type':'cgroup'," \
			     "'options':['ro','nosuid','rprivate']}"            \
	}

static const struct cgroup_host hybrid = {
	.kind = CGROUP_KIND_V1,
	.hierarchies = { { .mount = "/sys/fs/cgroup/cpu,cpuacct",
				 .root = "/",
				 .controllers = CGROUP_BIT(CGROUP_CONTROLLER_CPU) |
						CGROUP_BIT(CGROUP_CONTROLLER_CPUACCT) },
		{ .mount = "/sys/fs/cgroup/blkio",
			.root = "/",
			.controllers = CGROUP_BIT(CGROUP_CONTROLLER_IO) },
		{ .mount = "/sys/fs/cgroup/systemd", .root = "/", .name = "systemd" },
		{ .mount = "/sys/fs/cgroup/unified", .root = "/", .is_v2 = true } },
	.n_hierarchies = 4,
};

static struct cgroup hybrid_group = {
	.kind = CGROUP_KIND_V1,
	.dirs = { { .path = "/sys/fs/cgroup/cpu,cpuacct/a/c1" },
		{ .path = "/sys/fs/cgroup/blkio/a/c1" },
		{ .path = "/sys/fs/cgroup/systemd/a/c1", .name = "systemd" },
		{ .path = "/sys/fs/cgroup/unified/a/c1", .is_v2 = true } },
	.n_dirs = 4,
};

static void v2_is_one_file_system(void **state)
{
	const struct step_mount *mount;

	PLAN(CGROUP_MOUNT);
	assert_int_equal(planned_count(STEP_MOUNT), 2);
	mount = planned_mount("/sys/fs/cgroup");
	assert_string_equal(mount->type, "cgroup2");
	assert_string_equal(mount->device_name, "cgroup");
	assert_null(mount->data);
	assert_int_equal(mount->attr_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	assert_int_equal(mount->propagation, MS_PRIVATE | MS_REC);
	assert_int_equal(mount->flags, PLAN_MOUNT_PROC);
	assert_string_equal(planned_step(STEP_MOUNT, 1)->config, "/mounts/1");
}

static void v2_in_a_user_namespace_may_be_the_hosts(void **state)
{
	PLAN(CGROUP_MOUNT, { "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" });
	assert_true(planned_mount("/sys/fs/cgroup")->flags & PLAN_MOUNT_SUBSTITUTE);
	assert_string_equal(planned_mount("/sys/fs/cgroup")->source.path, "/sys/fs/cgroup");
}

static void v1_is_a_directory_of_the_containers_own_groups(void **state)
{
	const struct step_mount *mount;
	const struct step *close;

	planned.facts.cgroups = hybrid;
	planned.options.group = &hybrid_group;
	PLAN(CGROUP_MOUNT);
	mount = planned_mount("/sys/fs/cgroup");
	assert_string_equal(mount->type, "tmpfs");
	assert_int_equal(mount->attr_set, MOUNT_ATTR_NOSUID); /* mounts come into it first */
	assert_int_equal(mount->flags, PLAN_MOUNT_KEPT);
	mount = planned_mount("/sys/fs/cgroup/cpu,cpuacct");
	assert_int_equal(mount->flags, PLAN_MOUNT_BIND | PLAN_MOUNT_IN_KEPT);
	assert_int_equal(mount->attr_set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	assert_string_equal(
		planned.plan.slots[mount->source.slot].path, "/sys/fs/cgroup/cpu,cpuacct/a/c1");
	mount = planned_mount("/sys/fs/cgroup/unified");
	assert_string_equal(
		planned.plan.slots[mount->source.slot].path, "/sys/fs/cgroup/unified/a/c1");
	assert_int_equal(planned_count(STEP_MOUNT), 1 + 1 + 4);
	close = planned_step(STEP_ROOT_ATTRIBUTES, 0);
	assert_string_equal(close->root_attributes.path, "/sys/fs/cgroup");
	assert_int_equal(close->root_attributes.attr_set, MOUNT_ATTR_RDONLY);
	for (size_t i = 0; i < planned_count(STEP_MOUNT); i++)
		assert_true(planned_step(STEP_MOUNT, i) < close);
}

static void v1_without_a_group_shows_what_a_namespace_of_its_own_allows(void **state)
{
	planned.facts.cgroups = hybrid;
	PLAN(CGROUP_MOUNT, { "/linux/namespaces/-", "{'type':'cgroup'}" });
	assert_string_equal(planned_mount("/sys/fs/cgroup/cpu,cpuacct")->type, "cgroup");
	assert_string_equal(planned_mount("/sys/fs/cgroup/cpu,cpuacct")->data, "cpu,cpuacct");
	assert_string_equal(planned_mount("/sys/fs/cgroup/blkio")->data, "blkio");
	assert_string_equal(planned_mount("/sys/fs/cgroup/systemd")->data, "none,name=systemd");
	assert_string_equal(planned_mount("/sys/fs/cgroup/unified")->type, "cgroup2");
	assert_null(planned_mount("/sys/fs/cgroup/unified")->data);
}

static void v1_without_group_and_namespace_shows_nothing_of_the_host(void **state)
{
	planned.facts.cgroups = hybrid;
	PLAN(CGROUP_MOUNT);
	assert_int_equal(planned_count(STEP_MOUNT), 2); /* proc, and the empty tmpfs */
}

static void v1_controllers_mounted_together_are_found_alone(void **state)
{
	planned.facts.cgroups = hybrid;
	planned.options.group = &hybrid_group;
	PLAN(CGROUP_MOUNT);
	assert_string_equal(planned_step(STEP_SYMLINK, 0)->symlink.path, "/sys/fs/cgroup/cpu");
	assert_string_equal(planned_step(STEP_SYMLINK, 0)->symlink.target, "cpu,cpuacct");
	assert_string_equal(planned_step(STEP_SYMLINK, 1)->symlink.path, "/sys/fs/cgroup/cpuacct");
	assert_string_equal(planned_step(STEP_SYMLINK, 1)->symlink.target, "cpu,cpuacct");
	assert_string_equal(planned_step(STEP_SYMLINK, 2)->symlink.path, "/dev/fd");
}

static void a_writable_v1_mount_stays_writable(void **state)
{
	planned.facts.cgroups = hybrid;
	planned.options.group = &hybrid_group;
	PLAN({ "/mounts/-", "{'destination':'/sys/fs/cgroup','type':'cgroup'}" });
	assert_int_equal(planned_count(STEP_ROOT_ATTRIBUTES), 0);
	assert_int_equal(planned_mount("/sys/fs/cgroup/blkio")->attr_set, 0);
}

static void a_host_without_cgroups_has_nothing_to_mount(void **state)
{
	planned.facts.cgroups = (struct cgroup_host){ .kind = CGROUP_KIND_DISABLED };
	PLAN(CGROUP_MOUNT);
	assert_int_equal(planned_count(STEP_MOUNT), 1);
}

/* ---- when the process enters its groups ---- */

static void plan_on_v1(void)
{
	planned.facts.cgroups = hybrid;
	planned.options.group = &hybrid_group;
	planned.facts.is_privileged = true;
	planned.options.makes_network = true;
}

static void on_v1_groups_are_waited_for_before_what_shows_them(void **state)
{
	const struct step *groups;

	plan_on_v1();
	PLAN(CGROUP_MOUNT);
	assert_true(planned.plan.spawn.enters_late);
	assert_int_equal(planned_count(STEP_GROUPS), 1);
	groups = planned_step(STEP_GROUPS, 0);
	assert_true(groups > planned_step(STEP_MOUNT, 0)); /* the proc, which shows none */
	assert_true(groups < planned_step(STEP_MOUNT, 1));
	assert_true(groups < planned_step(STEP_DEVICE, 0));
	for (size_t i = 0; i < planned.plan.n_slots; i++)
		assert_int_equal(planned.plan.slots[i].is_late,
			planned.plan.slots[i].kind == SLOT_NETWORK ||
				text_has_prefix(planned.plan.slots[i].path, "/sys/fs/cgroup"));
}

static void the_network_is_joined_with_the_groups(void **state)
{
	plan_on_v1();
	PLAN({ "/linux/namespaces/-", "{'type':'network'}" },
		{ "/mounts/-", "{'destination':'/sys','type':'sysfs'}" });
	assert_true(planned_step(STEP_JOIN, 0) == planned_step(STEP_GROUPS, 0) + 1);
	assert_true(planned_step(STEP_JOIN, 0) + 1 == planned_step(STEP_MOUNT, 1));
}

static void groups_are_entered_before_devices_are_made_and_hooks_run(void **state)
{
	plan_on_v1();
	PLAN({ "/hooks", "{'createRuntime':[{'path':'/h'}]}" });
	assert_true(planned_step(STEP_GROUPS, 0) > planned_step(STEP_MOUNT, 0));
	assert_true(planned_step(STEP_GROUPS, 0) < planned_step(STEP_DEVICE, 0));
	assert_true(planned_step(STEP_GROUPS, 0) < planned_step(STEP_SYNC, 0));
}

#define DEV_MOUNT                                                    \
	{                                                            \
		"/mounts/-", "{'destination':'/dev','type':'tmpfs'}" \
	}

static void the_usual_devices_are_made_while_the_groups_are(void **state)
{
	plan_on_v1();
	PLAN(DEV_MOUNT, CGROUP_MOUNT,
		{ "/linux/devices", "[{'path':'/dev/fuse','type':'c','major':10,'minor':229}]" });
	assert_int_equal(planned_count(STEP_DEVICE), 7);
	assert_true(planned_step(STEP_DEVICE, 0) > planned_step(STEP_MOUNT, 1));
	assert_true(planned_step(STEP_SYMLINK, 4) < planned_step(STEP_GROUPS, 0));
	/* of others the groups say whether they may be made */
	assert_string_equal(planned_step(STEP_DEVICE, 6)->device.path, "/dev/fuse");
	assert_true(planned_step(STEP_DEVICE, 6) > planned_step(STEP_GROUPS, 0));
}

static void the_usual_devices_wait_for_a_mount_that_would_lie_on_them(void **state)
{
	static const char *const later[] = { "/", "/dev", "/dev/pts" };

	plan_on_v1();
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		char mount[64];

		text_format(mount, sizeof(mount), "{'destination':'%s','type':'tmpfs'}", later[i]);
		PLAN(DEV_MOUNT, CGROUP_MOUNT, { "/mounts/-", mount });
		assert_int_equal(planned_count(STEP_DEVICE), 6);
		assert_true(planned_step(STEP_DEVICE, 0) > planned_step(STEP_GROUPS, 0));
	}
}

static void groups_are_entered_before_the_namespace_that_has_them_as_root(void **state)
{
	plan_on_v1();
	PLAN({ "/linux/namespaces/-", "{'type':'cgroup'}" });
	assert_true(planned_step(STEP_GROUPS, 0) < planned_step(STEP_UNSHARE, 0));
}

static void with_v2_a_user_namespace_or_without_a_group_nobody_is_late(void **state)
{
	PLAN(CGROUP_MOUNT);
	assert_int_equal(planned_count(STEP_GROUPS), 0);
	plan_on_v1();
	PLAN(CGROUP_MOUNT, { "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" });
	assert_int_equal(planned_count(STEP_GROUPS), 0);
	planned.options.group = NULL;
	PLAN(CGROUP_MOUNT);
	assert_int_equal(planned_count(STEP_GROUPS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(v2_is_one_file_system),
		PLANNED_TEST(v2_in_a_user_namespace_may_be_the_hosts),
		PLANNED_TEST(the_usual_devices_are_made_while_the_groups_are),
		PLANNED_TEST(the_usual_devices_wait_for_a_mount_that_would_lie_on_them),
		PLANNED_TEST(v1_is_a_directory_of_the_containers_own_groups),
		PLANNED_TEST(v1_without_a_group_shows_what_a_namespace_of_its_own_allows),
		PLANNED_TEST(v1_without_group_and_namespace_shows_nothing_of_the_host),
		PLANNED_TEST(v1_controllers_mounted_together_are_found_alone),
		PLANNED_TEST(a_writable_v1_mount_stays_writable),
		PLANNED_TEST(a_host_without_cgroups_has_nothing_to_mount),
		PLANNED_TEST(on_v1_groups_are_waited_for_before_what_shows_them),
		PLANNED_TEST(the_network_is_joined_with_the_groups),
		PLANNED_TEST(groups_are_entered_before_devices_are_made_and_hooks_run),
		PLANNED_TEST(groups_are_entered_before_the_namespace_that_has_them_as_root),
		PLANNED_TEST(with_v2_a_user_namespace_or_without_a_group_nobody_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
