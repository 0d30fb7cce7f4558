/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts for a container that is running, and away again. */
#include <sched.h>

#include "planned.h"

/* As for a container of its own user namespace, or (is_own) of the caller's. */
static int plan_live(const char *mounts, bool is_own_user)
{
	const struct change changes[] = {
		{ "/linux/namespaces", "[{'type':'mount','path':'/proc/7/ns/mnt'},"
				       "{'type':'user','path':'/proc/7/ns/user'}]" },
		{ "/mounts", mounts },
	};
	const char *text = document_changed(&planned.arena, PLANNED_BASE, changes, 2);

	planned.err = ERR_INIT;
	if (oci_config_read(&planned.arena, text, strlen(text), &planned.config, &planned.err) < 0)
		fail_msg("the test's own configuration %s: %s", text, planned.err.text);
	planned_see_sources();
	planned_see_namespaces();
	planned.facts.namespaces[OCI_NAMESPACE_USER].is_own = is_own_user;
	planned.facts.namespaces[OCI_NAMESPACE_MNT].is_foreign = !is_own_user;
	return planner_make_mounts(
		&planned.arena, planned.config, &planned.facts, &planned.plan, &planned.err);
}

#define BIND  "{'destination':'/d','source':'/data','options':['rbind','ro']}"
#define TMPFS "{'destination':'/t','type':'tmpfs'}"

static void joins_mounts_and_ends(void **state)
{
	assert_int_equal(plan_live("[" BIND "," TMPFS "]", true), 0);
	assert_string_equal(planned_steps(), "JOIN OPEN_ROOT MOUNT*2 READY END");
	assert_int_equal(planned_step(STEP_JOIN, 0)->join.type, CLONE_NEWNS);
	assert_int_equal(planned_step(STEP_MOUNT, 0)->mount.flags,
		PLAN_MOUNT_BIND | PLAN_MOUNT_RECURSIVE | PLAN_MOUNT_LIVE);
	assert_int_equal(planned_step(STEP_MOUNT, 1)->mount.flags, PLAN_MOUNT_LIVE);
}

static void every_source_is_opened_by_the_caller(void **state)
{
	const struct slot *slot;

	assert_int_equal(plan_live("[" BIND "]", true), 0);
	slot = &planned.plan.slots[planned_step(STEP_MOUNT, 0)->mount.source.slot];
	assert_int_equal(slot->kind, SLOT_TREE);
	assert_null(slot->user_namespace);
	assert_int_equal(
		plan_live("[{'destination':'/e','type':'ext4','source':'/dev/x'}]", true), 0);
	slot = &planned.plan.slots[planned_step(STEP_MOUNT, 0)->mount.source.slot];
	assert_int_equal(slot->kind, SLOT_NEW_FS);
}

static void for_a_user_namespace_the_tree_is_locked(void **state)
{
	const struct slot *slot;

	assert_int_equal(plan_live("[" BIND "]", false), 0);
	assert_string_equal(planned_steps(), "JOIN BECOME_ROOT JOIN OPEN_ROOT MOUNT READY END");
	slot = &planned.plan.slots[planned_step(STEP_MOUNT, 0)->mount.source.slot];
	assert_int_equal(slot->kind, SLOT_TREE);
	assert_string_equal(slot->user_namespace, "/proc/7/ns/user");
}

static void what_cannot_come_is_refused_by_its_field(void **state)
{
	static const struct {
		const char *mounts, *config;
	} rows[] = {
		{ "[{'destination':'/','type':'tmpfs'}]", "/mounts/0/destination" },
		{ "[{'destination':'/a/..','type':'tmpfs'}]", "/mounts/0/destination" },
		{ "[{'destination':'/p','type':'proc'}]", "/mounts/0/type" },
		{ "[" TMPFS ",{'destination':'/c','type':'cgroup2'}]", "/mounts/1/type" },
		{ "[{'destination':'/r','type':'tmpfs','options':['remount']}]",
			"/mounts/0/options" },
		{ "[{'destination':'/l','source':'/a.link','options':['bind','copy-symlink']}]",
			"/mounts/0/options" },
		{ "[{'destination':'/m','source':'/missing','options':['bind']}]",
			"/mounts/0/source" },
		{ "[{'destination':'/proc/self','type':'tmpfs'}]", "/mounts/0/destination" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (plan_live(rows[i].mounts, true) == 0)
			fail_msg("%s is planned", rows[i].mounts);
		assert_string_equal(planned.err.config, rows[i].config);
	}
}

static void in_a_user_namespace_no_disk_is_mounted(void **state)
{
	assert_int_equal(
		plan_live("[{'destination':'/e','type':'ext4','source':'/dev/x'}]", false), -EPERM);
	assert_string_equal(planned.err.config, "/mounts/0/type");
}

static void an_ordinary_user_brings_no_file_of_the_host(void **state)
{
	planned.facts.is_privileged = false;
	assert_int_equal(plan_live("[" BIND "]", false), -EPERM);
	assert_string_equal(planned.err.config, "/mounts/0/source");
	assert_int_equal(plan_live("[" TMPFS "]", false), 0);
}

static void the_callers_own_mounts_are_left_alone(void **state)
{
	planned.facts.namespaces[OCI_NAMESPACE_MNT].is_own = true;
	assert_int_equal(plan_live("[" TMPFS "]", true), -EINVAL);
}

static void unmounts_name_the_mount_and_the_hosts_proc(void **state)
{
	static const struct planner_mounted mounted[] = { { "/b", 12 }, { "/a", 11 } };
	const struct step_unmount *unmount;

	assert_int_equal(plan_live("[]", true), 0);
	assert_int_equal(planner_make_unmounts(&planned.arena, planned.config, &planned.facts,
				 mounted, 2, &planned.plan, &planned.err),
		0);
	assert_string_equal(planned_steps(), "JOIN OPEN_ROOT UNMOUNT*2 READY END");
	unmount = &planned_step(STEP_UNMOUNT, 1)->unmount;
	assert_string_equal(unmount->target, "/a");
	assert_int_equal(unmount->mount_id, 11);
	assert_int_equal(planned.plan.slots[unmount->proc].kind, SLOT_PROC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, planned_set_up, planned_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(joins_mounts_and_ends),
		TEST(every_source_is_opened_by_the_caller),
		TEST(for_a_user_namespace_the_tree_is_locked),
		TEST(what_cannot_come_is_refused_by_its_field),
		TEST(in_a_user_namespace_no_disk_is_mounted),
		TEST(an_ordinary_user_brings_no_file_of_the_host),
		TEST(the_callers_own_mounts_are_left_alone),
		TEST(unmounts_name_the_mount_and_the_hosts_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
