/* SPDX-License-Identifier: Apache-2.0 */
/* The order of steps, and the two ways to a root file system. */
#include <sys/mount.h>

#include "planned.h"
#include "sys/mount_api.h"

/* What follows ENTER_ROOT when the configuration asks for nothing special. */
#define ORDINARY_REST \
	"ENTER_ROOT SESSION CWD KEYRING CAPABILITIES IDENTITY CAPABILITIES CWD COMMAND READY EXEC"

static const struct change every_hook = { "/hooks",
	"{'prestart':[{'path':'/h/p'}],'createRuntime':[{'path':'/h/r'}],"
	"'createContainer':[{'path':'/h/c','args':['c','x'],'env':['A=b'],'timeout':3}],"
	"'startContainer':[{'path':'/h/s'}],'poststart':[{'path':'/h/o'}],"
	"'poststop':[{'path':'/h/q'}]}" };

static void roots_plan_starts_from_the_template(void **state)
{
	PLAN_BASE();
	assert_string_equal(planned_steps(), "ROOT MOUNT DEVICE*6 SYMLINK*5 " ORDINARY_REST);
	assert_true(planned.plan.spawn.use_template);
	assert_int_equal(planned_step(STEP_ENTER_ROOT, 0)->enter_root.method, PLAN_ENTER_CHROOT);
}

static void the_root_is_a_tree_that_the_caller_cloned(void **state)
{
	const struct step_root *root;
	const struct slot *slot;

	PLAN_BASE();
	root = &planned_step(STEP_ROOT, 0)->root;
	assert_null(root->target);
	assert_int_equal(root->base_propagation, 0);
	assert_int_equal(root->source.slot, 0);
	slot = &planned.plan.slots[0];
	assert_int_equal(slot->kind, SLOT_TREE);
	assert_string_equal(slot->path, "/b/rootfs");
	assert_true(slot->is_recursive);
	assert_int_equal(slot->propagation, MS_SLAVE | MS_REC);
	assert_ptr_equal(slot->seen, &planned.facts.root);
	assert_string_equal(slot->config, "/root/path");
}

static void a_copied_namespace_is_made_slave_before_the_root(void **state)
{
	planned.options.strategy = "copy";
	PLAN_BASE();
	assert_string_equal(
		planned_steps(), "PROPAGATION ROOT MOUNT DEVICE*6 SYMLINK*5 " ORDINARY_REST);
	assert_false(planned.plan.spawn.use_template);
	assert_int_equal(planned_step(STEP_PROPAGATION, 0)->propagation.flags, MS_SLAVE | MS_REC);
	assert_string_equal(planned_step(STEP_ROOT, 0)->root.target, "/b/rootfs");
	assert_int_equal(planned_step(STEP_ENTER_ROOT, 0)->enter_root.method, PLAN_ENTER_PIVOT);
}

static void an_ordinary_user_leaves_opening_to_the_new_process(void **state)
{
	const struct step_root *root;

	planned.facts.is_privileged = false;
	planned.facts.uid = 1000;
	PLAN({ "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" });
	assert_string_equal(
		planned_steps(), "PROPAGATION ROOT MOUNT DEVICE*6 SYMLINK*5 " ORDINARY_REST);
	assert_int_equal(planned.plan.n_slots, 0);
	root = &planned_step(STEP_ROOT, 0)->root;
	assert_int_equal(root->source.slot, PLAN_NO_SLOT);
	assert_string_equal(root->source.path, "/b/rootfs");
	assert_int_equal(root->source.device, 7);
	assert_int_equal(root->source.inode, 70);
	assert_int_equal(root->base_propagation, MS_SLAVE | MS_REC);
}

