/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of a security module: each process has to have one, also those that came later. */
#include "base/text.h"
#include "inspect/audit/audit.h"

static bool is_confined(const struct audit_process *process)
{
	return !text_is_empty(process->label) && !text_has_prefix(process->label, "unconfined") &&
	       !text_has_prefix(process->label, "kernel");
}

void check_processes(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = {
		"lsm", "no second wall stands behind a mistake in mounts or capabilities",
		"a profile or label (process.apparmorProfile, process.selinuxLabel; --security-opt)"
	};
	bool is_found = false;

	if (!snapshot->lsm) {
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"this kernel runs neither AppArmor nor SELinux");
		return;
	}
	for (size_t i = 0; i < snapshot->n_processes; i++) {
		const struct audit_process *process = &snapshot->processes[i];

		if (is_confined(process))
			continue;
		is_found = true;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "process %d (%s) is unconfined",
			process->pid, process->name);
	}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS, "%s: all %zu processes are confined (%s)",
			snapshot->lsm, snapshot->n_processes,
			snapshot->n_processes > 0 ? snapshot->processes[0].label : "");
}
