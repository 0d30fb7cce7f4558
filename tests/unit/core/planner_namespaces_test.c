/* SPDX-License-Identifier: Apache-2.0 */
/* Which namespaces are made, which are joined, by whom, in what order. */
#include <sched.h>

#include "planned.h"
#include "sys/clone.h"

/* Only namespaces matter here: no mounts, and unless a row says so no mount namespace. */
static void plan_namespaces(const char *namespaces)
{
	const bool has_user = strstr(namespaces, "'user'}") != NULL;

	PLAN({ "/linux/namespaces", namespaces }, { "/mounts", "[]" },
		{ "/linux/uidMappings",
			has_user ? "[{'containerID':0,'hostID':1000,'size':10}]" : "[]" },
		{ "/linux/gidMappings",
			has_user ? "[{'containerID':0,'hostID':2000,'size':20}]" : "[]" });
}

/* The steps that enter and make namespaces, from the beginning. */
static const char *namespace_steps(void)
{
	const char *text = "";

	for (size_t i = 0; i < planned.plan.n_steps; i++) {
		uint32_t kind = planned.plan.steps[i].kind;

		if (kind != STEP_JOIN && kind != STEP_UNSHARE && kind != STEP_BECOME_ROOT &&
			kind != STEP_FORK)
			break;
		text = arena_printf(
			&planned.arena, "%s%s%s", text, i ? " " : "", plan_step_name(kind));
	}
	return text;
}

static void see(enum oci_namespace_type type, bool is_own, bool is_foreign)
{
	planned.facts.namespaces[type].is_own = is_own;
	planned.facts.namespaces[type].is_foreign = is_foreign;
}

