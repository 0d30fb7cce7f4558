/* SPDX-License-Identifier: Apache-2.0 */
/* What the container's program is, and may do. */
#include <sys/personality.h>
#include <sys/resource.h>

#include "planned.h"

static void a_container_without_a_process_is_refused(void **state)
{
	planned_assert_refused(REFUSE({ "/process", NULL }), EINVAL, "/process");
}

/* ---- HOME ---- */

static const struct step_command *command_with(const char *env)
{
	PLAN({ "/process/env", env }, { "/process/user/uid", "33" });
	return &planned_step(STEP_COMMAND, 0)->command;
}

static void home_is_looked_up_where_it_is_absent(void **state)
{
	const struct step_command *command = command_with("['A=1','PATH=/bin']");

	assert_int_equal(command->home_index, 2);
	assert_int_equal(command->home_uid, 33);
	assert_string_equal(command->env[0], "A=1");
	assert_string_equal(command->env[1], "PATH=/bin");
	assert_string_equal(command->env[2], "HOME=/"); /* until then */
	assert_null(command->env[3]);
}

static void home_is_looked_up_where_it_is_empty(void **state)
{
	const struct step_command *command = command_with("['HOME=','B=2']");

	assert_int_equal(command->home_index, 0);
	assert_string_equal(command->env[1], "B=2");
	assert_null(command->env[2]);
}

static void home_is_kept_where_it_is_set(void **state)
{
	const struct step_command *command = command_with("['HOME=/srv','HOMER=x']");

	assert_true(command->home_index == UINT64_MAX);
	assert_string_equal(command->env[0], "HOME=/srv");
	assert_null(command->env[2]);
}

/* ---- a service manager's ---- */

static void sockets_of_a_service_manager_are_counted_for_the_process_itself(void **state)
{
	const struct step_command *command;

	planned.options.listen_fds = 2;
	command = command_with("['HOME=/srv']");
	assert_string_equal(command->env[1], "LISTEN_FDS=2");
	assert_string_equal(command->env[2], "LISTEN_PID=1");
	assert_int_equal(command->pid_index, 2);
	assert_null(command->env[3]);
	planned.options.listen_names = "web:admin";
	command = command_with("['HOME=/srv']");
	assert_string_equal(command->env[2], "LISTEN_FDNAMES=web:admin");
	assert_int_equal(command->pid_index, 3);
	assert_null(command->env[4]);
}

static void names_of_no_sockets_are_not_handed_on(void **state)
{
	const struct step_command *command;

	planned.options.listen_names = "web";
	command = command_with("['HOME=/srv']");
	assert_int_equal(command->pid_index, 0);
	assert_null(command->env[1]);
}

static void the_looked_up_home_stands_before_a_service_managers_variables(void **state)
{
	const struct step_command *command;

	planned.options.listen_fds = 1;
	command = command_with("['A=1']");
	assert_int_equal(command->home_index, 1);
	assert_string_equal(command->env[1], "HOME=/");
	assert_string_equal(command->env[2], "LISTEN_FDS=1");
}

/* ---- processors ---- */

static void the_callers_narrow_affinity_is_not_inherited(void **state)
{
	const struct plan_bytes *mask;

	planned.facts.has_narrow_affinity = true;
	planned.facts.affinity_bytes = 16;
	PLAN_BASE();
	mask = &planned_step(STEP_AFFINITY, 0)->affinity.mask;
	assert_int_equal(mask->size, 16);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(((const unsigned char *)mask->data)[i], 0xff);
}

static void without_a_narrow_affinity_there_is_no_step_for_it(void **state)
{
	planned.facts.affinity_bytes = 16;
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_AFFINITY), 0);
}

static void processors_that_were_asked_for_win(void **state)
{
	static const unsigned long first = 1;

	planned.facts.has_narrow_affinity = true;
	planned.facts.affinity_bytes = 16;
	planned.options.affinity = (struct plan_bytes){ .data = &first, .size = sizeof(first) };
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_AFFINITY), 1);
	assert_ptr_equal(planned_step(STEP_AFFINITY, 0)->affinity.mask.data, &first);
}

