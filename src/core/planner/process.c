/* SPDX-License-Identifier: Apache-2.0 */
/* What the container's program is and may do: the second half of the plan. */
#include <errno.h>
#include <string.h>
#include <sys/personality.h>

#include "base/number_list.h"
#include "base/text.h"
#include "core/planner/planner.h"
#include "sys/capability.h"

static void add_oom_score(struct planner *planner)
{
	const struct oci_process *process = planner->config->process;

	if (process && process->oom_score_adj)
		planner_add(planner, STEP_OOM_SCORE, "/process/oomScoreAdj")->oom_score.value =
			*process->oom_score_adj;
}

/*
 * Nobody may trace hull-init, and the /proc files of such a process belong to root of the user
 * namespace that it was executed in: of one that it has joined, root may not write them.
 */
void planner_add_before_joining(struct planner *planner)
{
	if (planner->joined_user)
		add_oom_score(planner);
}

static void add_limits(struct planner *planner, const struct oci_process *process)
{
	if (!planner->joined_user)
		add_oom_score(planner);
	for (size_t i = 0; i < process->n_rlimits; i++) {
		const struct oci_rlimit *limit = &process->rlimits[i];

		planner_add(
			planner, STEP_RLIMIT, planner_format(planner, "/process/rlimits/%zu", i))
			->rlimit = (struct step_rlimit){
			.resource = (uint64_t)limit->resource,
			.soft = limit->soft,
			.hard = limit->hard,
			.name = oci_rlimit_name(limit->resource),
		};
	}
}

/*
 * What the configuration says, else all processors: where the caller may run, be it by taskset(1),
 * is nothing that a container inherits. Its cpuset still holds: the kernel takes the mask as far as
 * it is allowed.
 */
static void add_affinity(struct planner *planner)
{
	const struct host_facts *facts = planner->facts;
	const struct plan_bytes *asked = &planner->options->affinity;
	unsigned char *all;

	if (asked->size) {
		planner_add(planner, STEP_AFFINITY, "/process/execCPUAffinity/final")
			->affinity.mask = *asked;
		return;
	}
	if (!facts->has_narrow_affinity || planner->options->keeps_affinity)
		return;
	all = ARENA_NEW_ARRAY(planner->arena, facts->affinity_bytes, unsigned char);
	memset(all, 0xff, facts->affinity_bytes);
	planner_add(planner, STEP_AFFINITY, "")->affinity.mask = (struct plan_bytes){ .data = all,
		.size = facts->affinity_bytes };
}

static void add_scheduling(struct planner *planner, const struct oci_process *process)
{
	enum { IO_CLASS_SHIFT = 13 }; /* ioprio_set(2) */
	const struct oci_scheduler *scheduler = process->scheduler;
	const struct oci_personality *personality = planner->config->platform.personality;

	if (scheduler)
		planner_add(planner, STEP_SCHEDULER, "/process/scheduler")->scheduler =
			(struct step_scheduler){
				.policy = scheduler->policy,
				.flags = scheduler->flags,
				.nice = scheduler->nice,
				.priority = (uint64_t)scheduler->priority,
				.runtime = scheduler->runtime_ns,
				.deadline = scheduler->deadline_ns,
				.period = scheduler->period_ns,
			};
	if (process->io_priority)
		planner_add(planner, STEP_IO_PRIORITY, "/process/ioPriority")->io_priority.value =
			(uint64_t)process->io_priority->class << IO_CLASS_SHIFT |
			(uint64_t)process->io_priority->priority;
	add_affinity(planner);
	if (personality)
		planner_add(planner, STEP_PERSONALITY, "/linux/personality")->personality.value =
			personality->domain == OCI_PERSONALITY_LINUX32 ? PER_LINUX32 : PER_LINUX;
}

enum { MEMORY_MAX_NODE = 1023 }; /* MAX_NUMNODES of the kernel's largest configuration */

static int add_memory_policy(struct planner *planner, struct err *err)
{
	const struct oci_memory_policy *policy = planner->config->platform.memory_policy;
	unsigned long *mask = NULL;
	size_t size = 0;

	if (!policy)
		return 0;
	if (policy->nodes && number_list_parse(planner->arena, policy->nodes, MEMORY_MAX_NODE,
				     &mask, &size) < 0) {
		err_fail(err, EINVAL, "memory nodes \"%s\": not a list of numbers up to %d",
			policy->nodes, MEMORY_MAX_NODE);
		return err_config(err, "/linux/memoryPolicy/nodes");
	}
	planner_add(planner, STEP_MEMORY_POLICY, "/linux/memoryPolicy")
		->memory_policy = (struct step_memory_policy){
		.mode = (uint64_t)policy->mode | policy->flags,
		.nodes = { .data = mask, .size = size },
		.max_node = size ? size * 8 + 1 : 0, /* one more than bits: set_mempolicy(2) */
	};
	return 0;
}

