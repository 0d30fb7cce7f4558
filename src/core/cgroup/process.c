/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: the group below a container's in which one of its processes is.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* The path behind "0::" in the text of /proc/PID/cgroup. */
static const char *unified_path(struct arena *arena, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (text_has_prefix(text, "0::/"))
			return arena_strndup(arena, text + 3, length - 3);
		text += length + (text[length] == '\n');
	}
	return NULL;
}

/* NULL: not to be seen from here. */
static const char *place_of(struct arena *arena, const struct cgroup_host *host, const char *path)
{
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		const struct cgroup_hierarchy *hierarchy = &host->hierarchies[i];
		const char *below = path;

		if (!hierarchy->is_v2)
			continue;
		if (strcmp(hierarchy->root, "/") != 0)
			below = text_after_prefix(path, hierarchy->root);
		return below ? arena_printf(arena, "%s%s", hierarchy->mount, below) : NULL;
	}
	return NULL;
}

int cgroup_group_of_process(struct arena *arena, const struct cgroup *group, pid_t pid,
	struct cgroup *ret, struct err *err)
{
	char proc[32];
	struct cgroup_host host;
	const char *text, *path, *place, *below;
	int r;

	if (group->kind != CGROUP_KIND_V2) {
		*ret = *group;
		return 0;
	}
	text_format(proc, sizeof(proc), "/proc/%d", (int)pid);
	r = cgroup_host_read(arena, &host, err);
	if (r == 0)
		r = cgroup_text_read(arena, proc, "cgroup", &text, err);
	if (r < 0)
		return err_while(err, "cgroup of process %d", (int)pid);
	path = unified_path(arena, text);
	place = path ? place_of(arena, &host, path) : NULL;
	below = place ? text_after_prefix(place, group->dirs[0].path) : NULL;
	if (!below || (below[0] != '\0' && below[0] != '/'))
		return err_fail(err, ESRCH, "process %d is not in the cgroup %s", (int)pid,
			group->dirs[0].path);
	*ret = *group;
	ret->dirs[0].path = place;
	ret->dirs[0].n_made = 0;
	return 0;
}