static void arguments_arrive_in_order(void **state)
{
	const struct step_command *command;

	PLAN({ "/process/args", "['/bin/a','','b c']" });
	command = &planned_step(STEP_COMMAND, 0)->command;
	assert_string_equal(command->args[0], "/bin/a");
	assert_string_equal(command->args[1], "");
	assert_string_equal(command->args[2], "b c");
	assert_null(command->args[3]);
}

/* ---- capabilities, identity ---- */

static void capabilities_are_set_around_the_change_of_ids(void **state)
{
	const uint64_t chown = 1 << 0, kill = 1 << 5, net_raw = 1 << 13;
	const struct step_capabilities *before, *after;

	PLAN({ "/process/capabilities",
		"{'bounding':['CAP_CHOWN','CAP_KILL','CAP_NET_RAW'],"
		"'permitted':['CAP_CHOWN','CAP_KILL'],'effective':['CAP_CHOWN'],"
		"'inheritable':['CAP_KILL'],'ambient':['CAP_KILL']}" });
	before = &planned_step(STEP_CAPABILITIES, 0)->capabilities;
	after = &planned_step(STEP_CAPABILITIES, 1)->capabilities;
	assert_int_equal(before->before_identity, 1);
	assert_int_equal(after->before_identity, 0);
	assert_int_equal(before->bounding, chown | kill | net_raw);
	assert_int_equal(after->permitted, chown | kill);
	assert_int_equal(after->effective, chown);
	assert_int_equal(after->inheritable, kill);
	assert_int_equal(after->ambient, kill);
	assert_true(planned_step(STEP_CAPABILITIES, 0) < planned_step(STEP_IDENTITY, 0));
	assert_true(planned_step(STEP_IDENTITY, 0) < planned_step(STEP_CAPABILITIES, 1));
}

static void without_capabilities_a_process_has_none(void **state)
{
	PLAN_BASE();
	for (size_t i = 0; i < 2; i++) {
		const struct step_capabilities *sets =
			&planned_step(STEP_CAPABILITIES, i)->capabilities;

		assert_int_equal(sets->bounding | sets->permitted | sets->effective |
					 sets->inheritable | sets->ambient,
			0);
	}
}

static void the_user_comes_with_groups_and_umask(void **state)
{
	const struct step_identity *identity;
	const uint32_t *groups;

	PLAN({ "/process/user", "{'uid':33,'gid':34,'umask':63,'additionalGids':[5,6]}" });
	identity = &planned_step(STEP_IDENTITY, 0)->identity;
	groups = identity->groups.data;
	assert_int_equal(identity->uid, 33);
	assert_int_equal(identity->gid, 34);
	assert_int_equal(identity->umask, 077);
	assert_int_equal(identity->groups.size, 2 * sizeof(uint32_t));
	assert_int_equal(groups[0], 5);
	assert_int_equal(groups[1], 6);
	assert_int_equal(identity->keep_groups, 0);
	PLAN_BASE();
	assert_true(planned_step(STEP_IDENTITY, 0)->identity.umask == UINT64_MAX);
}

#define OWN_ID_ONLY                                                                     \
	{ "/linux/namespaces/-", "{'type':'user'}" },                                   \
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':1}]" }, \
	{                                                                               \
		"/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':1}]"      \
	}

static void a_user_with_one_mapped_group_keeps_its_groups(void **state)
{
	planned.facts.is_privileged = false;
	PLAN(OWN_ID_ONLY);
	assert_int_equal(planned_step(STEP_IDENTITY, 0)->identity.keep_groups, 1);
	planned_assert_refused(REFUSE(OWN_ID_ONLY, { "/process/user/additionalGids", "[1]" }),
		EPERM, "/process/user/additionalGids");
	planned.facts.is_privileged = true;
	PLAN(OWN_ID_ONLY);
	assert_int_equal(planned_step(STEP_IDENTITY, 0)->identity.keep_groups, 0);
	planned.facts.denies_setgroups = true; /* joined */
	PLAN(OWN_ID_ONLY);
	assert_int_equal(planned_step(STEP_IDENTITY, 0)->identity.keep_groups, 1);
}