static void add_keyring(struct planner *planner, const struct oci_process *process)
{
	struct step *step;

	if (planner->options->no_new_keyring)
		return;
	step = planner_add(planner, STEP_KEYRING,
		text_is_empty(process->selinux_label) ? "" : "/process/selinuxLabel");
	step->keyring.name = planner_format(planner, "_ses.%s", planner->options->id);
	step->keyring.label = process->selinux_label;
}

static int add_label(struct planner *planner, const struct oci_process *process, struct err *err)
{
	struct step *step;

	if (!text_is_empty(process->apparmor_profile)) {
		if (!planner->facts->has_apparmor) {
			err_fail(err, ENOTSUP, "AppArmor profile %s: this kernel has no AppArmor",
				process->apparmor_profile);
			return err_config(err, "/process/apparmorProfile");
		}
		step = planner_add(planner, STEP_LABEL, "/process/apparmorProfile");
		step->label = (struct step_label){
			.module = PLAN_LABEL_APPARMOR,
			.label = process->apparmor_profile,
		};
	}
	if (!text_is_empty(process->selinux_label)) {
		if (!planner->facts->has_selinux) {
			err_fail(err, ENOTSUP, "SELinux label %s: this kernel has no SELinux",
				process->selinux_label);
			return err_config(err, "/process/selinuxLabel");
		}
		step = planner_add(planner, STEP_LABEL, "/process/selinuxLabel");
		step->label = (struct step_label){
			.module = PLAN_LABEL_SELINUX,
			.label = process->selinux_label,
		};
	}
	return 0;
}

static void add_seccomp(struct planner *planner)
{
	const struct planner_options *options = planner->options;

	if (options->seccomp_filter.size == 0)
		return;
	planner_add(planner, STEP_SECCOMP, "/linux/seccomp")->seccomp = (struct step_seccomp){
		.filter = options->seccomp_filter,
		.flags = options->seccomp_flags,
		.notify = options->seccomp_notify,
	};
}

/*
 * An ordinary user's namespace may deny setgroups: then there are the caller's groups, or an error.
 * With the annotation for it they are kept, and additionalGids does not count.
 */
static int check_groups(
	struct planner *planner, const struct oci_process *process, bool *ret_keep, struct err *err)
{
	const struct host_facts *facts = planner->facts;
	bool denies;

	if (planner->config->extensions.keeps_groups) {
		*ret_keep = true;
		return 0;
	}
	denies = facts->denies_setgroups ||
		 (planner->new_user && !facts->is_privileged &&
			 planner->config->platform.n_gid_mappings == 1 &&
			 planner->config->platform.gid_mappings[0].size == 1);

	denies |= planner->options->keeps_groups;
	*ret_keep = denies;
	if (!denies || process->user.n_additional_gids == 0)
		return 0;
	err_fail(err, EPERM,
		"additional groups cannot be set: the user namespace, which an ordinary user "
		"made, denies setgroups");
	return err_config(err, "/process/user/additionalGids");
}

static struct step_capabilities capabilities_of(const struct oci_process *process)
{
	static const struct oci_capabilities none = { 0 };
	const struct oci_capabilities *sets = process->capabilities ? process->capabilities : &none;

	return (struct step_capabilities){
		.bounding = sets->bounding,
		.permitted = sets->permitted,
		.effective = sets->effective,
		.inheritable = sets->inheritable,
		.ambient = sets->ambient,
	};
}

/* Without no_new_privs installing a filter takes CAP_SYS_ADMIN: it is kept until then. */
static bool keeps_admin(const struct planner *planner, const struct oci_process *process)
{
	return planner->options->seccomp_filter.size > 0 && !process->no_new_privileges;
}

static int add_identity(struct planner *planner, const struct oci_process *process, struct err *err)
{
	const uint64_t admin = keeps_admin(planner, process) ? UINT64_C(1) << CAPABILITY_SYS_ADMIN
							     : 0;
	const struct oci_user *user = &process->user;
	struct step_capabilities capabilities = capabilities_of(process);
	bool keep_groups;
	int r = check_groups(planner, process, &keep_groups, err);

	if (r < 0)
		return r;
	capabilities.before_identity = 1;
	planner_add(planner, STEP_CAPABILITIES, "/process/capabilities/bounding")->capabilities =
		capabilities;
	planner_add(planner, STEP_IDENTITY, "/process/user")->identity = (struct step_identity){
		.uid = user->uid,
		.gid = user->gid,
		.groups = { .data = user->additional_gids,
			.size = user->n_additional_gids * sizeof(uint32_t) },
		.keep_groups = keep_groups,
		.umask = user->umask ? *user->umask : UINT64_MAX,
	};
	capabilities.before_identity = 0;
	capabilities.permitted |= admin;
	capabilities.effective |= admin;
	planner_add(planner, STEP_CAPABILITIES, "/process/capabilities")->capabilities =
		capabilities;
	return 0;
}

