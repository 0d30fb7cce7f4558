/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masks and read-only paths, by what a process inside gets when it tries them (CVE-2025-31133: a
 * mask that was laid over with the wrong file). Whether they are configured does not matter.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/err.h"
#include "inspect/audit/audit.h"

const struct audit_probe_path audit_probe_paths[] = {
	{ "/proc/kcore", AUDIT_PROBE_MASKED, "reads the kernel's memory" },
	{ "/proc/keys", AUDIT_PROBE_MASKED, "learns the names of keys in the kernel" },
	{ "/proc/acpi", AUDIT_PROBE_MASKED, "switches the host's hardware (CVE-2016-8867)" },
	{ "/proc/scsi", AUDIT_PROBE_MASKED, "removes the host's disks (CVE-2017-16539)" },
	{ "/proc/asound", AUDIT_PROBE_MASKED, "learns about the host's sound, and who plays it" },
	{ "/proc/interrupts", AUDIT_PROBE_MASKED, "learns what happens on the host, and when" },
	{ "/proc/timer_list", AUDIT_PROBE_MASKED, "learns what runs on the host (CVE-2017-5967)" },
	{ "/proc/timer_stats", AUDIT_PROBE_MASKED, "learns what runs on the host (CVE-2017-5967)" },
	{ "/proc/latency_stats", AUDIT_PROBE_MASKED, "learns what the kernel does" },
	{ "/proc/sched_debug", AUDIT_PROBE_MASKED,
		"learns the names of all processes of the host" },
	{ "/sys/firmware", AUDIT_PROBE_MASKED,
		"reads the host's firmware tables and their secrets" },
	{ "/sys/devices/virtual/powercap", AUDIT_PROBE_MASKED,
		"reads secrets out of the power that computing takes (CVE-2020-8694)" },
	{ "/proc/kallsyms", AUDIT_PROBE_ADDRESSES, "knows where the kernel lies in memory" },
	{ "/proc/sys/kernel/core_pattern", AUDIT_PROBE_READ_ONLY,
		"has the host's kernel run a program as root when something crashes" },
	{ "/proc/sys/kernel/modprobe", AUDIT_PROBE_READ_ONLY,
		"has the host's kernel run a program as root when it looks for a module" },
	{ "/proc/sys/vm/overcommit_memory", AUDIT_PROBE_READ_ONLY,
		"changes how the host's memory is managed" },
	{ "/proc/sysrq-trigger", AUDIT_PROBE_READ_ONLY, "restarts or crashes the host" },
	{ "/proc/irq/default_smp_affinity", AUDIT_PROBE_READ_ONLY, "moves the host's interrupts" },
	{ "/proc/bus", AUDIT_PROBE_READ_ONLY, "writes to the configuration of PCI devices" },
	{ "/proc/fs", AUDIT_PROBE_READ_ONLY, "changes settings of the host's file systems" },
	{ "/sys/kernel/uevent_helper", AUDIT_PROBE_READ_ONLY,
		"has the host's kernel run a program as root when a device appears" },
	{ "/sys/power/state", AUDIT_PROBE_READ_ONLY, "puts the host to sleep" },
	{ "/sys/kernel/mm/transparent_hugepage/enabled", AUDIT_PROBE_READ_ONLY,
		"changes how the host's memory is managed" },
};

const size_t n_audit_probe_paths = sizeof(audit_probe_paths) / sizeof(audit_probe_paths[0]);

_Static_assert(sizeof(audit_probe_paths) / sizeof(audit_probe_paths[0]) <= AUDIT_PROBES_MAX,
	"results have room for all paths");

static const struct audit_claim claims[AUDIT_PROBE_KIND_COUNT] = {
	[AUDIT_PROBE_MASKED] = { "masks", "learns what masks hide",
		"the default masks, no systempaths=unconfined (linux.maskedPaths)" },
	[AUDIT_PROBE_READ_ONLY] = { "read-only", "changes the host's kernel",
		"the default read-only paths, no systempaths=unconfined (linux.readonlyPaths, "
		"option ro for /sys)" },
	[AUDIT_PROBE_ADDRESSES] = { "kernel-addresses", "knows where the kernel lies in memory",
		"no CAP_SYSLOG; kernel.kptr_restrict=1" },
};

/* What is said of one that is open, and of none that is. */
static const char *const words[AUDIT_PROBE_KIND_COUNT][2] = {
	[AUDIT_PROBE_MASKED] = { "may be read", "tells anything" },
	[AUDIT_PROBE_READ_ONLY] = { "may be written", "may be written" },
	[AUDIT_PROBE_ADDRESSES] = { "shows addresses", "shows an address" },
};

/* Any other error is no answer. */
static bool is_refusal(int error)
{
	static const int refusals[] = { ENOENT, ENOTDIR, EACCES, EPERM, EROFS, ENXIO, ENODEV };

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i] == error)
			return true;
	return false;
}

/* /dev/null is what files are masked with, an empty tmpfs what directories are. */
static enum audit_outcome judge(enum audit_probe_kind kind, const struct audit_probed *probed)
{
	if (probed->error != 0)
		return is_refusal(probed->error) ? AUDIT_HOLDS : AUDIT_NOT_TRIED;
	return kind == AUDIT_PROBE_READ_ONLY || probed->has_content ? AUDIT_DOES_NOT_HOLD
								    : AUDIT_HOLDS;
}

static void check_kind(const struct audit_snapshot *snapshot, struct audit_results *results,
	enum audit_probe_kind kind)
{
	size_t n_not_there = 0, n_tried = 0, n_holding = 0;

	for (size_t i = 0; i < n_audit_probe_paths; i++) {
		const struct audit_probe_path *path = &audit_probe_paths[i];
		const struct audit_probed *probed = &snapshot->probe->paths[i];
		enum audit_outcome outcome = judge(kind, probed);
		struct audit_claim claim = claims[kind];

		if (path->kind != kind || !probed->is_tried)
			continue;
		n_tried++;
		n_holding += outcome == AUDIT_HOLDS;
		n_not_there += probed->error == ENOENT;
		claim.gain = path->gain;
		if (outcome != AUDIT_HOLDS)
			audit_add(results, &claim, outcome, "%s %s", path->path,
				outcome == AUDIT_NOT_TRIED ? err_errno_text(probed->error)
							   : words[kind][0]);
	}
	if (n_holding == n_tried)
		audit_add(results, &claims[kind], AUDIT_HOLDS,
			"%zu path%s tried from inside, %zu of them not there: none %s", n_tried,
			n_tried == 1 ? "" : "s", n_not_there, words[kind][1]);
}

void check_masks(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	for (int kind = 0; kind < AUDIT_PROBE_KIND_COUNT; kind++) {
		if (snapshot->probe_why)
			audit_add(
				results, &claims[kind], AUDIT_NOT_TRIED, "%s", snapshot->probe_why);
		else
			check_kind(snapshot, results, kind);
	}
}