/* ---- limits ---- */

static void limits_and_scheduling_are_the_configurations(void **state)
{
	const struct step_rlimit *limit;
	const struct step_scheduler *scheduler;

	PLAN({ "/process/oomScoreAdj", "-500" },
		{ "/process/rlimits",
			"[{'type':'RLIMIT_NOFILE','soft':10,'hard':20},"
			"{'type':'RLIMIT_CORE','soft':0,'hard':18446744073709551615}]" },
		{ "/process/scheduler", "{'policy':'SCHED_DEADLINE','runtime':10,'deadline':20,"
					"'period':30,'flags':['SCHED_FLAG_RESET_ON_FORK']}" },
		{ "/process/ioPriority", "{'class':'IOPRIO_CLASS_BE','priority':4}" },
		{ "/linux/personality", "{'domain':'LINUX32'}" });
	assert_int_equal(planned_step(STEP_OOM_SCORE, 0)->oom_score.value, -500);
	limit = &planned_step(STEP_RLIMIT, 0)->rlimit;
	assert_int_equal(limit->resource, RLIMIT_NOFILE);
	assert_int_equal(limit->soft, 10);
	assert_int_equal(limit->hard, 20);
	assert_string_equal(limit->name, "RLIMIT_NOFILE");
	assert_true(planned_step(STEP_RLIMIT, 1)->rlimit.hard == RLIM_INFINITY);
	scheduler = &planned_step(STEP_SCHEDULER, 0)->scheduler;
	assert_int_equal(scheduler->policy, OCI_SCHED_DEADLINE);
	assert_int_equal(scheduler->runtime, 10);
	assert_int_equal(scheduler->deadline, 20);
	assert_int_equal(scheduler->period, 30);
	assert_int_equal(scheduler->flags, 1);
	assert_int_equal(planned_step(STEP_IO_PRIORITY, 0)->io_priority.value, 2 << 13 | 4);
	assert_int_equal(planned_step(STEP_PERSONALITY, 0)->personality.value, PER_LINUX32);
}

static void the_keyring_is_named_after_the_container_or_left_alone(void **state)
{
	PLAN_BASE();
	assert_string_equal(planned_step(STEP_KEYRING, 0)->keyring.name, "_ses.c1");
	assert_null(planned_step(STEP_KEYRING, 0)->keyring.label);
	planned.options.no_new_keyring = true;
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_KEYRING), 0);
}

/* ---- labels ---- */

static void a_label_needs_its_module_in_the_kernel(void **state)
{
	planned_assert_refused(
		REFUSE({ "/process/apparmorProfile", "'p'" }), ENOTSUP, "/process/apparmorProfile");
	planned_assert_refused(
		REFUSE({ "/process/selinuxLabel", "'l'" }), ENOTSUP, "/process/selinuxLabel");
	planned.facts.has_apparmor = planned.facts.has_selinux = true;
	PLAN({ "/process/apparmorProfile", "'p'" }, { "/process/selinuxLabel", "'l'" });
	assert_int_equal(planned_step(STEP_LABEL, 0)->label.module, PLAN_LABEL_APPARMOR);
	assert_string_equal(planned_step(STEP_LABEL, 0)->label.label, "p");
	assert_int_equal(planned_step(STEP_LABEL, 1)->label.module, PLAN_LABEL_SELINUX);
	assert_string_equal(planned_step(STEP_LABEL, 1)->label.label, "l");
	assert_string_equal(planned_step(STEP_KEYRING, 0)->keyring.label, "l");
}

static void an_empty_label_is_none(void **state)
{
	PLAN({ "/process/apparmorProfile", "''" }, { "/process/selinuxLabel", "''" });
	assert_int_equal(planned_count(STEP_LABEL), 0);
}

/* ---- terminal, start ---- */