static const struct change everything[] = {
	{ "/hooks", "{'prestart':[{'path':'/h/p'}],'createContainer':[{'path':'/h/c'}],"
		    "'startContainer':[{'path':'/h/s'}]}" },
	{ "/hostname", "'h'" },
	{ "/domainname", "'d'" },
	{ "/root/readonly", "true" },
	{ "/linux/namespaces", "[{'type':'mount'},{'type':'pid'},{'type':'network'},{'type':'uts'},"
			       "{'type':'ipc'},{'type':'cgroup'}]" },
	{ "/linux/sysctl", "{'net.ipv4.ip_forward':'1'}" },
	{ "/linux/maskedPaths", "['/proc/kcore']" },
	{ "/linux/readonlyPaths", "['/proc/sys']" },
	{ "/linux/personality", "{'domain':'LINUX32'}" },
	{ "/process/terminal", "true" },
	{ "/process/oomScoreAdj", "5" },
	{ "/process/rlimits", "[{'type':'RLIMIT_NOFILE','soft':10,'hard':20}]" },
	{ "/process/scheduler", "{'policy':'SCHED_BATCH','nice':3}" },
	{ "/process/ioPriority", "{'class':'IOPRIO_CLASS_BE','priority':2}" },
	{ "/process/apparmorProfile", "'p'" },
};

static const uint64_t filter[] = { 6 };

/* With all that a plan can have; more changes come behind. */
static void plan_everything(const char *no_new_privileges)
{
	struct change changes[COUNT_OF(everything) + 1];

	memcpy(changes, everything, sizeof(everything));
	changes[COUNT_OF(everything)] = (struct change){ "/process/noNewPrivileges",
		no_new_privileges };
	planned.facts.has_apparmor = true;
	planned.options.console_socket = "/run/console.sock";
	planned.options.wait_for_start = true;
	planned.options.seccomp_filter = (struct plan_bytes){ .data = filter,
		.size = sizeof(filter) };
	planned_make(changes, COUNT_OF(changes));
}

#define EVERYTHING_TO_LABEL                                                             \
	"UNSHARE LOOPBACK HOSTNAME DOMAINNAME PROPAGATION ROOT MOUNT DEVICE*6 "         \
	"SYMLINK*5 SYSCTL SYNC HOOK ENTER_ROOT SESSION CONSOLE CWD READONLY_PATH MASK " \
	"ROOT_ATTRIBUTES KEYRING OOM_SCORE RLIMIT SCHEDULER IO_PRIORITY PERSONALITY LABEL "

static void without_no_new_privileges_the_final_capabilities_come_behind_the_filter(void **state)
{
	plan_everything("false");
	assert_string_equal(planned_steps(),
		EVERYTHING_TO_LABEL "CAPABILITIES IDENTITY CAPABILITIES CWD COMMAND READY "
				    "WAIT_START HOOK SECCOMP CAPABILITIES EXEC");
}

static void with_no_new_privileges_the_filter_comes_last(void **state)
{
	plan_everything("true");
	assert_string_equal(planned_steps(),
		EVERYTHING_TO_LABEL "CAPABILITIES IDENTITY CAPABILITIES CWD COMMAND READY "
				    "WAIT_START HOOK NO_NEW_PRIVILEGES SECCOMP EXEC");
}

static void a_notifying_filter_comes_while_the_caller_listens(void **state)
{
	planned.options.seccomp_notify = true;
	plan_everything("true");
	assert_string_equal(planned_steps(),
		EVERYTHING_TO_LABEL "CAPABILITIES IDENTITY CAPABILITIES CWD COMMAND "
				    "NO_NEW_PRIVILEGES SECCOMP READY WAIT_START HOOK EXEC");
	assert_int_equal(planned_step(STEP_SECCOMP, 0)->seccomp.notify, 1);
}

static void without_a_filter_no_new_privileges_stays(void **state)
{
	PLAN({ "/process/noNewPrivileges", "true" });
	assert_int_equal(planned_count(STEP_NO_NEW_PRIVILEGES), 1);
	assert_int_equal(planned_count(STEP_SECCOMP), 0);
}

