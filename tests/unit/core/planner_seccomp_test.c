/* SPDX-License-Identifier: Apache-2.0 */
/* When the filter comes, and with which rights. */
#include "planned.h"

#include "sys/capability.h"

static const uint64_t admin = UINT64_C(1) << CAPABILITY_SYS_ADMIN;

static void give_filter(bool notify)
{
	planned.options.seccomp_filter = (struct plan_bytes){ .data = "filterxx", .size = 8 };
	planned.options.seccomp_flags = 4;
	planned.options.seccomp_notify = notify;
}

static const char *steps_from_identity(void)
{
	return strstr(planned_steps(), "IDENTITY");
}

static void the_filter_comes_last_with_no_new_privileges(void **state)
{
	give_filter(false);
	planned.options.wait_for_start = true;
	PLAN({ "/process/noNewPrivileges", "true" });
	assert_string_equal(steps_from_identity(), "IDENTITY CAPABILITIES CWD COMMAND READY "
						   "WAIT_START NO_NEW_PRIVILEGES SECCOMP EXEC");
	assert_int_equal(planned_step(STEP_CAPABILITIES, 1)->capabilities.permitted & admin, 0);
	assert_int_equal(planned_step(STEP_SECCOMP, 0)->seccomp.filter.size, 8);
	assert_int_equal(planned_step(STEP_SECCOMP, 0)->seccomp.flags, 4);
	assert_int_equal(planned_step(STEP_SECCOMP, 0)->seccomp.notify, 0);
}

static void without_no_new_privileges_the_right_to_install_it_is_kept_until_then(void **state)
{
	const struct step_capabilities *waiting, *final;

	give_filter(false);
	PLAN({ "/process/capabilities",
		"{'bounding':['CAP_KILL'],'permitted':['CAP_KILL'],'effective':['CAP_KILL']}" });
	assert_string_equal(steps_from_identity(),
		"IDENTITY CAPABILITIES CWD COMMAND READY SECCOMP CAPABILITIES EXEC");
	waiting = &planned_step(STEP_CAPABILITIES, 1)->capabilities;
	final = &planned_step(STEP_CAPABILITIES, 2)->capabilities;
	assert_true(waiting->permitted == (admin | 1 << 5));
	assert_true(waiting->effective == (admin | 1 << 5));
	assert_int_equal(waiting->inheritable | waiting->ambient, 0);
	assert_int_equal(final->permitted, 1 << 5);
	assert_int_equal(final->effective, 1 << 5);
	assert_int_equal(final->before_identity, 0);
}

static void a_filter_that_notifies_comes_while_the_caller_is_there(void **state)
{
	give_filter(true);
	PLAN({ "/process/noNewPrivileges", "true" });
	assert_string_equal(steps_from_identity(),
		"IDENTITY CAPABILITIES CWD COMMAND NO_NEW_PRIVILEGES SECCOMP READY EXEC");
	PLAN({ "/process/noNewPrivileges", "false" });
	assert_string_equal(steps_from_identity(),
		"IDENTITY CAPABILITIES CWD COMMAND SECCOMP CAPABILITIES READY EXEC");
	assert_int_equal(planned_step(STEP_SECCOMP, 0)->seccomp.notify, 1);
}

static void without_a_filter_no_right_is_kept(void **state)
{
	PLAN_BASE();
	assert_string_equal(steps_from_identity(), "IDENTITY CAPABILITIES CWD COMMAND READY EXEC");
	assert_int_equal(planned_step(STEP_CAPABILITIES, 1)->capabilities.permitted, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(the_filter_comes_last_with_no_new_privileges),
		PLANNED_TEST(without_no_new_privileges_the_right_to_install_it_is_kept_until_then),
		PLANNED_TEST(a_filter_that_notifies_comes_while_the_caller_is_there),
		PLANNED_TEST(without_a_filter_no_right_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
