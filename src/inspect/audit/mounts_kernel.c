/* SPDX-License-Identifier: Apache-2.0 */
/* File systems of the kernel: those of the whole machine, and those of another namespace. */
#include <sys/stat.h>

#include "base/text.h"
#include "inspect/audit/mounts.h"

bool mount_is_writable(const struct audit_mount *mount)
{
	return mountinfo_has_option(mount->info.options, "rw") &&
	       mountinfo_has_option(mount->info.super_options, "rw");
}

bool mount_is_of_kernel(const struct audit_mount *mount)
{
	static const char *const types[] = { "proc", "sysfs", "cgroup", "cgroup2", "devpts",
		"mqueue", "devtmpfs", "debugfs", "tracefs", "securityfs", "bpf", "configfs",
		"pstore", "efivarfs", "fusectl", "binfmt_misc", "hugetlbfs" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(types[i], mount->info.type))
			return true;
	return false;
}

/* A single node of the host's /dev is no more than that node: devices.c looks at it. */
static bool is_single_node(const struct audit_mount *mount)
{
	return text_equal(mount->info.type, "devtmpfs") && mount->type != S_IFDIR;
}

static const struct {
	const char *type, *gain;
	bool only_writable;
} kernel_types[] = {
	{ "debugfs", "reads and changes the kernel's insides", false },
	{ "tracefs", "traces the kernel", false },
	{ "securityfs", "reads, and may change, the policy of the security module", false },
	{ "configfs", "makes devices in the kernel", false },
	{ "pstore", "reads what the kernel said when it died", false },
	{ "efivarfs", "changes how the machine starts", false },
	{ "devtmpfs", "has every device node of the host", false },
	{ "bpf", "uses BPF programs that the host keeps", false },
	{ "binfmt_misc", "registers a program that the host's kernel runs as root", true },
	{ "sysfs", "changes devices and the kernel (uevent_helper runs a program on the host)",
		true },
	{ "cgroup", "has release_agent run a program on the host (CVE-2022-0492)", true },
	{ "cgroup2", "lifts limits, also of others", true },
};

/* A group of its own may be handed over to a container, its limits lie above it. */
static bool is_own_group(const struct audit_mount *mount, const struct audit_snapshot *snapshot)
{
	return text_equal(mount->info.type, "cgroup2") && !text_equal(mount->info.root, "/") &&
	       !snapshot->namespaces[NAMESPACE_KIND_CGROUP].is_host;
}

static void check_kernel_files(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	struct audit_claim claim = { "mounts/kernel", "changes the kernel's settings",
		"no mount of it, or a read-only one (mounts, options ro)" };
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];

		for (size_t j = 0; j < sizeof(kernel_types) / sizeof(kernel_types[0]); j++) {
			struct audit_claim found = claim;

			if (!text_equal(kernel_types[j].type, mount->info.type) ||
				mount->is_covered || is_single_node(mount) ||
				(kernel_types[j].only_writable && !mount_is_writable(mount)) ||
				is_own_group(mount, snapshot))
				continue;
			/* the devices of the host's sysfs are not its own root's to change */
			if (audit_has_user_namespace(snapshot) &&
				text_equal(mount->info.type, "sysfs"))
				continue;
			is_found = true;
			found.gain = kernel_types[j].gain;
			audit_add(results, &found, AUDIT_DOES_NOT_HOLD, "%s: %s, %s",
				mount->info.mount_point, mount->info.type,
				mount_is_writable(mount) ? "writable" : "read-only");
		}
	}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS,
			"no debugfs, securityfs and the like, and /sys and cgroups not writable");
}

/* One that shows another namespace than the container's own: the host's processes or terminals. */
static void check_foreign(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "mounts/namespaced",
		"sees the host's processes, terminals or queues although it has namespaces of its "
		"own",
		"a mount of its own of that type (mounts), not a bind mount of the host's" };
	static const struct {
		const char *type;
		enum namespace_kind kind; /* COUNT: each mount is one of its own */
	} types[] = {
		{ "proc", NAMESPACE_KIND_PID },
		{ "mqueue", NAMESPACE_KIND_IPC },
		{ "devpts", NAMESPACE_KIND_COUNT },
	};
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_mounts; i++)
		for (size_t j = 0; j < sizeof(types) / sizeof(types[0]); j++) {
			const struct audit_mount *mount = &snapshot->mounts[i];

			if (!text_equal(mount->info.type, types[j].type) || !mount->host_path ||
				mount->is_covered)
				continue;
			/* that the namespace is shared is said there */
			if (types[j].kind != NAMESPACE_KIND_COUNT &&
				snapshot->namespaces[types[j].kind].is_host)
				continue;
			is_found = true;
			audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "%s is %s of the host",
				mount->info.mount_point, mount->host_path);
		}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS,
			"proc, devpts and mqueue show its own namespaces");
}

void check_kernel_mounts(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	check_kernel_files(snapshot, results);
	check_foreign(snapshot, results);
}
