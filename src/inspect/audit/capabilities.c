/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/capabilities.h"

#include <stdio.h>

#define BIT(number) (UINT64_C(1) << (number))

/*
 * With the worst first: what is said of several is what the first one gives. gain NULL: part of
 * Docker's default, and harmless where the other checks hold.
 */
static const struct {
	unsigned number;
	const char *name, *gain;
} capabilities[] = {
	{ CAP_SYS_MODULE, "SYS_MODULE", "loads code into the kernel" },
	{ CAP_SYS_ADMIN, "SYS_ADMIN", "mounts the host's disks, and much else: as good as root" },
	{ CAP_SYS_RAWIO, "SYS_RAWIO", "reads and writes physical memory and I/O ports" },
	{ CAP_SYS_PTRACE, "SYS_PTRACE",
		"reads and changes the memory of processes it sees; of all, with the host's pid "
		"namespace" },
	{ CAP_DAC_READ_SEARCH, "DAC_READ_SEARCH",
		"opens any file of a file system that is mounted inside, by open_by_handle_at "
		"(\"shocker\")" },
	{ CAP_BPF, "BPF", "loads BPF programs that see the kernel's memory" },
	{ CAP_PERFMON, "PERFMON", "traces the kernel" },
	{ CAP_SYS_BOOT, "SYS_BOOT", "restarts the host, or loads another kernel" },
	{ CAP_NET_ADMIN, "NET_ADMIN",
		"changes the network, and reaches nf_tables in the kernel (CVE-2024-1086)" },
	{ CAP_SYS_TIME, "SYS_TIME", "sets the host's clock" },
	{ CAP_SYSLOG, "SYSLOG", "reads the kernel's log and its addresses" },
	{ CAP_MAC_ADMIN, "MAC_ADMIN", "changes the policy of the security module" },
	{ CAP_MAC_OVERRIDE, "MAC_OVERRIDE", "is not bound by the security module" },
	{ CAP_CHECKPOINT_RESTORE, "CHECKPOINT_RESTORE", "sees and replaces what processes map" },
	{ CAP_SYS_RESOURCE, "SYS_RESOURCE", "exceeds limits and quotas" },
	{ CAP_SYS_NICE, "SYS_NICE", "takes the processors by real-time scheduling" },
	{ CAP_IPC_LOCK, "IPC_LOCK", "locks memory without limit" },
	{ CAP_IPC_OWNER, "IPC_OWNER", "uses shared memory of other users" },
	{ CAP_AUDIT_CONTROL, "AUDIT_CONTROL", "switches the kernel's audit off" },
	{ CAP_AUDIT_READ, "AUDIT_READ", "reads the kernel's audit" },
	{ CAP_LINUX_IMMUTABLE, "LINUX_IMMUTABLE", "changes files that are marked unchangeable" },
	{ CAP_SYS_PACCT, "SYS_PACCT", "has the kernel write process accounting to a file" },
	{ CAP_SYS_TTY_CONFIG, "SYS_TTY_CONFIG", "hangs up the host's terminals" },
	{ CAP_WAKE_ALARM, "WAKE_ALARM", "wakes the host from sleep" },
	{ CAP_BLOCK_SUSPEND, "BLOCK_SUSPEND", "keeps the host from sleep" },
	{ CAP_LEASE, "LEASE", "delays whoever opens a file of another user" },
	{ CAP_NET_BROADCAST, "NET_BROADCAST", "sends to everybody in its network" },
	{ CAP_AUDIT_WRITE, "AUDIT_WRITE", NULL },
	{ CAP_CHOWN, "CHOWN", NULL },
	{ CAP_DAC_OVERRIDE, "DAC_OVERRIDE", NULL },
	{ CAP_FOWNER, "FOWNER", NULL },
	{ CAP_FSETID, "FSETID", NULL },
	{ CAP_KILL, "KILL", NULL },
	{ CAP_MKNOD, "MKNOD", NULL },
	{ CAP_NET_BIND_SERVICE, "NET_BIND_SERVICE", NULL },
	{ CAP_NET_RAW, "NET_RAW", NULL },
	{ CAP_SETFCAP, "SETFCAP", NULL },
	{ CAP_SETGID, "SETGID", NULL },
	{ CAP_SETPCAP, "SETPCAP", NULL },
	{ CAP_SETUID, "SETUID", NULL },
	{ CAP_SYS_CHROOT, "SYS_CHROOT", NULL },
};

