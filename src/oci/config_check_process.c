/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a configuration's process, also of the one that exec gets. */
#include <string.h>

#include "base/text.h"
#include "oci/check.h"

static int check_command(const char *parent, const struct oci_process *process, struct err *err)
{
	if (process->n_args == 0)
		return check_fail(err, check_at("%s/args", parent), "a command is required");
	if (process->cwd[0] != '/')
		return check_fail(err, check_at("%s/cwd", parent), "\"%s\" is not an absolute path",
			process->cwd);
	return 0;
}

/* The value is not shown: it may be a password. */
static int check_env(const char *parent, const struct oci_process *process, struct err *err)
{
	for (size_t i = 0; i < process->n_env; i++) {
		const char *equals = strchr(process->env[i], '=');

		if (!equals)
			return check_fail(err, check_at("%s/env/%zu", parent, i),
				"no '=' between a name and a value");
		if (equals == process->env[i])
			return check_fail(
				err, check_at("%s/env/%zu", parent, i), "no name before the '='");
	}
	return 0;
}

static int check_user(const char *parent, const struct oci_process *process, struct err *err)
{
	const struct oci_user *user = &process->user;
	int r = check_id(check_at("%s/user/uid", parent), user->uid, err);

	if (r == 0)
		r = check_id(check_at("%s/user/gid", parent), user->gid, err);
	for (size_t i = 0; r == 0 && i < user->n_additional_gids; i++)
		r = check_id(check_at("%s/user/additionalGids/%zu", parent, i),
			user->additional_gids[i], err);
	return r;
}

static int check_rlimits(const char *parent, const struct oci_process *process, struct err *err)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < process->n_rlimits; i++) {
		const struct oci_rlimit *rlimit = &process->rlimits[i];
		uint64_t bit = 1ull << rlimit->resource;

		if (seen & bit)
			return check_fail(err, check_at("%s/rlimits/%zu/type", parent, i),
				"%s is listed twice", oci_rlimit_name(rlimit->resource));
		if (rlimit->soft > rlimit->hard)
			return check_fail(err, check_at("%s/rlimits/%zu/soft", parent, i),
				"%llu is more than the hard limit %llu",
				(unsigned long long)rlimit->soft, (unsigned long long)rlimit->hard);
		seen |= bit;
	}
	return 0;
}

static int check_scheduler(const char *parent, const struct oci_process *process, struct err *err)
{
	const struct oci_scheduler *scheduler = process->scheduler;
	enum oci_scheduler_policy policy;
	const char *name;

	if (!scheduler)
		return 0;
	policy = scheduler->policy;
	name = json_enum_name(oci_scheduler_policy_names, (int)policy);
	if ((policy == OCI_SCHED_OTHER || policy == OCI_SCHED_BATCH) &&
		(scheduler->nice < -20 || scheduler->nice > 19))
		return check_fail(err, check_at("%s/scheduler/nice", parent),
			"%d is not a number from -20 to 19", scheduler->nice);
	if (scheduler->priority != 0 && policy != OCI_SCHED_FIFO && policy != OCI_SCHED_RR)
		return check_fail(err, check_at("%s/scheduler/priority", parent),
			"%d: %s has no priority, only SCHED_FIFO and SCHED_RR", scheduler->priority,
			name);
	if ((scheduler->runtime_ns || scheduler->deadline_ns || scheduler->period_ns) &&
		policy != OCI_SCHED_DEADLINE)
		return check_fail(err, check_at("%s/scheduler", parent),
			"%s has no runtime, deadline and period, only SCHED_DEADLINE", name);
	return 0;
}

static int check_affinity(const char *parent, const struct oci_process *process, struct err *err)
{
	const struct oci_cpu_affinity *affinity = process->exec_cpu_affinity;

	if (!affinity)
		return 0;
	if (affinity->initial && !check_is_number_list(affinity->initial))
		return check_fail(err, check_at("%s/execCPUAffinity/initial", parent),
			"\"%s\" is not a list of CPUs such as 0-3,7", affinity->initial);
	if (affinity->final && !check_is_number_list(affinity->final))
		return check_fail(err, check_at("%s/execCPUAffinity/final", parent),
			"\"%s\" is not a list of CPUs such as 0-3,7", affinity->final);
	return 0;
}

int check_process(const char *parent, const struct oci_process *process, struct err *err)
{
	static int (*const checks[])(
		const char *parent, const struct oci_process *process, struct err *err) = {
		check_command,
		check_env,
		check_user,
		check_rlimits,
		check_scheduler,
		check_affinity,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int r = checks[i](parent, process, err);

		if (r < 0)
			return r;
	}
	return 0;
}