static void every_step_names_the_field_that_asked_for_it(void **state)
{
	static const struct {
		enum step_kind kind;
		const char *config;
	} expected[] = {
		{ STEP_UNSHARE, "/linux/namespaces" },
		{ STEP_LOOPBACK, "/linux/namespaces/2" },
		{ STEP_HOSTNAME, "/hostname" },
		{ STEP_DOMAINNAME, "/domainname" },
		{ STEP_ROOT, "/root/path" },
		{ STEP_MOUNT, "/mounts/0" },
		{ STEP_SYSCTL, "/linux/sysctl/net.ipv4.ip_forward" },
		{ STEP_SYNC, "/hooks" },
		{ STEP_HOOK, "/hooks/createContainer/0" },
		{ STEP_CONSOLE, "/process/terminal" },
		{ STEP_READONLY_PATH, "/linux/readonlyPaths/0" },
		{ STEP_MASK, "/linux/maskedPaths/0" },
		{ STEP_ROOT_ATTRIBUTES, "/root/readonly" },
		{ STEP_OOM_SCORE, "/process/oomScoreAdj" },
		{ STEP_RLIMIT, "/process/rlimits/0" },
		{ STEP_SCHEDULER, "/process/scheduler" },
		{ STEP_IO_PRIORITY, "/process/ioPriority" },
		{ STEP_PERSONALITY, "/linux/personality" },
		{ STEP_LABEL, "/process/apparmorProfile" },
		{ STEP_SECCOMP, "/linux/seccomp" },
		{ STEP_CWD, "/process/cwd" },
		{ STEP_IDENTITY, "/process/user" },
		{ STEP_COMMAND, "/process/args" },
		{ STEP_EXEC, "/process/args" },
	};

	plan_everything("false");
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(planned_step(expected[i].kind, 0)->config, expected[i].config);
	for (size_t i = 0; i < planned.plan.n_steps; i++)
		assert_non_null(planned.plan.steps[i].config);
}

/* ---- the strategies ---- */

static void assert_no_template(int r, const char *reason)
{
	planned_assert_refused(r, ENOTSUP, "");
	if (!strstr(planned.err.text, reason))
		fail_msg("'%s' does not say '%s'", planned.err.text, reason);
}

