/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "cli/engine/audit_groups.h"
#include "cli/engine/audit_print.h"
#include "cli/engine/commands.h"
#include "cli/engine/scene.h"
#include "inspect/audit/audit.h"
#include "inspect/audit/gather.h"

enum {
	STATUS_DOES_NOT_HOLD = 1,
	STATUS_FAILED = 125,
};

struct audit_options {
	const char *format;
	bool verbose, no_stop, no_probe;
};

static const struct option_spec audit_option_table[] = {
	OPTION_CHOICE(struct audit_options, format, "format", .argument = "text|json",
		.help = "lines for people (the default), or a list of objects"),
	OPTION_FLAG(struct audit_options, verbose, "verbose", .letter = 'v',
		.help = "what an attacker gains and what closes it for what holds, too"),
	OPTION_FLAG(struct audit_options, no_stop, "no-stop",
		.help = "do not stop a thread for the moment that reading its filters takes"),
	OPTION_FLAG(struct audit_options, no_probe, "no-probe", .help = "try nothing from inside"),
	OPTION_END,
};

static int find_subject(struct command_call *call, const struct scene *scene,
	struct audit_subject *ret, struct err *err)
{
	const struct audit_options *options = call->options;
	struct target target;
	int r = target_find_inside(
		&scene->view, scene->known, scene->n_known, call->args[0], &target, err);

	if (r < 0)
		return r;
	if (target.process->namespaces[NAMESPACE_KIND_MNT] == 0)
		return err_fail(err, EACCES,
			"process %d: its namespaces may not be seen, or it has ended",
			target.process->pid);
	*ret = (struct audit_subject){
		.view = &scene->view,
		.known = scene->known,
		.n_known = scene->n_known,
		.target = target.process,
		.may_stop = !options->no_stop,
		.may_probe = !options->no_probe,
	};
	return 0;
}

static int status_of(const struct audit_results *results)
{
	for (size_t i = 0; i < results->n_items; i++)
		if (results->items[i].outcome == AUDIT_DOES_NOT_HOLD)
			return STATUS_DOES_NOT_HOLD;
	return 0;
}

static int audit_run(struct command_call *call, struct err *err)
{
	const struct audit_options *options = call->options;
	struct audit_snapshot snapshot = { .arena = call->arena };
	struct audit_results results = { .arena = call->arena };
	struct audit_subject subject;
	AUTO_SCENE scene = SCENE_INIT;
	int r = scene_read(call, &scene, err);

	if (r == 0)
		r = find_subject(call, &scene, &subject, err);
	if (r == 0)
		r = audit_gather(&subject, &snapshot, err);
	if (r < 0)
		return r;
	audit_groups_read(subject.target->pid, &snapshot);
	audit_check(&snapshot, &results);
	if (options->format && text_equal(options->format, "json"))
		audit_print_json(&results, call->out);
	else
		audit_print_text(&results, options->verbose, call->out);
	call->exit_status = status_of(&results);
	return 0;
}

const struct command engine_command_audit = {
	.name = "audit",
	.arguments = "NAME|PID",
	.summary = "try, from the kernel's side, whether a container's isolation holds",
	.description =
		"The target is a container of any engine or any process, named as for enter. Each "
		"line says\n"
		"that something holds, does not hold, or was not tried and why; where it does not "
		"hold, what an\n"
		"attacker gains and which options close it. Nothing of the target is written, "
		"frozen or killed;\n"
		"to read its filter of system calls one of its threads is stopped for some ten "
		"microseconds.\n"
		"Exit status: 0 when nothing was found that does not hold, 1 when something was, "
		"125 when the\n"
		"audit itself failed. As root; another user is told what could not be tried.",
	.options = audit_option_table,
	.options_size = sizeof(struct audit_options),
	.min_args = 1,
	.max_args = 1,
	.failure_status = STATUS_FAILED,
	.run = audit_run,
};