/*
 * As late as can be: a profile has to allow what comes behind it, and it was made for the program,
 * not for us. Behind it are at most capget, capset and prctl, then execve.
 */
static void add_restrictions(struct planner *planner, const struct oci_process *process)
{
	if (process->no_new_privileges)
		planner_add(planner, STEP_NO_NEW_PRIVILEGES, "/process/noNewPrivileges");
	add_seccomp(planner);
	if (keeps_admin(planner, process))
		planner_add(planner, STEP_CAPABILITIES, "/process/capabilities")->capabilities =
			capabilities_of(process);
}

/*
 * Of a service manager: the sockets that it handed over (sd_listen_fds(3)) are for the container's
 * first process, which alone knows its number. Returns where that belongs, or 0.
 */
static size_t add_service_variables(struct planner *planner, const char **env, size_t n)
{
	const struct planner_options *options = planner->options;
	size_t pid_index = 0;

	if (options->listen_fds) {
		env[n++] = planner_format(planner, "LISTEN_FDS=%u", options->listen_fds);
		if (options->listen_names)
			env[n++] = planner_format(
				planner, "LISTEN_FDNAMES=%s", options->listen_names);
		pid_index = n;
		env[n++] = "LISTEN_PID=1"; /* until it is known */
	}
	if (options->notify_socket)
		env[n++] = planner_format(planner, "NOTIFY_SOCKET=%s", options->notify_socket);
	return pid_index;
}

/* HOME is set where it is missing or empty; its value waits for the container's /etc/passwd. */
static void add_command(struct planner *planner, const struct oci_process *process)
{
	const char **args = ARENA_NEW_ARRAY(planner->arena, process->n_args + 1, const char *);
	/* HOME, LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID, NOTIFY_SOCKET and the end */
	const char **env = ARENA_NEW_ARRAY(planner->arena, process->n_env + 6, const char *);
	size_t home = process->n_env, n = process->n_env, pid_index;
	struct step *step;

	for (size_t i = 0; i < process->n_args; i++)
		args[i] = process->args[i];
	for (size_t i = 0; i < process->n_env; i++) {
		const char *value = text_after_prefix(process->env[i], "HOME=");

		env[i] = process->env[i];
		if (value)
			home = *value ? SIZE_MAX : i;
	}
	if (home == process->n_env)
		env[n++] = "HOME=/";
	pid_index = add_service_variables(planner, env, n);
	step = planner_add(planner, STEP_COMMAND, "/process/args");
	step->command = (struct step_command){
		.args = args,
		.env = env,
		.home_index = home == SIZE_MAX ? UINT64_MAX : home,
		.home_uid = process->user.uid,
		.pid_index = pid_index,
	};
}

static void add_start(struct planner *planner)
{
	planner_add(planner, STEP_READY, "");
	if (!planner->options->wait_for_start)
		return;
	planner_add_slot(planner, SLOT_START_LISTENER, &planner->plan->start_slot);
	planner_add(planner, STEP_WAIT_START, "")->wait_start.listener = planner->plan->start_slot;
}

/* Created, but never to be started (runtime.md, "process" is optional until start). */
static int add_without_process(struct planner *planner, struct err *err)
{
	(void)planner;
	err_fail(err, EINVAL, "there is no process to start");
	return err_config(err, "/process");
}

int planner_add_process(struct planner *planner, struct err *err)
{
	const struct oci_process *process = planner->config->process;
	int r;

	if (!process)
		return add_without_process(planner, err);
	add_keyring(planner, process);
	add_limits(planner, process);
	add_scheduling(planner, process);
	r = add_memory_policy(planner, err);
	if (r == 0)
		r = add_label(planner, process, err);
	if (r < 0)
		return r;
	r = add_identity(planner, process, err);
	if (r < 0)
		return r;
	if (process->cwd) {
		struct step *step = planner_add(planner, STEP_CWD, "/process/cwd");

		step->cwd.path = process->cwd;
		step->cwd.is_retry = 1;
	}
	add_command(planner, process);
	/* a notify descriptor goes through the caller, who is there until ready */
	if (planner->options->seccomp_notify)
		add_restrictions(planner, process);
	add_start(planner);
	r = planner_add_hooks(planner, OCI_HOOK_START_CONTAINER, err);
	if (r < 0)
		return r;
	if (!planner->options->seccomp_notify)
		add_restrictions(planner, process);
	planner_add(planner, STEP_EXEC, "/process/args");
	return 0;
}
