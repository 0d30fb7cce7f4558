/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks that hull-init runs, in the container's namespaces. The others are the caller's. */
#include "core/planner/planner.h"

#include <string.h>

static plan_strings list_of(struct planner *planner, const char *const *strings, size_t n)
{
	const char **list = ARENA_NEW_ARRAY(planner->arena, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		list[i] = strings[i];
	return list;
}

static plan_slot_index log_slot(struct planner *planner, const char *path, const char *config)
{
	plan_slot_index index = PLAN_NO_SLOT;
	struct slot *slot;

	if (!path)
		return index;
	slot = planner_add_slot(planner, SLOT_LOG, &index);
	slot->path = path;
	slot->config = config;
	return index;
}

/* One pair of files for all hooks that hull-init runs. */
static void add_logs(struct planner *planner)
{
	const struct oci_extensions *extensions = &planner->config->extensions;

	if (planner->has_hook_logs)
		return;
	planner->has_hook_logs = true;
	planner->hook_output = log_slot(
		planner, extensions->hooks_stdout, "/annotations/run.oci.hooks.stdout");
	planner->hook_errors = log_slot(
		planner, extensions->hooks_stderr, "/annotations/run.oci.hooks.stderr");
}

int planner_add_hooks(struct planner *planner, enum oci_hook_kind kind, struct err *err)
{
	const struct oci_hook_list *list = &planner->config->hooks[kind];
	const char *name = oci_hook_names[kind].name;
	const char *state = kind == OCI_HOOK_START_CONTAINER ? planner->options->start_state
							     : planner->options->create_state;

	(void)err;
	if (list->n_hooks)
		add_logs(planner);
	for (size_t i = 0; i < list->n_hooks; i++) {
		const struct oci_hook *hook = &list->hooks[i];
		struct step *step = planner_add(
			planner, STEP_HOOK, planner_format(planner, "/hooks/%s/%zu", name, i));

		step->hook = (struct step_hook){
			.kind = name,
			.index = i,
			.path = hook->path,
			.args = list_of(planner, hook->args, hook->n_args),
			.env = list_of(planner, hook->env, hook->n_env),
			.timeout_sec = hook->timeout ? (uint64_t)*hook->timeout : 0,
			.state = { .data = state, .size = state ? strlen(state) : 0 },
			.output = planner->hook_output,
			.errors = planner->hook_errors,
		};
	}
	return 0;
}
