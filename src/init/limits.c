/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: limits and scheduling of the process itself. */
#include <errno.h>
#include <sys/personality.h>
#include <sys/resource.h>

#include "init/init.h"
#include "sys/scheduling.h"

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

int step_scheduler(struct init *init, const struct step *step, struct err *err)
{
	const struct scheduling_policy policy = {
		.policy = (uint32_t)step->scheduler.policy,
		.flags = step->scheduler.flags,
		.nice = (int32_t)step->scheduler.nice,
		.priority = (uint32_t)step->scheduler.priority,
		.runtime = step->scheduler.runtime,
		.deadline = step->scheduler.deadline,
		.period = step->scheduler.period,
	};

	(void)init;
	return scheduling_set_policy(&policy, err);
}

int step_io_priority(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	return scheduling_set_io_priority((int)step->io_priority.value, err);
}

int step_affinity(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	return scheduling_set_processors(step->affinity.mask.data, step->affinity.mask.size, err);
}

int step_memory_policy(struct init *init, const struct step *step, struct err *err)
{
	const struct step_memory_policy *policy = &step->memory_policy;

	(void)init;
	return scheduling_set_memory_policy((int)policy->mode,
		policy->nodes.size ? policy->nodes.data : NULL, policy->max_node, err);
}

int step_personality(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (personality((unsigned long)step->personality.value) < 0)
		return err_sys(err, "personality");
	return 0;
}
