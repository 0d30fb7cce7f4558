/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices: what the rules of the control group let be opened, whoever makes the node, and which
 * nodes are there. The rules are read; of the nodes only harmless ones were opened.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "inspect/audit/audit.h"
#include "inspect/audit/device_program.h"

static const struct audit_claim rules_claim = { "devices/rules",
	"makes a node for it, or finds one, and reads and writes the host's hardware",
	"no --privileged, no --device of it (linux.resources.devices)" };

/* ANY: every minor number, up to MINORS. */
enum { ANY = -1, MINORS = 256 };

static const struct {
	bool is_block;
	int major, minor;
	const char *name, *gain;
} dangerous[] = {
	{ true, 8, ANY, "disks (8:*)", "reads and writes the host's disks" },
	{ true, 259, ANY, "NVMe disks (259:*)", "reads and writes the host's disks" },
	{ true, 254, ANY, "virtual disks (254:*)", "reads and writes the host's disks" },
	{ true, 253, ANY, "device mapper (253:*)", "reads and writes the host's disks" },
	{ true, 7, ANY, "loop devices (7:*)", "reads images that the host has mounted" },
	{ false, 1, 1, "/dev/mem", "reads and writes physical memory" },
	{ false, 1, 4, "/dev/port", "uses I/O ports" },
	{ false, 1, 11, "/dev/kmsg", "reads and forges the kernel's log" },
	{ false, 4, ANY, "consoles (4:*)", "reads and types on the host's consoles" },
	{ false, 7, ANY, "/dev/vcs", "reads the host's screens" },
	{ false, 13, ANY, "input devices (13:*)", "reads the host's keyboard" },
	{ false, 21, ANY, "SCSI devices (21:*)", "sends commands to the host's disks" },
	{ false, 202, ANY, "/dev/cpu/*/msr", "changes the processor's registers" },
	{ false, 10, 229, "/dev/fuse", "has the kernel ask it as a file system" },
	{ false, 10, 232, "/dev/kvm", "reaches the hypervisor in the kernel" },
	{ false, 10, 236, "/dev/mapper/control", "makes and removes the host's disks" },
	{ false, 10, 237, "/dev/loop-control", "makes loop devices" },
	{ false, 10, 130, "/dev/watchdog", "restarts the host" },
};

enum { N_DANGEROUS = sizeof(dangerous) / sizeof(dangerous[0]) };

/* ---- what the rules say ---- */

/* "*" or a number, which matches itself; a line for one minor number gives no whole major. */
static bool matches(const char *text, size_t length, uint32_t number)
{
	uint64_t value;

	if (length == 1 && *text == '*')
		return true;
	return parse_u64_n(text, length, &value) == 0 && value == number;
}

/* "c 1:3 rwm", "a *:* rwm": what is allowed; the kernel lists nothing else. */
static bool line_allows(
	const char *line, bool is_block, uint32_t major, uint32_t minor, char access)
{
	size_t length = strcspn(line, "\n");
	const char *number = line + 2;
	const char *colon = memchr(line, ':', length);
	const char *space = colon ? memchr(colon, ' ', length - (size_t)(colon - line)) : NULL;

	if (length < 7 || !space || (line[0] != 'a' && line[0] != (is_block ? 'b' : 'c')))
		return false;
	return matches(number, (size_t)(colon - number), major) &&
	       matches(colon + 1, (size_t)(space - colon - 1), minor) &&
	       memchr(space, access, length - (size_t)(space - line));
}