static void the_template_is_refused_where_it_cannot_be(void **state)
{
	static const struct change user_namespace[] = {
		{ "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
	};

	planned.options.strategy = "template";
	assert_no_template(
		REFUSE({ "/linux/namespaces", "[{'type':'pid'}]" }), "no new mount namespace");
	assert_no_template(planned_try(user_namespace, 3), "proc and sysfs");
	assert_no_template(REFUSE({ "/hooks/prestart", "[{'path':'/h'}]" }), "hooks");
	assert_no_template(REFUSE({ "/hooks/createRuntime", "[{'path':'/h'}]" }), "hooks");
	assert_no_template(REFUSE({ "/hooks/createContainer", "[{'path':'/h'}]" }), "hooks");
	planned.options.no_pivot = true;
	assert_no_template(planned_try(NULL, 0), "--no-pivot");
	planned.options.no_pivot = false;
	planned.facts.has_template = false;
	assert_no_template(planned_try(NULL, 0), "no pinned namespace");
}

static void what_refuses_the_template_chooses_the_copy(void **state)
{
	PLAN(every_hook);
	assert_false(planned.plan.spawn.use_template);
	planned.options.no_pivot = true;
	PLAN_BASE();
	assert_false(planned.plan.spawn.use_template);
	assert_int_equal(planned_step(STEP_ENTER_ROOT, 0)->enter_root.method, PLAN_ENTER_MOVE);
	planned.options.no_pivot = false;
	planned.facts.has_template = false;
	PLAN_BASE();
	assert_false(planned.plan.spawn.use_template);
}

static void hooks_that_see_only_the_container_leave_the_template(void **state)
{
	planned.options.strategy = "template";
	PLAN({ "/hooks", "{'startContainer':[{'path':'/h'}],'poststart':[{'path':'/h'}],"
			 "'poststop':[{'path':'/h'}]}" });
	assert_true(planned.plan.spawn.use_template);
}

static void an_unknown_strategy_is_refused(void **state)
{
	planned.options.strategy = "magic";
	planned_assert_refused(planned_try(NULL, 0), EINVAL, "");
}

/* ---- the root ---- */

static void a_missing_root_is_refused(void **state)
{
	planned.facts.root.exists = false;
	planned.facts.root.open_errno = ENOENT;
	planned_assert_refused(planned_try(NULL, 0), ENOENT, "/root/path");
	assert_string_equal(planned.err.path, "/b/rootfs");
	planned.facts.root.exists = true;
	planned.facts.root.is_directory = false;
	planned_assert_refused(planned_try(NULL, 0), ENOTDIR, "/root/path");
}

static void without_a_mount_namespace_nothing_may_be_mounted(void **state)
{
	const struct change none = { "/linux/namespaces", "[{'type':'pid'}]" };
	const struct change no_mounts = { "/mounts", "[]" };

	planned_assert_refused(REFUSE(none), EINVAL, "/mounts");
	assert_string_not_equal(planned.err.hint, "");
	planned_assert_refused(
		REFUSE(none, no_mounts, { "/root/readonly", "true" }), EINVAL, "/root/readonly");
}

static void without_a_mount_namespace_the_root_is_a_chroot(void **state)
{
	PLAN({ "/linux/namespaces", "[{'type':'pid'}]" }, { "/mounts", "[]" });
	assert_string_equal(planned_steps(), "OPEN_ROOT " ORDINARY_REST);
	assert_string_equal(planned_step(STEP_OPEN_ROOT, 0)->path.path, "/b/rootfs");
	assert_int_equal(planned_step(STEP_ENTER_ROOT, 0)->enter_root.method, PLAN_ENTER_CHROOT);
}

static void the_propagation_of_the_root_decides_what_clones_are(void **state)
{
	static const struct {
		const char *name;
		uint64_t root;  /* set on the container's root at the end */
		uint64_t clone; /* set on what is cloned from the host; 0: stays a peer */
		uint64_t copy;  /* of the copied namespace */
	} rows[] = {
		{ "'shared'", MS_SHARED, 0, MS_SLAVE | MS_REC },
		{ "'rshared'", MS_SHARED | MS_REC, 0, MS_SLAVE | MS_REC },
		/* without "r" only the mount at "/" changes: the root here lies on another one */
		{ "'slave'", MS_SLAVE, 0, MS_SLAVE | MS_REC },
		{ "'rslave'", MS_SLAVE | MS_REC, MS_SLAVE | MS_REC, MS_SLAVE | MS_REC },
		{ "'unbindable'", MS_UNBINDABLE, 0, MS_SLAVE | MS_REC },
		{ "'runbindable'", MS_UNBINDABLE | MS_REC, MS_PRIVATE | MS_REC, MS_SLAVE | MS_REC },
	};

	planned.options.strategy = "copy";
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		PLAN({ "/linux/rootfsPropagation", rows[i].name });
		assert_int_equal(planned.plan.slots[0].propagation, rows[i].clone);
		assert_int_equal(
			planned_step(STEP_PROPAGATION, 0)->propagation.flags, rows[i].copy);
		assert_int_equal(planned_step(STEP_ROOT_ATTRIBUTES, 0)->root_attributes.propagation,
			rows[i].root);
		assert_null(planned_step(STEP_ROOT_ATTRIBUTES, 0)->root_attributes.path);
		assert_string_equal(
			planned_step(STEP_ROOT_ATTRIBUTES, 0)->config, "/linux/rootfsPropagation");
	}
}

static void a_private_root_is_made_so_before_anything_is_mounted(void **state)
{
	PLAN({ "/linux/rootfsPropagation", "'rprivate'" });
	assert_int_equal(planned.plan.slots[0].propagation, MS_PRIVATE | MS_REC);
	assert_int_equal(planned_count(STEP_ROOT_ATTRIBUTES), 0);
	PLAN({ "/linux/rootfsPropagation", "'private'" });
	assert_int_equal(planned_step(STEP_ROOT, 0)->root.is_peer, 1);
	assert_int_equal(planned_count(STEP_ROOT_ATTRIBUTES), 0);
}

