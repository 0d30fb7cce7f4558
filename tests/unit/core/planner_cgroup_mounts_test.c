/* SPDX-License-Identifier: Apache-2.0 */
/* What a mount of type "cgroup" becomes. */
#include <sys/mount.h>

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
	mount = planned_mount("/sys/fs/cgroup/cpu,cpuacct");
	assert_int_equal(mount->flags, PLAN_MOUNT_BIND);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(v2_is_one_file_system),
		PLANNED_TEST(v2_in_a_user_namespace_may_be_the_hosts),
		PLANNED_TEST(v1_is_a_directory_of_the_containers_own_groups),
		PLANNED_TEST(v1_without_a_group_shows_what_a_namespace_of_its_own_allows),
		PLANNED_TEST(v1_without_group_and_namespace_shows_nothing_of_the_host),
		PLANNED_TEST(v1_controllers_mounted_together_are_found_alone),
		PLANNED_TEST(a_writable_v1_mount_stays_writable),
		PLANNED_TEST(a_host_without_cgroups_has_nothing_to_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