static bool list_allows(
	const char *list, bool is_block, uint32_t major, uint32_t minor, char access)
{
	while (list && *list != '\0') {
		if (line_allows(list, is_block, major, minor, access))
			return true;
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	return false;
}

static bool programs_allow(const struct audit_snapshot *snapshot, bool is_block, uint32_t major,
	uint32_t minor, char access)
{
	for (size_t i = 0; i < snapshot->n_device_programs; i++)
		if (!device_program_allows(
			    &snapshot->device_programs[i], is_block, major, minor, access))
			return false;
	return true;
}

bool audit_device_is_allowed(const struct audit_snapshot *snapshot, bool is_block, uint32_t major,
	uint32_t minor, char access)
{
	switch (snapshot->device_rules) {
	case AUDIT_DEVICE_RULES_LIST:
		return list_allows(snapshot->device_list, is_block, major, minor, access);
	case AUDIT_DEVICE_RULES_PROGRAMS:
		return programs_allow(snapshot, is_block, major, minor, access);
	case AUDIT_DEVICE_RULES_UNKNOWN:
	case AUDIT_DEVICE_RULES_NONE:
	case AUDIT_DEVICE_RULES_COUNT:
		break;
	}
	return true;
}

static bool may_use(
	const struct audit_snapshot *snapshot, bool is_block, uint32_t major, uint32_t minor)
{
	return audit_device_is_allowed(snapshot, is_block, major, minor, 'r') ||
	       audit_device_is_allowed(snapshot, is_block, major, minor, 'w');
}

/* Any minor number of it, as far as disks have them. */
static bool may_use_any(const struct audit_snapshot *snapshot, size_t i)
{
	uint32_t major = (uint32_t)dangerous[i].major;

	if (dangerous[i].minor != ANY)
		return may_use(
			snapshot, dangerous[i].is_block, major, (uint32_t)dangerous[i].minor);
	for (uint32_t minor = 0; minor < MINORS; minor++)
		if (may_use(snapshot, dangerous[i].is_block, major, minor))
			return true;
	return false;
}

static void add_allowed(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	struct audit_claim claim = rules_claim;
	const char *names = NULL;

	for (size_t i = 0; i < N_DANGEROUS; i++) {
		if (!may_use_any(snapshot, i))
			continue;
		if (!names)
			claim.gain = dangerous[i].gain;
		names = arena_printf(results->arena, "%s%s%s", names ? names : "",
			names ? ", " : "", dangerous[i].name);
	}
	if (names && audit_has_user_namespace(snapshot)) /* those that are there: check_nodes() */
		audit_add(results, &claim, AUDIT_HOLDS,
			"they allow %s, but its user namespace can make no nodes", names);
	else if (names)
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "they allow %s", names);
	else
		audit_add(results, &rules_claim, AUDIT_HOLDS,
			"read from the control group: they allow no disk, no memory, no console");
}

static void check_rules(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	if (snapshot->devices_why)
		audit_add(results, &rules_claim, AUDIT_NOT_TRIED, "%s", snapshot->devices_why);
	else if (snapshot->device_rules != AUDIT_DEVICE_RULES_NONE)
		add_allowed(snapshot, results);
	else if (audit_has_user_namespace(snapshot))
		audit_add(results, &rules_claim, AUDIT_HOLDS,
			"there are none, but its user namespace can make no nodes");
	else
		audit_add(results, &rules_claim, AUDIT_DOES_NOT_HOLD,
			"no rule decides about devices");
}

/* ---- the nodes ---- */

/* null, zero, full, random, urandom, tty, console, ptmx and the terminals of devpts. */
static bool is_usual(const struct audit_node *node)
{
	static const uint8_t memory_minors[] = { 3, 5, 7, 8, 9 };

	if (node->is_block)
		return false;
	if (node->major == 1)
		return memchr(memory_minors, (int)node->minor, sizeof(memory_minors)) != NULL &&
		       node->minor < 256;
	return (node->major == 5 && node->minor <= 2) || (node->major >= 136 && node->major <= 143);
}

/* The rules were not read, or they let it be opened. */
static bool is_reachable(const struct audit_snapshot *snapshot, const struct audit_node *node)
{
	return !is_usual(node) && may_use(snapshot, node->is_block, node->major, node->minor);
}

static void check_nodes(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "devices/nodes",
		"opens them: the host's hardware",
		"no --device, no --privileged (linux.devices, linux.resources.devices)" };
	const struct audit_probe_result *probe = snapshot->probe;
	const char *names = NULL;
	size_t n_opened = 0, n_found = 0;

	if (snapshot->probe_why) {
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", snapshot->probe_why);
		return;
	}
	for (unsigned i = 0; i < probe->n_nodes; i++) {
		n_opened += probe->nodes[i].error == 0;
		if (is_reachable(snapshot, &probe->nodes[i]) && n_found++ < 8)
			names = arena_printf(results->arena, "%s%s%s", names ? names : "",
				names ? ", " : "", probe->nodes[i].path);
	}
	if (n_found > 0)
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "%s%s%s", names,
			n_found > 8 ? ", and more" : "",
			n_opened > 0 ? "" : " (nothing was opened)");
	else if (probe->are_nodes_cut_off)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "not all of /dev could be listed");
	else
		audit_add(results, &claim, AUDIT_HOLDS,
			"%u nodes in /dev, %zu of them opened: none of the host's hardware",
			probe->n_nodes, n_opened);
}

void check_devices(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	check_rules(snapshot, results);
	check_nodes(snapshot, results);
}