static void new_namespaces_are_made_by_the_clone(void **state)
{
	static const struct {
		const char *namespaces;
		uint64_t flags;
		const char *steps;
	} rows[] = {
		{ "[]", 0, "" },
		{ "[{'type':'pid'}]", CLONE_NEWPID, "" },
		{ "[{'type':'network'}]", CLONE_NEWNET, "" },
		{ "[{'type':'ipc'}]", CLONE_NEWIPC, "" },
		{ "[{'type':'uts'}]", CLONE_NEWUTS, "" },
		{ "[{'type':'mount'}]", CLONE_NEWNS, "" },
		/* its root is the group of its maker: made when the process is in its own */
		{ "[{'type':'cgroup'}]", 0, "UNSHARE" },
		/* no flag of a clone at all: the child makes it, and hull-init makes sure */
		{ "[{'type':'time'}]", 0, "JOIN" },
		{ "[{'type':'pid'},{'type':'network'},{'type':'ipc'},{'type':'uts'},"
		  "{'type':'mount'},{'type':'cgroup'},{'type':'time'}]",
			CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS,
			"JOIN UNSHARE" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		plan_namespaces(rows[i].namespaces);
		assert_int_equal(planned.plan.spawn.kind, SPAWN_DIRECT);
		assert_int_equal(planned.plan.spawn.clone_flags, rows[i].flags);
		assert_string_equal(namespace_steps(), rows[i].steps);
	}
	assert_int_equal(planned_step(STEP_UNSHARE, 0)->unshare.flags, CLONE_NEWCGROUP);
}

static void a_time_namespace_gets_its_offsets_before_anyone_enters(void **state)
{
	plan_namespaces("[{'type':'pid'}]");
	assert_null(planned.plan.spawn.time_offsets);
	plan_namespaces("[{'type':'time'}]");
	assert_string_equal(planned.plan.spawn.time_offsets, "");
	PLAN({ "/linux/namespaces/-", "{'type':'time'}" },
		{ "/linux/timeOffsets",
			"{'monotonic':{'secs':-7,'nanosecs':5},'boottime':{'secs':9}}" });
	assert_string_equal(planned.plan.spawn.time_offsets, "monotonic -7 5\nboottime 9 0\n");
	PLAN({ "/linux/namespaces/-", "{'type':'time'}" },
		{ "/linux/timeOffsets", "{'boottime':{'secs':1}}" });
	assert_string_equal(planned.plan.spawn.time_offsets, "monotonic 0 0\nboottime 1 0\n");
}

static void a_new_network_has_a_loopback(void **state)
{
	plan_namespaces("[{'type':'network'}]");
	assert_int_equal(planned_count(STEP_LOOPBACK), 1);
	plan_namespaces("[{'type':'network','path':'/n/net'}]");
	assert_int_equal(planned_count(STEP_LOOPBACK), 0);
	plan_namespaces("[]");
	assert_int_equal(planned_count(STEP_LOOPBACK), 0);
}

static void joined_namespaces_are_entered_inside_the_mounts_last(void **state)
{
	static const uint64_t order[] = { CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP,
		CLONE_NEWTIME, CLONE_NEWPID, CLONE_NEWNS };

	plan_namespaces("[{'type':'mount','path':'/n/mnt'},{'type':'pid','path':'/n/pid'},"
			"{'type':'time','path':'/n/time'},{'type':'cgroup','path':'/n/cgroup'},"
			"{'type':'uts','path':'/n/uts'},{'type':'ipc','path':'/n/ipc'},"
			"{'type':'network','path':'/n/net'}]");
	assert_int_equal(planned.plan.spawn.kind, SPAWN_DIRECT);
	assert_int_equal(planned.plan.spawn.clone_flags, 0);
	assert_string_equal(namespace_steps(), "JOIN JOIN JOIN JOIN JOIN JOIN JOIN FORK");
	for (size_t i = 0; i < COUNT_OF(order); i++)
		assert_int_equal(planned_step(STEP_JOIN, i)->join.type, order[i]);
	assert_int_equal(planned_step(STEP_FORK, 0)->fork.flags, 0);
}

static void a_joined_namespace_is_opened_by_the_caller(void **state)
{
	const struct step *join;
	const struct slot *slot;

	plan_namespaces("[{'type':'pid'},{'type':'network','path':'/n/net'}]");
	join = planned_step(STEP_JOIN, 0);
	assert_string_equal(join->config, "/linux/namespaces/1/path");
	assert_string_equal(join->join.path, "/n/net");
	slot = &planned.plan.slots[join->join.slot];
	assert_int_equal(slot->kind, SLOT_NAMESPACE);
	assert_int_equal(slot->namespace_type, CLONE_NEWNET);
	assert_string_equal(slot->path, "/n/net");
	assert_string_equal(slot->config, "/linux/namespaces/1/path");
	assert_int_equal(planned.plan.spawn.clone_flags, CLONE_NEWPID);
}

static void only_a_joined_pid_namespace_needs_a_second_process(void **state)
{
	plan_namespaces("[{'type':'network','path':'/n/net'}]");
	assert_string_equal(namespace_steps(), "JOIN");
	plan_namespaces("[{'type':'pid','path':'/n/pid'}]");
	assert_string_equal(namespace_steps(), "JOIN FORK");
	assert_string_equal(planned_step(STEP_FORK, 0)->config, "/linux/namespaces/0");
}

static void a_joined_pid_namespace_is_entered_when_the_host_is_out_of_view(void **state)
{
	planned.facts.has_proc_pidns = true;
	PLAN({ "/linux/namespaces", "[{'type':'mount'},{'type':'pid','path':'/n/pid'}]" });
	assert_string_equal(namespace_steps(), "JOIN");
	assert_int_equal(planned_count(STEP_FORK), 1);
	assert_true(planned_step(STEP_FORK, 0) == planned_step(STEP_ENTER_ROOT, 0) + 1);
	assert_true(planned_step(STEP_SESSION, 0) == planned_step(STEP_FORK, 0) + 1);
	/* its proc has to be told whose it is */
	assert_true(planned_mount("/proc")->flags & PLAN_MOUNT_OF_PIDNS);
	assert_string_equal(planned.plan.slots[planned_mount("/proc")->source.slot].path, "/n/pid");
}

static void a_new_pid_namespace_is_entered_at_once_where_it_is_forked_into(void **state)
{
	planned.facts.has_proc_pidns = true;
	plan_namespaces("[{'type':'user','path':'/n/user'},{'type':'pid'}]");
	assert_string_equal(namespace_steps(), "JOIN BECOME_ROOT FORK");
}

static void a_network_that_the_caller_makes_is_joined_with_its_loopback(void **state)
{
	planned.options.makes_network = true;
	plan_namespaces("[{'type':'network'},{'type':'pid'}]");
	assert_int_equal(planned.plan.spawn.clone_flags, CLONE_NEWPID);
	assert_string_equal(namespace_steps(), "JOIN");
	assert_int_equal(
		planned.plan.slots[planned_step(STEP_JOIN, 0)->join.slot].kind, SLOT_NETWORK);
	assert_int_equal(planned_count(STEP_LOOPBACK), 0);
}

static void a_path_to_the_callers_own_namespace_is_no_join(void **state)
{
	see(OCI_NAMESPACE_NET, true, false);
	see(OCI_NAMESPACE_USER, true, false);
	plan_namespaces("[{'type':'network','path':'/proc/self/ns/net'},"
			"{'type':'user','path':'/proc/self/ns/user'},{'type':'pid'}]");
	assert_string_equal(namespace_steps(), "");
	assert_int_equal(planned.plan.spawn.kind, SPAWN_DIRECT);
	assert_int_equal(planned.plan.spawn.clone_flags, CLONE_NEWPID);
	assert_int_equal(planned.plan.n_slots, 0);
}

static void a_new_user_namespace_is_mapped_before_the_exec(void **state)
{
	const struct spawn_plan *spawn = &planned.plan.spawn;

	plan_namespaces("[{'type':'user'},{'type':'pid'},{'type':'ipc'},{'type':'cgroup'},"
			"{'type':'time'}]");
	assert_int_equal(spawn->kind, SPAWN_MAPPED);
	assert_int_equal(spawn->clone_flags, CLONE_NEWUSER | CLONE_NEWPID);
	assert_string_equal(namespace_steps(), "JOIN UNSHARE");
	assert_int_equal(
		planned_step(STEP_UNSHARE, 0)->unshare.flags, CLONE_NEWCGROUP | CLONE_NEWIPC);
	assert_string_equal(spawn->time_offsets, "");
	assert_int_equal(spawn->n_uid_mappings, 1);
	assert_int_equal(spawn->uid_mappings[0].host_id, 1000);
	assert_int_equal(spawn->n_gid_mappings, 1);
	assert_int_equal(spawn->gid_mappings[0].host_id, 2000);
	assert_false(spawn->use_template);
}

static void the_hosts_namespaces_are_joined_before_a_new_user_namespace(void **state)
{
	const struct spawn_plan *spawn = &planned.plan.spawn;

	plan_namespaces("[{'type':'user'},{'type':'network','path':'/n/net'},"
			"{'type':'ipc','path':'/n/ipc'},{'type':'pid'},{'type':'uts'},"
			"{'type':'cgroup'}]");
	assert_int_equal(spawn->kind, SPAWN_STAGED);
	assert_int_equal(spawn->clone_flags, 0);
	assert_int_equal(spawn->n_joins, 2);
	assert_int_equal(spawn->joins[0].type, CLONE_NEWNET);
	assert_string_equal(planned.plan.slots[spawn->joins[0].slot].path, "/n/net");
	assert_int_equal(spawn->joins[1].type, CLONE_NEWIPC);
	assert_string_equal(planned.plan.slots[spawn->joins[1].slot].path, "/n/ipc");
	assert_int_equal(spawn->n_uid_mappings, 1);
	assert_string_equal(namespace_steps(), "UNSHARE FORK");
	assert_int_equal(
		planned_step(STEP_UNSHARE, 0)->unshare.flags, CLONE_NEWUTS | CLONE_NEWCGROUP);
	assert_int_equal(planned_step(STEP_FORK, 0)->fork.flags, CLONE_NEWPID);
}

static void a_pid_namespace_joined_early_still_needs_the_second_process(void **state)
{
	plan_namespaces("[{'type':'user'},{'type':'pid','path':'/n/pid'}]");
	assert_int_equal(planned.plan.spawn.kind, SPAWN_STAGED);
	assert_string_equal(namespace_steps(), "FORK");
	assert_int_equal(planned_step(STEP_FORK, 0)->fork.flags, 0);
}

static void a_process_whose_namespaces_are_joined_at_once_is_handed_over(void **state)
{
	planned.facts.joined_process_fd = 9;
	planned.facts.joined_at_once = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS;
	plan_namespaces("[{'type':'network','path':'/n/net'},{'type':'uts','path':'/n/uts'},"
			"{'type':'pid','path':'/n/pid'}]");
	assert_string_equal(namespace_steps(), "JOIN FORK");
	assert_int_equal(planned_step(STEP_JOIN, 0)->join.type, planned.facts.joined_at_once);
	assert_int_equal(planned.plan.n_slots, 1);
	assert_int_equal(planned.plan.slots[0].kind, SLOT_GIVEN);
	assert_int_equal(planned.plan.slots[0].given_fd, 9);
}

static void a_joined_user_namespace_divides_the_joins_by_owner(void **state)
{
	see(OCI_NAMESPACE_NET, false, true);
	see(OCI_NAMESPACE_IPC, false, false);
	plan_namespaces("[{'type':'user','path':'/n/user'},{'type':'network','path':'/n/net'},"
			"{'type':'ipc','path':'/n/ipc'},{'type':'pid'},{'type':'uts'}]");
	assert_int_equal(planned.plan.spawn.kind, SPAWN_DIRECT);
	assert_int_equal(planned.plan.spawn.clone_flags, 0);
	assert_string_equal(namespace_steps(), "JOIN JOIN BECOME_ROOT JOIN UNSHARE FORK");
	assert_int_equal(planned_step(STEP_JOIN, 0)->join.type, CLONE_NEWIPC);
	assert_int_equal(planned_step(STEP_JOIN, 1)->join.type, CLONE_NEWUSER);
	assert_int_equal(planned_step(STEP_JOIN, 2)->join.type, CLONE_NEWNET);
	assert_int_equal(planned_step(STEP_UNSHARE, 0)->unshare.flags, CLONE_NEWUTS);
	assert_int_equal(planned_step(STEP_FORK, 0)->fork.flags, CLONE_NEWPID);
}

static void a_joined_user_namespace_alone_needs_no_second_process(void **state)
{
	plan_namespaces("[{'type':'user','path':'/n/user'}]");
	assert_string_equal(namespace_steps(), "JOIN BECOME_ROOT");
}

static void a_new_time_namespace_in_a_joined_user_namespace_is_refused(void **state)
{
	planned_assert_refused(
		REFUSE({ "/linux/namespaces", "[{'type':'user','path':'/n/u'},{'type':'time'}]" },
			{ "/mounts", "[]" }),
		ENOTSUP, "/linux/namespaces");
}

static void an_ordinary_user_needs_a_user_namespace(void **state)
{
	planned.facts.is_privileged = false;
	planned_assert_refused(planned_try(NULL, 0), EPERM, "/linux/namespaces");
	assert_string_not_equal(planned.err.hint, "");
}

static void without_namespaces_there_is_only_the_session(void **state)
{
	plan_namespaces("[]");
	assert_string_equal(planned_steps(),
		"OPEN_ROOT ENTER_ROOT SESSION CWD KEYRING CAPABILITIES IDENTITY CAPABILITIES CWD "
		"COMMAND READY EXEC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(new_namespaces_are_made_by_the_clone),
		PLANNED_TEST(a_time_namespace_gets_its_offsets_before_anyone_enters),
		PLANNED_TEST(a_new_network_has_a_loopback),
		PLANNED_TEST(joined_namespaces_are_entered_inside_the_mounts_last),
		PLANNED_TEST(a_joined_namespace_is_opened_by_the_caller),
		PLANNED_TEST(only_a_joined_pid_namespace_needs_a_second_process),
		PLANNED_TEST(a_joined_pid_namespace_is_entered_when_the_host_is_out_of_view),
		PLANNED_TEST(a_new_pid_namespace_is_entered_at_once_where_it_is_forked_into),
		PLANNED_TEST(a_network_that_the_caller_makes_is_joined_with_its_loopback),
		PLANNED_TEST(a_path_to_the_callers_own_namespace_is_no_join),
		PLANNED_TEST(a_new_user_namespace_is_mapped_before_the_exec),
		PLANNED_TEST(the_hosts_namespaces_are_joined_before_a_new_user_namespace),
		PLANNED_TEST(a_pid_namespace_joined_early_still_needs_the_second_process),
		PLANNED_TEST(a_process_whose_namespaces_are_joined_at_once_is_handed_over),
		PLANNED_TEST(a_joined_user_namespace_divides_the_joins_by_owner),
		PLANNED_TEST(a_joined_user_namespace_alone_needs_no_second_process),
		PLANNED_TEST(a_new_time_namespace_in_a_joined_user_namespace_is_refused),
		PLANNED_TEST(an_ordinary_user_needs_a_user_namespace),
		PLANNED_TEST(without_namespaces_there_is_only_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