static void a_terminal_goes_to_the_socket_it_was_asked_for(void **state)
{
	const struct step_console *console;
	const struct slot *slot;

	planned.options.console_socket = "/run/c.sock";
	PLAN({ "/process/terminal", "true" },
		{ "/process/consoleSize", "{'width':80,'height':24}" },
		{ "/process/user/uid", "33" });
	console = &planned_step(STEP_CONSOLE, 0)->console;
	assert_int_equal(console->width, 80);
	assert_int_equal(console->height, 24);
	assert_int_equal(console->uid, 33);
	assert_int_equal(console->mount, 1);
	assert_int_equal(console->socket, planned.plan.console_slot);
	slot = &planned.plan.slots[console->socket];
	assert_int_equal(slot->kind, SLOT_CONSOLE_SOCKET);
	assert_string_equal(slot->path, "/run/c.sock");
}

static void a_terminal_can_come_back_to_the_caller_itself(void **state)
{
	planned.options.is_console_given = true;
	PLAN({ "/process/terminal", "true" });
	assert_null(planned.plan.slots[planned.plan.console_slot].path);
}

static void without_a_terminal_there_is_no_console(void **state)
{
	planned.options.is_console_given = true;
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_CONSOLE), 0);
	assert_int_equal(planned.plan.console_slot, PLAN_NO_SLOT);
}

static void only_create_waits_for_start(void **state)
{
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_WAIT_START), 0);
	assert_int_equal(planned.plan.start_slot, PLAN_NO_SLOT);
	planned.options.wait_for_start = true;
	PLAN_BASE();
	assert_int_equal(
		planned_step(STEP_WAIT_START, 0)->wait_start.listener, planned.plan.start_slot);
	assert_int_equal(planned.plan.slots[planned.plan.start_slot].kind, SLOT_START_LISTENER);
}

static void the_working_directory_is_tried_before_and_after_the_change_of_ids(void **state)
{
	PLAN({ "/process/cwd", "'/w'" });
	assert_int_equal(planned_count(STEP_CWD), 2);
	assert_string_equal(planned_step(STEP_CWD, 0)->cwd.path, "/w");
	assert_int_equal(planned_step(STEP_CWD, 0)->cwd.is_retry, 0);
	assert_int_equal(planned_step(STEP_CWD, 1)->cwd.is_retry, 1);
	assert_true(planned_step(STEP_CWD, 0) < planned_step(STEP_IDENTITY, 0));
	assert_true(planned_step(STEP_CWD, 1) > planned_step(STEP_IDENTITY, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(a_container_without_a_process_is_refused),
		PLANNED_TEST(home_is_looked_up_where_it_is_absent),
		PLANNED_TEST(home_is_looked_up_where_it_is_empty),
		PLANNED_TEST(home_is_kept_where_it_is_set),
		PLANNED_TEST(sockets_of_a_service_manager_are_counted_for_the_process_itself),
		PLANNED_TEST(names_of_no_sockets_are_not_handed_on),
		PLANNED_TEST(the_looked_up_home_stands_before_a_service_managers_variables),
		PLANNED_TEST(the_callers_narrow_affinity_is_not_inherited),
		PLANNED_TEST(without_a_narrow_affinity_there_is_no_step_for_it),
		PLANNED_TEST(processors_that_were_asked_for_win),
		PLANNED_TEST(arguments_arrive_in_order),
		PLANNED_TEST(capabilities_are_set_around_the_change_of_ids),
		PLANNED_TEST(without_capabilities_a_process_has_none),
		PLANNED_TEST(the_user_comes_with_groups_and_umask),
		PLANNED_TEST(a_user_with_one_mapped_group_keeps_its_groups),
		PLANNED_TEST(limits_and_scheduling_are_the_configurations),
		PLANNED_TEST(the_keyring_is_named_after_the_container_or_left_alone),
		PLANNED_TEST(a_label_needs_its_module_in_the_kernel),
		PLANNED_TEST(an_empty_label_is_none),
		PLANNED_TEST(a_terminal_goes_to_the_socket_it_was_asked_for),
		PLANNED_TEST(a_terminal_can_come_back_to_the_caller_itself),
		PLANNED_TEST(without_a_terminal_there_is_no_console),
		PLANNED_TEST(only_create_waits_for_start),
		PLANNED_TEST(the_working_directory_is_tried_before_and_after_the_change_of_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