enum { N_CAPABILITIES = sizeof(capabilities) / sizeof(capabilities[0]) };

const char *capability_name(unsigned number)
{
	for (size_t i = 0; i < N_CAPABILITIES; i++)
		if (capabilities[i].number == number)
			return capabilities[i].name;
	return NULL;
}

bool audit_has_user_namespace(const struct audit_snapshot *snapshot)
{
	const struct audit_namespace *namespace = &snapshot->namespaces[NAMESPACE_KIND_USER];

	return namespace->inode != 0 && !namespace->is_host;
}

/* With no_new_privs no program of root or with file capabilities brings anything back. */
static uint64_t reachable_by(const struct audit_process *process)
{
	uint64_t now = process->effective | process->permitted | process->ambient;

	return process->no_new_privileges ? now : now | process->bounding;
}

static uint64_t reachable(const struct audit_snapshot *snapshot)
{
	uint64_t all = 0;

	for (size_t i = 0; i < snapshot->n_processes; i++)
		if (snapshot->processes[i].is_in_host_namespace[NAMESPACE_KIND_USER])
			all |= reachable_by(&snapshot->processes[i]);
	return all;
}

bool audit_has_capability(const struct audit_snapshot *snapshot, unsigned number)
{
	return reachable(snapshot) & BIT(number);
}

uint64_t capabilities_dangerous(const struct audit_snapshot *snapshot)
{
	uint64_t dangerous = reachable(snapshot);

	for (size_t i = 0; i < N_CAPABILITIES; i++)
		if (!capabilities[i].gain)
			dangerous &= ~BIT(capabilities[i].number);
	return dangerous;
}

static void add_dangerous(struct audit_results *results, uint64_t dangerous)
{
	struct audit_claim claim = { "capabilities", NULL,
		"no --privileged, no --cap-add, --cap-drop (process.capabilities)" };
	const char *names = "";
	size_t n = 0;

	for (size_t i = 0; i < N_CAPABILITIES; i++) {
		if (!(dangerous & BIT(capabilities[i].number)))
			continue;
		if (!claim.gain)
			claim.gain = capabilities[i].gain;
		names = arena_printf(
			results->arena, "%s%s%s", names, n > 0 ? ", " : "", capabilities[i].name);
		n++;
	}
	if (!claim.gain)
		claim.gain = "has a right that is newer than this program";
	audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "over what is the host's: %s",
		n > 0 ? names : "unknown ones");
}

static const char *list(struct arena *arena, uint64_t set)
{
	const char *names = NULL;

	for (size_t i = 0; i < N_CAPABILITIES; i++)
		if (set & BIT(capabilities[i].number))
			names = arena_printf(arena, "%s%s%s", names ? names : "", names ? ", " : "",
				capabilities[i].name);
	return names ? names : "none";
}

/* CVE-2022-29162 and its like: capabilities that a file's own inheritable ones turn into real ones.
 */
static void check_inheritable(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = {
		"capabilities/inheritable",
		"an ordinary user inside gets them by a program with inheritable file capabilities "
		"(CVE-2022-29162)",
		"an engine that leaves the inheritable set empty (process.capabilities.inheritable)"
	};
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_processes; i++) {
		const struct audit_process *process = &snapshot->processes[i];

		if ((process->inheritable & ~process->ambient) == 0)
			continue;
		is_found = true;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "process %d (%s): %s", process->pid,
			process->name, list(results->arena, process->inheritable));
	}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS, "none can be inherited");
}

void check_capabilities(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "capabilities",
		"acts on what is the host's, as far as each capability goes",
		"no --privileged, no --cap-add, --cap-drop (process.capabilities)" };
	uint64_t dangerous = capabilities_dangerous(snapshot);

	if (dangerous)
		add_dangerous(results, dangerous);
	else if (snapshot->n_processes == 0 || snapshot->n_processes_hidden > 0)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "not every process of it may be read");
	else if (audit_has_user_namespace(snapshot))
		audit_add(
			results, &claim, AUDIT_HOLDS, "whatever it has ends at its user namespace");
	else
		audit_add(results, &claim, AUDIT_HOLDS, "none beyond the usual ones: %s",
			list(results->arena, reachable(snapshot)));
	check_inheritable(snapshot, results);
}
