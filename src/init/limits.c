/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: limits and scheduling of the process itself. */
#include <errno.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/init.h"

int step_rlimit(struct init *init, const struct step *step, struct err *err)
{
	const struct rlimit limit = {
		.rlim_cur = (rlim_t)step->rlimit.soft,
		.rlim_max = (rlim_t)step->rlimit.hard,
	};

	(void)init;
	if (setrlimit((int)step->rlimit.resource, &limit) == 0)
		return 0;
	err_sys(err, "setrlimit %s to soft %llu, hard %llu", step->rlimit.name,
		(unsigned long long)step->rlimit.soft, (unsigned long long)step->rlimit.hard);
	if (err->code == EPERM)
		err_hint(err, "raising a hard limit needs CAP_SYS_RESOURCE on the host");
	return -err->code;
}

/* The kernel's struct sched_attr, version 0 (sched_setattr(2), 3.14). */
struct scheduler_attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

int step_scheduler(struct init *init, const struct step *step, struct err *err)
{
	const struct scheduler_attributes attributes = {
		.size = sizeof(attributes),
		.policy = (uint32_t)step->scheduler.policy,
		.flags = step->scheduler.flags,
		.nice = (int32_t)step->scheduler.nice,
		.priority = (uint32_t)step->scheduler.priority,
		.runtime = step->scheduler.runtime,
		.deadline = step->scheduler.deadline,
		.period = step->scheduler.period,
	};

	(void)init;
	if (syscall(SYS_sched_setattr, 0, &attributes, 0) < 0)
		return err_sys(err, "sched_setattr");
	return 0;
}

int step_io_priority(struct init *init, const struct step *step, struct err *err)
{
	enum { IOPRIO_WHO_PROCESS = 1 };

	(void)init;
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (int)step->io_priority.value) < 0)
		return err_sys(err, "ioprio_set");
	return 0;
}

int step_affinity(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (syscall(SYS_sched_setaffinity, 0, step->affinity.mask.size, step->affinity.mask.data) <
		0)
		return err_sys(err, "sched_setaffinity");
	return 0;
}

int step_memory_policy(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (syscall(SYS_set_mempolicy, step->memory_policy.mode,
		    step->memory_policy.nodes.size ? step->memory_policy.nodes.data : NULL,
		    step->memory_policy.max_node) < 0)
		return err_sys(err, "set_mempolicy");
	return 0;
}

int step_personality(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (personality((unsigned long)step->personality.value) < 0)
		return err_sys(err, "personality");
	return 0;
}
