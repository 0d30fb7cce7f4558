/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is each namespace the container's own, and does its owner keep others out of it? A shared user or
 * time namespace is no hole by itself: what matters is which capabilities reach through it.
 */
#include "inspect/audit/audit.h"
#include "inspect/audit/capabilities.h"

static const struct audit_claim claims[NAMESPACE_KIND_COUNT] = {
	[NAMESPACE_KIND_MNT] = { "namespace/mnt", "sees and changes the host's mounts",
		"a mount namespace (linux.namespaces: mount)" },
	[NAMESPACE_KIND_PID] = { "namespace/pid",
		"sees every process of the host with its arguments, signals those of its user, and "
		"finds their files through /proc/PID/root",
		"no --pid host (linux.namespaces: pid)" },
	[NAMESPACE_KIND_NET] = { "namespace/net",
		"reaches what listens on the host's 127.0.0.1 and on abstract sockets, and "
		"occupies its ports (CVE-2020-15257)",
		"no --network host (linux.namespaces: network)" },
	[NAMESPACE_KIND_IPC] = { "namespace/ipc",
		"reads and writes the host's shared memory, semaphores and message queues",
		"no --ipc host (linux.namespaces: ipc)" },
	[NAMESPACE_KIND_UTS] = { "namespace/uts", "with CAP_SYS_ADMIN renames the host",
		"no --uts host (linux.namespaces: uts)" },
	[NAMESPACE_KIND_USER] = { "namespace/user",
		"root inside is the host's root: whatever gets out by a flaw elsewhere is root "
		"there",
		"--userns, --userns-remap (linux.namespaces: user, uidMappings, gidMappings)" },
	[NAMESPACE_KIND_CGROUP] = { "namespace/cgroup",
		"sees the names of the host's control groups, and of other containers in them",
		"--cgroupns private (linux.namespaces: cgroup)" },
	[NAMESPACE_KIND_TIME] = { "namespace/time", "sets the host's clock",
		"no CAP_SYS_TIME, or linux.namespaces: time" },
};

static void add_own(struct audit_results *results, const struct audit_claim *claim,
	enum namespace_kind kind, const struct audit_namespace *namespace)
{
	if (!namespace->is_owner_related && namespace->owner != 0)
		audit_add(results, claim, AUDIT_DOES_NOT_HOLD,
			"%s:[%llu] belongs to user:[%llu], which is neither the container's nor "
			"above it: its root rules here",
			namespace_kind_name(kind), (unsigned long long)namespace->inode,
			(unsigned long long)namespace->owner);
	else
		audit_add(results, claim, AUDIT_HOLDS, "%s:[%llu], its own",
			namespace_kind_name(kind), (unsigned long long)namespace->inode);
}

static void add_shared_user(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	const struct audit_claim *claim = &claims[NAMESPACE_KIND_USER];

	if (capabilities_dangerous(snapshot))
		audit_add(results, claim, AUDIT_DOES_NOT_HOLD,
			"the host's, with capabilities over what is the host's");
	else
		audit_add(results, claim, AUDIT_NOT_TRIED,
			"it has none of its own: user 0 inside is user 0 of the host, and only "
			"what "
			"the other checks look at keeps it inside");
}

static void add_shared(const struct audit_snapshot *snapshot, struct audit_results *results,
	enum namespace_kind kind)
{
	const struct audit_claim *claim = &claims[kind];

	if (kind == NAMESPACE_KIND_USER)
		add_shared_user(snapshot, results);
	else if (kind == NAMESPACE_KIND_TIME && !audit_has_capability(snapshot, CAP_SYS_TIME) &&
		 (snapshot->n_processes_hidden > 0 || snapshot->n_processes == 0))
		audit_add(results, claim, AUDIT_NOT_TRIED,
			"the host's, and the capabilities of %zu of its processes may not be read",
			snapshot->n_processes_hidden);
	else if (kind == NAMESPACE_KIND_TIME && !audit_has_capability(snapshot, CAP_SYS_TIME))
		audit_add(results, claim, AUDIT_HOLDS,
			"the host's clocks, which it cannot set without CAP_SYS_TIME");
	else
		audit_add(results, claim, AUDIT_DOES_NOT_HOLD, "%s:[%llu] is the host's",
			namespace_kind_name(kind),
			(unsigned long long)snapshot->namespaces[kind].inode);
}

/* A process that came in from outside, or that its maker sent somewhere else. */
static void check_strays(const struct audit_snapshot *snapshot, struct audit_results *results,
	enum namespace_kind kind)
{
	const struct audit_namespace *own = &snapshot->namespaces[kind];

	for (size_t i = 1; i < snapshot->n_processes; i++) {
		const struct audit_process *process = &snapshot->processes[i];

		if (!process->is_in_host_namespace[kind] || own->is_host)
			continue;
		audit_add(results, &claims[kind], AUDIT_DOES_NOT_HOLD,
			"process %d (%s) of the container is in the host's", process->pid,
			process->name);
	}
}

void check_namespaces(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		const struct audit_namespace *namespace = &snapshot->namespaces[kind];

		if (namespace->inode == 0)
			audit_add(results, &claims[kind], AUDIT_NOT_TRIED,
				"it may not be seen by this user, or this kernel has none");
		else if (namespace->is_host)
			add_shared(snapshot, results, kind);
		else
			add_own(results, &claims[kind], kind, namespace);
		check_strays(snapshot, results, kind);
	}
}
