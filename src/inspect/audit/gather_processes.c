/* SPDX-License-Identifier: Apache-2.0 */
/* Which processes are the container's, and what each may do (proc_pid_status(5)). */
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "inspect/audit/gather.h"
#include "inspect/facts.h"

/* ---- a status ---- */

static uint64_t take_hex(const char *text)
{
	uint64_t value = 0;

	for (; strchr("0123456789abcdef", *text) && *text != '\0'; text++)
		value = value << 4 | (uint64_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return value;
}

static uint64_t take_decimal(const char *text)
{
	uint64_t value = 0;

	(void)parse_u64_n(text, strspn(text, "0123456789"), &value);
	return value;
}

static void take_line(const char *line, struct audit_process *process)
{
	const char *value;

	if ((value = text_after_prefix(line, "CapInh:\t")))
		process->inheritable = take_hex(value);
	else if ((value = text_after_prefix(line, "CapPrm:\t")))
		process->permitted = take_hex(value);
	else if ((value = text_after_prefix(line, "CapEff:\t")))
		process->effective = take_hex(value);
	else if ((value = text_after_prefix(line, "CapBnd:\t")))
		process->bounding = take_hex(value);
	else if ((value = text_after_prefix(line, "CapAmb:\t")))
		process->ambient = take_hex(value);
	else if ((value = text_after_prefix(line, "NoNewPrivs:\t")))
		process->no_new_privileges = *value == '1';
	else if ((value = text_after_prefix(line, "Seccomp:\t")))
		process->seccomp_mode = (unsigned)take_decimal(value);
	else if ((value = text_after_prefix(line, "Seccomp_filters:\t")))
		process->n_filters = (unsigned)take_decimal(value);
	else if ((value = text_after_prefix(line, "Uid:\t")) && strchr(value, '\t'))
		process->uid = (uid_t)take_decimal(strchr(value, '\t') + 1);
}

void gather_parse_status(const char *text, struct audit_process *ret)
{
	while (*text != '\0') {
		take_line(text, ret);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	/* before 5.9 their number is not told: one at least */
	if (ret->seccomp_mode == 2 && ret->n_filters == 0)
		ret->n_filters = 1;
}

/* ---- which ---- */

static bool shares(const struct audit_subject *subject, const struct view_process *process,
	enum namespace_kind kind)
{
	uint64_t inode = subject->target->namespaces[kind];

	return inode != 0 && process->namespaces[kind] == inode &&
	       !gather_is_host_namespace(subject->view, kind, inode);
}

static bool is_below_pid_namespace(
	const struct audit_subject *subject, const struct view_process *process)
{
	uint64_t top = subject->target->namespaces[NAMESPACE_KIND_PID];
	uint64_t inode = process->namespaces[NAMESPACE_KIND_PID];

	if (top == 0 || gather_is_host_namespace(subject->view, NAMESPACE_KIND_PID, top))
		return false;
	while (inode != 0 && inode != top) {
		const struct view_namespace *namespace = view_find(subject->view, inode);

		inode = namespace ? namespace->parent : 0;
	}
	return inode == top;
}

static bool is_member(const struct audit_subject *subject, struct view_process *process)
{
	struct container_name own, other;

	if (process == subject->target || shares(subject, process, NAMESPACE_KIND_MNT) ||
		is_below_pid_namespace(subject, process))
		return true;
	own = container_of(subject->view, subject->target, subject->known, subject->n_known);
	other = container_of(subject->view, process, subject->known, subject->n_known);
	return own.engine && other.engine && !text_equal(own.engine, "unit") &&
	       text_equal(own.engine, other.engine) && text_equal(own.id, other.id);
}

static void add(const struct audit_subject *subject, struct audit_snapshot *snapshot,
	struct view_process *process)
{
	const struct view *view = subject->view;
	const struct process_facts *facts = facts_of(view, process);
	struct audit_process added = { .pid = process->pid, .name = facts->name };
	const char *status = facts_file(view, process->pid, "status");
	const char *label;

	if (facts->state == 0 || facts->state == 'Z')
		return; /* it has ended */
	if (status[0] == '\0') {
		snapshot->n_processes_hidden++;
		return;
	}
	gather_parse_status(status, &added);
	added.inside = facts->n_nspids > 0 ? facts->nspids[facts->n_nspids - 1] : 0;
	label = facts_file(view, process->pid, "attr/current");
	added.label = arena_strndup(view->arena, label, strcspn(label, "\n"));
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++)
		added.is_in_host_namespace[kind] = process->namespaces[kind] != 0 &&
						   gather_is_host_namespace(
							   view, kind, process->namespaces[kind]);
	ARENA_APPEND(snapshot->arena, snapshot->processes, snapshot->n_processes) = added;
}

void gather_processes(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	add(subject, snapshot, subject->target);
	for (size_t i = 0; i < subject->view->n_processes; i++) {
		struct view_process *process = &subject->view->processes[i];

		if (process != subject->target && is_member(subject, process))
			add(subject, snapshot, process);
	}
}
