/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/scheduling.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IO_PRIORITY_OF_PROCESS = 1 /* IOPRIO_WHO_PROCESS */ };

/* The kernel's struct sched_attr, version 0 (linux/sched/types.h). */
struct scheduling_attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

int scheduling_set_policy(const struct scheduling_policy *policy, struct err *err)
{
	const struct scheduling_attributes attributes = {
		.size = sizeof(attributes),
		.policy = policy->policy,
		.flags = policy->flags,
		.nice = policy->nice,
		.priority = policy->priority,
		.runtime = policy->runtime,
		.deadline = policy->deadline,
		.period = policy->period,
	};

	if (syscall(SYS_sched_setattr, 0, &attributes, 0) < 0)
		return err_sys(err, "sched_setattr");
	return 0;
}

int scheduling_set_io_priority(int value, struct err *err)
{
	if (syscall(SYS_ioprio_set, IO_PRIORITY_OF_PROCESS, 0, value) < 0)
		return err_sys(err, "ioprio_set");
	return 0;
}

int scheduling_get_processors(void *mask, size_t size, struct err *err)
{
	long n = syscall(SYS_sched_getaffinity, 0, size, mask);

	return n < 0 ? err_sys(err, "sched_getaffinity") : (int)n;
}

int scheduling_set_processors(const void *mask, size_t size, struct err *err)
{
	if (syscall(SYS_sched_setaffinity, 0, size, mask) < 0)
		return err_sys(err, "sched_setaffinity");
	return 0;
}

int scheduling_set_memory_policy(
	int mode, const void *nodes, unsigned long max_node, struct err *err)
{
	if (syscall(SYS_set_mempolicy, mode, nodes, max_node) < 0)
		return err_sys(err, "set_mempolicy");
	return 0;
}
