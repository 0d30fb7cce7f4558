/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls by which containers were left: is each refused, by the filter or for want of what else it
 * needs? The filter's program is asked with the very arguments of an attack where they matter, and
 * with any arguments otherwise; nothing is called.
 */
#include "inspect/audit/system_calls.h"

#include <linux/audit.h>
#include <linux/sched.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "inspect/audit/capabilities.h"
#include "inspect/audit/dangerous_calls.h"
#include "seccomp/foreign.h"
#include "seccomp/program.h"
#include "sys/system_calls.h"

enum { X32_BIT = 0x40000000 };

size_t call_architectures(
	const struct audit_snapshot *snapshot, struct call_architecture ret[CALL_ARCHITECTURES_MAX])
{
	size_t n = 0;

	ret[n++] = (struct call_architecture){ "native", seccomp_native_arch(), 0, false };
	if (snapshot->has_i386)
		ret[n++] = (struct call_architecture){ "i386", AUDIT_ARCH_I386, 0, true };
	if (snapshot->has_x32)
		ret[n++] = (struct call_architecture){ "x32", AUDIT_ARCH_X86_64, X32_BIT, false };
	return n;
}

int call_number(const struct call_architecture *architecture, const char *name)
{
	const struct system_call *call = system_call_find(name);
	int number = -1;

	if (call)
		number = architecture->is_i386 ? call->i386_number : call->number;
	return number < 0 ? -1 : number | (int)architecture->bit;
}

bool call_is_allowed(
	const struct audit_snapshot *snapshot, const char *name, const uint64_t arguments[6])
{
	struct call_architecture architectures[CALL_ARCHITECTURES_MAX];
	size_t n = call_architectures(snapshot, architectures);

	for (size_t i = 0; i < n; i++) {
		int number = call_number(&architectures[i], name);

		if (number >= 0 &&
			audit_filters_allow(snapshot, architectures[i].audit, number, arguments))
			return true;
	}
	return false;
}

/* ---- what stands in its way ---- */

static bool is_let_through(const struct audit_snapshot *snapshot,
	const struct call_architecture *architecture, const struct dangerous_call *call)
{
	int number = call_number(architecture, call->name);
	const struct seccomp_data data = { number, architecture->audit, 0, { 0 } };

	if (number < 0)
		return false;
	if (call->has_arguments)
		return audit_filters_allow(snapshot, architecture->audit, number, call->arguments);
	for (size_t i = 0; i < snapshot->n_filters; i++) {
		struct seccomp_answers answers;
		struct err ignored = ERR_INIT; /* too many ways: one of them may allow it */

		if (seccomp_foreign_explore(snapshot->filters[i].insns,
			    snapshot->filters[i].n_insns, &data, &answers, &ignored) == 0 &&
			!seccomp_answer_allows(answers.mildest))
			return false;
	}
	return true;
}

static bool has_inside(const struct audit_snapshot *snapshot, unsigned number)
{
	for (size_t i = 0; i < snapshot->n_processes; i++) {
		const struct audit_process *process = &snapshot->processes[i];
		uint64_t sets = process->permitted | process->ambient |
				(process->no_new_privileges ? 0 : process->bounding);

		if (sets >> number & 1)
			return true;
	}
	return false;
}

static bool is_possible(const struct audit_snapshot *snapshot, const struct dangerous_call *call)
{
	unsigned capability = (unsigned)call->capability;

	switch (call->need) {
	case NEED_NOTHING:
		return true;
	case NEED_HOST_CAPABILITY:
		return audit_has_capability(snapshot, capability);
	case NEED_NAMESPACE_CAPABILITY:
		return has_inside(snapshot, capability) || audit_allows_user_namespaces(snapshot);
	case NEED_SYSCTL:
		break;
	}
	return audit_has_capability(snapshot, capability) ||
	       *(const int64_t *)((const char *)snapshot + call->sysctl) < call->safe;
}

/* ---- new user namespaces ---- */

bool audit_allows_user_namespaces(const struct audit_snapshot *snapshot)
{
	static const struct {
		const char *name;
		uint64_t flags;
	} ways[] = {
		{ "unshare", CLONE_NEWUSER }, { "clone", CLONE_NEWUSER },
		{ "clone3", 0 }, /* its flags are in memory */
	};

	if (snapshot->filters_why || snapshot->max_user_namespaces == 0)
		return false;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const uint64_t arguments[6] = { ways[i].flags };

		if (call_is_allowed(snapshot, ways[i].name, arguments))
			return true;
	}
	return false;
}