static void a_shared_root_in_a_user_namespace_is_no_peer_of_the_hosts(void **state)
{
	PLAN({ "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/rootfsPropagation", "'shared'" });
	assert_int_equal(planned_step(STEP_ROOT, 0)->root.base_propagation, MS_SLAVE | MS_REC);
}

static void a_root_that_only_the_caller_can_reach_is_cloned_by_it(void **state)
{
	planned.facts.root.is_out_of_reach = true;
	PLAN({ "/linux/namespaces/-", "{'type':'user'}" },
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" },
		{ "/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" });
	assert_string_equal(
		planned.plan.slots[planned_step(STEP_ROOT, 0)->root.source.slot].path, "/b/rootfs");
	assert_null(planned_step(STEP_ROOT, 0)->root.target);
}

static void a_readonly_root_is_made_so_when_everything_is_mounted(void **state)
{
	const struct step *step;

	PLAN({ "/root/readonly", "true" }, { "/linux/maskedPaths", "['/x']" });
	step = planned_step(STEP_ROOT_ATTRIBUTES, 0);
	assert_null(step->root_attributes.path);
	assert_int_equal(step->root_attributes.attr_set, MOUNT_ATTR_RDONLY);
	assert_true(step > planned_step(STEP_MASK, 0));
	assert_true(step > planned_step(STEP_CWD, 0)); /* which may make the directory */
}

static void hooks_carry_everything_they_are_given(void **state)
{
	const struct step_hook *hook;

	planned.options.create_state = "{}";
	PLAN(every_hook);
	assert_int_equal(planned_count(STEP_HOOK), 2); /* the others are the caller's */
	assert_int_equal(planned_step(STEP_SYNC, 0)->sync.point, PLAN_SYNC_NAMESPACES);
	hook = &planned_step(STEP_HOOK, 0)->hook;
	assert_string_equal(hook->kind, "createContainer");
	assert_string_equal(hook->path, "/h/c");
	assert_string_equal(hook->args[0], "c");
	assert_string_equal(hook->args[1], "x");
	assert_null(hook->args[2]);
	assert_string_equal(hook->env[0], "A=b");
	assert_null(hook->env[1]);
	assert_int_equal(hook->timeout_sec, 3);
	assert_int_equal(hook->state.size, 2);
	assert_string_equal(planned_step(STEP_HOOK, 1)->hook.kind, "startContainer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(roots_plan_starts_from_the_template),
		PLANNED_TEST(the_root_is_a_tree_that_the_caller_cloned),
		PLANNED_TEST(a_copied_namespace_is_made_slave_before_the_root),
		PLANNED_TEST(an_ordinary_user_leaves_opening_to_the_new_process),
		PLANNED_TEST(
			without_no_new_privileges_the_final_capabilities_come_behind_the_filter),
		PLANNED_TEST(with_no_new_privileges_the_filter_comes_last),
		PLANNED_TEST(a_notifying_filter_comes_while_the_caller_listens),
		PLANNED_TEST(without_a_filter_no_new_privileges_stays),
		PLANNED_TEST(every_step_names_the_field_that_asked_for_it),
		PLANNED_TEST(the_template_is_refused_where_it_cannot_be),
		PLANNED_TEST(what_refuses_the_template_chooses_the_copy),
		PLANNED_TEST(hooks_that_see_only_the_container_leave_the_template),
		PLANNED_TEST(an_unknown_strategy_is_refused),
		PLANNED_TEST(a_missing_root_is_refused),
		PLANNED_TEST(without_a_mount_namespace_nothing_may_be_mounted),
		PLANNED_TEST(without_a_mount_namespace_the_root_is_a_chroot),
		PLANNED_TEST(the_propagation_of_the_root_decides_what_clones_are),
		PLANNED_TEST(a_private_root_is_made_so_before_anything_is_mounted),
		PLANNED_TEST(a_shared_root_in_a_user_namespace_is_no_peer_of_the_hosts),
		PLANNED_TEST(a_root_that_only_the_caller_can_reach_is_cloned_by_it),
		PLANNED_TEST(a_readonly_root_is_made_so_when_everything_is_mounted),
		PLANNED_TEST(hooks_carry_everything_they_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
