/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of system calls: does every process have them, and what do they let through as a whole?
 */
#include "inspect/audit/audit.h"
#include "seccomp/foreign.h"
#include "seccomp/program.h"
#include "sys/system_calls.h"

enum {
	UNKNOWN_NUMBER = 1000, /* newer than any kernel of today; x32 has its own from 512 to 547 */
};

static const struct audit_claim claim = { "seccomp",
	"makes every system call: the whole kernel is there to be attacked",
	"no --security-opt seccomp=unconfined (linux.seccomp)" };

/* How one call fares with all filters, whatever its arguments are. */
enum fate { FATE_ALLOWED, FATE_DEPENDS, FATE_REFUSED, FATE_COUNT };

static int find_fate(
	const struct audit_snapshot *snapshot, int number, enum fate *ret, struct err *err)
{
	const struct seccomp_data data = { number, seccomp_native_arch(), 0, { 0 } };
	bool may_be_allowed = true, may_be_refused = false;

	for (size_t i = 0; i < snapshot->n_filters; i++) {
		struct seccomp_answers answers;
		int r = seccomp_foreign_explore(snapshot->filters[i].insns,
			snapshot->filters[i].n_insns, &data, &answers, err);

		if (r < 0)
			return r;
		may_be_allowed &= seccomp_answer_allows(answers.mildest);
		may_be_refused |= !seccomp_answer_allows(answers.strictest);
	}
	*ret = !may_be_allowed ? FATE_REFUSED : may_be_refused ? FATE_DEPENDS : FATE_ALLOWED;
	return 0;
}

bool audit_filters_allow(const struct audit_snapshot *snapshot, uint32_t architecture, int number,
	const uint64_t arguments[6])
{
	struct seccomp_data data = { number, architecture, 0, { 0 } };

	for (size_t i = 0; i < 6; i++)
		data.args[i] = arguments[i];
	for (size_t i = 0; i < snapshot->n_filters; i++)
		if (!seccomp_answer_allows(seccomp_foreign_run(
			    snapshot->filters[i].insns, snapshot->filters[i].n_insns, &data)))
			return false;
	return true;
}

/* The whole table of calls. */
static void add_counts(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	size_t counts[FATE_COUNT] = { 0 };
	struct err err = ERR_INIT;
	enum fate fate;

	for (size_t i = 0; i < n_system_calls; i++) {
		if (system_calls[i].number < 0)
			continue;
		if (find_fate(snapshot, system_calls[i].number, &fate, &err) < 0)
			break;
		counts[fate]++;
	}
	if (err.code == 0)
		(void)find_fate(snapshot, UNKNOWN_NUMBER, &fate, &err);
	if (err.code != 0)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", err.text);
	else if (fate != FATE_REFUSED)
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"a list of what is refused (%zu calls): calls that are newer than it are "
			"allowed",
			counts[FATE_REFUSED]);
	else
		audit_add(results, &claim, AUDIT_HOLDS,
			"%zu filter%s: %zu system calls are allowed, %zu with some arguments, %zu "
			"and all unknown ones refused",
			snapshot->n_filters, snapshot->n_filters == 1 ? "" : "s",
			counts[FATE_ALLOWED], counts[FATE_DEPENDS], counts[FATE_REFUSED]);
}

/* A process without a filter, or with fewer than the container's first one. */
static bool check_each(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_processes; i++) {
		const struct audit_process *process = &snapshot->processes[i];
		const struct audit_process *first = &snapshot->processes[0];

		if (process->seccomp_mode != 0 && process->n_filters >= first->n_filters)
			continue;
		is_found = true;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "process %d (%s) has %s",
			process->pid, process->name,
			process->seccomp_mode == 0 ? "no filter" : "fewer filters than the first");
	}
	return is_found;
}

void check_filters(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	if (check_each(snapshot, results))
		return;
	else if (snapshot->n_processes == 0 || snapshot->n_processes_hidden > 0)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "not every process of it may be read");
	else if (snapshot->filters_why)
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"each process has a filter, but what it allows was not read: %s",
			snapshot->filters_why);
	else if (snapshot->processes[0].seccomp_mode == 1)
		audit_add(results, &claim, AUDIT_HOLDS, "strict mode: read, write and exit");
	else
		add_counts(snapshot, results);
}
