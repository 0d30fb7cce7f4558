/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/scene.h"

#include <errno.h>
#include <unistd.h>

#include "base/warn.h"
#include "cli/engine/global.h"
#include "cli/engine/known.h"
#include "inspect/facts.h"
#include "inspect/holders.h"
#include "inspect/relations.h"

int scene_read(const struct command_call *call, struct scene *ret, struct err *err)
{
	const struct global_options *globals = call->globals;
	int r = view_scan(call->arena, &ret->view, err);

	if (r < 0)
		return r;
	holders_read_mounts(&ret->view);
	holders_read_descriptors(&ret->view);
	relations_read(&ret->view);
	view_sort(&ret->view);
	known_read(call->arena, globals->root, &ret->known, &ret->n_known);
	return 0;
}

void scene_done(struct scene *scene)
{
	view_done(&scene->view);
}

void scene_tell_of_hidden(const struct scene *scene)
{
	struct err note = ERR_INIT;

	if (scene->view.n_hidden == 0)
		return;
	err_fail(&note, EACCES,
		"hidden: %zu process%s whose namespaces this user may not see, and what only they "
		"hold%s",
		scene->view.n_hidden, scene->view.n_hidden == 1 ? "" : "es",
		geteuid() == 0 ? "" : "; root sees more");
	warn(&note);
}

const char *scene_pids(const struct scene *scene, struct view_process *process)
{
	const struct process_facts *facts = facts_of(&scene->view, process);
	const char *chain = NULL;

	for (size_t i = 0; i < facts->n_nspids; i++)
		chain = arena_printf(scene->view.arena, "%s%s%d", chain ? chain : "",
			chain ? "→" : "", facts->nspids[i]);
	return chain;
}
