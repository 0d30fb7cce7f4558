/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/entering.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "inspect/facts.h"

enum {
	STATUS_NOT_FOUND = 127,
	STATUS_NOT_EXECUTABLE = 126,
};

static const enum namespace_kind kinds[OCI_NAMESPACE_COUNT] = {
	[OCI_NAMESPACE_MNT] = NAMESPACE_KIND_MNT,
	[OCI_NAMESPACE_PID] = NAMESPACE_KIND_PID,
	[OCI_NAMESPACE_NET] = NAMESPACE_KIND_NET,
	[OCI_NAMESPACE_IPC] = NAMESPACE_KIND_IPC,
	[OCI_NAMESPACE_UTS] = NAMESPACE_KIND_UTS,
	[OCI_NAMESPACE_USER] = NAMESPACE_KIND_USER,
	[OCI_NAMESPACE_CGROUP] = NAMESPACE_KIND_CGROUP,
	[OCI_NAMESPACE_TIME] = NAMESPACE_KIND_TIME,
};

enum namespace_kind entering_kind(enum oci_namespace_type type)
{
	return kinds[type];
}

int entering_find(const struct scene *scene, const char *text, struct target *ret, struct err *err)
{
	int r = target_find_inside(&scene->view, scene->known, scene->n_known, text, ret, err);

	if (r < 0)
		return r;
	if (ret->process->namespaces[NAMESPACE_KIND_MNT] != 0)
		return 0;
	return err_fail(err, EACCES, "process %d: its namespaces may not be seen, or it has ended",
		ret->process->pid);
}

void entering_choose(struct arena *arena, const struct scene *scene,
	const struct view_process *target, const struct entering_choice *choice,
	const char *ret[OCI_NAMESPACE_COUNT])
{
	const struct view_process *own = view_find_process(&scene->view, getpid());

	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		uint64_t inode = target->namespaces[kinds[i]];

		ret[i] = choice->files[i];
		if (!ret[i] && choice->is_wanted[i] && inode != 0 &&
			(!own || own->namespaces[kinds[i]] != inode))
			ret[i] = arena_printf(arena, "/proc/%d/ns/%s", target->pid,
				namespace_kind_name(kinds[i]));
	}
}

const char **entering_environment(struct arena *arena, const struct view *view, pid_t target)
{
	size_t length, n = 0;
	const char *text = facts_bytes(view, target, "environ", &length);
	const char **env = NULL;

	for (const char *end = text + length; text < end; text += strlen(text) + 1)
		ARENA_APPEND(arena, env, n) = text;
	ARENA_APPEND(arena, env, n) = NULL;
	return env;
}

bool entering_has_terminal(struct arena *arena, const struct enter_request *request)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && request->paths[OCI_NAMESPACE_MNT] &&
	       access(arena_printf(arena, "/proc/%d/root/dev/pts/ptmx", request->target), F_OK) ==
		       0;
}

int entering_run(struct command_call *call, const struct enter_request *request, struct err *err)
{
	int r = enter_run(request, &call->exit_status, err);

	if (r == -ENOENT && text_has_prefix(err->text, "exec"))
		call->failure_status = STATUS_NOT_FOUND;
	else if (r == -EACCES && text_has_prefix(err->text, "exec"))
		call->failure_status = STATUS_NOT_EXECUTABLE;
	return r;
}
