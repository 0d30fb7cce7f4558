/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's keyrings, and terminals: two things that belong to no namespace. Which session
 * keyring another process has nobody is told, so what counts is whether it can be asked at all.
 */
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "inspect/audit/audit.h"
#include "inspect/audit/system_calls.h"

static bool may_call(const struct audit_snapshot *snapshot, const char *name, uint64_t second)
{
	const uint64_t arguments[6] = { 0, second };

	return call_is_allowed(snapshot, name, arguments);
}

static void check_keyrings(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "keys",
		"reads keys of whoever started it, and those of users that are also inside",
		"the default profile (linux.seccomp), no --no-new-keyring" };

	if (snapshot->filters_why)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "the filters were not read: %s",
			snapshot->filters_why);
	else if (may_call(snapshot, "keyctl", 0) || may_call(snapshot, "request_key", 0) ||
		 may_call(snapshot, "add_key", 0))
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"keyctl, add_key or request_key is allowed, and the kernel tells nobody "
			"whose session keyring another process has");
	else
		audit_add(results, &claim, AUDIT_HOLDS,
			"keyctl, add_key and request_key are refused: no key can be asked for");
}

enum { TERMINAL_MAJOR = 4, PTY_MAJOR_FIRST = 136, PTY_MAJOR_LAST = 143 };

static const struct audit_file *find_terminal(const struct audit_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_files; i++) {
		const struct audit_file *file = &snapshot->files[i];

		if (file->type == S_IFCHR && file->side != AUDIT_SIDE_INSIDE &&
			(file->major == TERMINAL_MAJOR ||
				(file->major >= PTY_MAJOR_FIRST && file->major <= PTY_MAJOR_LAST)))
			return file;
	}
	return NULL;
}

static void check_terminal(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "terminal",
		"types commands into the terminal it was started from (CVE-2017-5226)",
		"-t, a terminal of its own (process.terminal); dev.tty.legacy_tiocsti=0" };
	const struct audit_file *file = find_terminal(snapshot);

	if (!file)
		audit_add(results, &claim, AUDIT_HOLDS, "it has no terminal of the host");
	else if (snapshot->legacy_tiocsti == 0 && snapshot->n_processes_hidden == 0 &&
		 !audit_has_capability(snapshot, CAP_SYS_ADMIN))
		audit_add(results, &claim, AUDIT_HOLDS,
			"process %d has %s of the host, but the kernel refuses TIOCSTI", file->pid,
			file->link);
	else if (!snapshot->filters_why && !may_call(snapshot, "ioctl", TIOCSTI))
		audit_add(results, &claim, AUDIT_HOLDS,
			"process %d has %s of the host, but the filter refuses TIOCSTI", file->pid,
			file->link);
	else
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "process %d has %s of the host",
			file->pid, file->link);
}

void check_keys(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	check_keyrings(snapshot, results);
	check_terminal(snapshot, results);
}
