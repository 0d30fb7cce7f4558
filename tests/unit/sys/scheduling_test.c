/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/scheduling.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#include "in_child.h"

static struct err err;

static void become_batch(void)
{
	const struct scheduling_policy batch = { .policy = SCHED_BATCH, .nice = 5 };

	CHILD_ASSERT(scheduling_set_policy(&batch, &err) == 0);
	CHILD_ASSERT(sched_getscheduler(0) == SCHED_BATCH);
	CHILD_ASSERT(getpriority(PRIO_PROCESS, 0) == 5);
}

static void a_policy_comes_with_its_nice_value(void **state)
{
	in_child(become_batch);
}

static void a_policy_that_is_none_is_refused(void **state)
{
	const struct scheduling_policy wrong = { .policy = 99 };

	assert_int_equal(scheduling_set_policy(&wrong, &err), -EINVAL);
	assert_string_equal(err.syscall, "sched_setattr");
}

static void stay_on_one(void)
{
	cpu_set_t all, one;
	int first = 0;

	CHILD_ASSERT(sched_getaffinity(0, sizeof(all), &all) == 0);
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	CHILD_ASSERT(scheduling_set_processors(&one, sizeof(one), &err) == 0);
	CHILD_ASSERT(sched_getaffinity(0, sizeof(all), &all) == 0);
	CHILD_ASSERT(CPU_EQUAL(&all, &one));
	CPU_ZERO(&one);
	CHILD_ASSERT(scheduling_set_processors(&one, sizeof(one), &err) == -EINVAL);
}

static void a_process_runs_where_it_is_told(void **state)
{
	in_child(stay_on_one);
}

static void become_idle(void)
{
	CHILD_ASSERT(scheduling_set_io_priority(3 << 13, &err) == 0);
	CHILD_ASSERT(scheduling_set_io_priority(7 << 13, &err) == -EINVAL);
}

static void an_io_class_that_is_none_is_refused(void **state)
{
	in_child(become_idle);
}

static void default_memory(void)
{
	const unsigned long nowhere = 0;

	CHILD_ASSERT(scheduling_set_memory_policy(0, NULL, 0, &err) == 0 || err.code == ENOSYS);
	err = ERR_INIT;
	/* MPOL_BIND to no node */
	CHILD_ASSERT(scheduling_set_memory_policy(2, &nowhere, 2, &err) < 0);
	CHILD_ASSERT(err.code == EINVAL || err.code == ENOSYS);
}

static void a_memory_policy_needs_the_nodes_of_its_mode(void **state)
{
	in_child(default_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_comes_with_its_nice_value),
		cmocka_unit_test(a_policy_that_is_none_is_refused),
		cmocka_unit_test(a_process_runs_where_it_is_told),
		cmocka_unit_test(an_io_class_that_is_none_is_refused),
		cmocka_unit_test(a_memory_policy_needs_the_nodes_of_its_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