static void check_user_namespaces(
	const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "system-calls/user-namespaces",
		"has every capability in a user namespace of its own, and with them parts of the "
		"kernel that only root was meant to reach (CVE-2022-0185, CVE-2024-1086)",
		SECCOMP_OPTION "; user.max_user_namespaces=0" };

	if (audit_allows_user_namespaces(snapshot))
		audit_add(
			results, &claim, AUDIT_DOES_NOT_HOLD, "unshare, clone or clone3 makes one");
	else if (snapshot->max_user_namespaces == 0)
		audit_add(results, &claim, AUDIT_HOLDS, "user.max_user_namespaces is 0");
	else
		audit_add(results, &claim, AUDIT_HOLDS,
			"unshare and clone are refused with CLONE_NEWUSER, clone3 as a whole");
}

/* ---- all groups ---- */

struct found {
	const char *reached, *barred; /* "mount, setns (i386)" */
};

static const char *append(
	struct arena *arena, const char *list, const char *name, const char *architecture)
{
	const char *what = text_equal(architecture, "native")
				   ? name
				   : arena_printf(arena, "%s (%s)", name, architecture);

	return list ? arena_printf(arena, "%s, %s", list, what) : what;
}

/* Of a call that the native numbers reach the others say nothing new. */
static struct found find_calls(
	const struct audit_snapshot *snapshot, struct arena *arena, const struct call_group *group)
{
	struct call_architecture architectures[CALL_ARCHITECTURES_MAX];
	size_t n = call_architectures(snapshot, architectures);
	struct found found = { 0 };

	for (size_t i = 0; i < CALLS_MAX && group->calls[i].name; i++)
		for (size_t j = 0; j < n; j++) {
			const struct dangerous_call *call = &group->calls[i];
			const char **list = is_possible(snapshot, call) ? &found.reached
									: &found.barred;

			if (!is_let_through(snapshot, &architectures[j], call))
				continue;
			*list = append(arena, *list, call->shown ? call->shown : call->name,
				architectures[j].name);
			break;
		}
	return found;
}

static void check_group(const struct audit_snapshot *snapshot, struct audit_results *results,
	const struct call_group *group)
{
	struct found found = find_calls(snapshot, results->arena, group);

	if (found.reached)
		audit_add(results, &group->claim, AUDIT_DOES_NOT_HOLD, "%s: nothing refuses %s",
			found.reached, strchr(found.reached, ',') ? "them" : "it");
	else if (found.barred)
		audit_add(results, &group->claim, AUDIT_HOLDS,
			"%s: only missing capabilities or the host's sysctls refuse it, no filter",
			found.barred);
	else
		audit_add(results, &group->claim, AUDIT_HOLDS, "refused by the filter");
}

/*
 * A 32-bit program names the family of a socket in memory, where no filter sees it; Docker's
 * profile lets it, and leaves AF_ALG to AppArmor and SELinux. Whether the kernel has those families
 * is not asked: the question would load modules.
 */
static void check_socketcall(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "system-calls/socketcall",
		"a 32-bit program makes sockets of every family: AF_ALG (CVE-2026-31431), AF_VSOCK",
		"a profile without socketcall (linux.seccomp), or a security module that refuses "
		"those sockets" };
	const uint64_t make_socket[6] = { 1 };

	if (!snapshot->has_i386 && system_call_find("socketcall") &&
		system_call_find("socketcall")->number < 0)
		audit_add(results, &claim, AUDIT_HOLDS, "this kernel runs no 32-bit programs");
	else if (!call_is_allowed(snapshot, "socketcall", make_socket))
		audit_add(results, &claim, AUDIT_HOLDS, "refused by the filter");
	else
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"the filter allows it, and cannot see for which family; %s",
			snapshot->lsm ? "what the security module refuses was not read"
				      : "no security module runs that could refuse it");
}

void check_system_calls(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "system-calls",
		"makes calls by which containers were left", SECCOMP_OPTION };

	if (snapshot->filters_why || snapshot->n_processes == 0) {
		audit_add(results, &claim, AUDIT_NOT_TRIED, "the filters were not read: %s",
			snapshot->filters_why ? snapshot->filters_why : "no process");
		return;
	}
	check_user_namespaces(snapshot, results);
	for (size_t i = 0; i < n_call_groups; i++)
		check_group(snapshot, results, &call_groups[i]);
	check_socketcall(snapshot, results);
}
