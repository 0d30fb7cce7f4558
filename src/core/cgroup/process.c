/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: the groups in which a process is.
 */
#include "core/cgroup/internal.h"

#include <errno.h>

#include "base/text.h"

/* The hierarchy's group, as a directory; NULL: not to be seen from here. */
static const char *place_of(struct arena *arena, const struct cgroup_hierarchy *hierarchy)
{
	const char *below = hierarchy->own;

	if (below && !text_equal(hierarchy->root, "/"))
		below = text_after_prefix(below, hierarchy->root);
	if (!below || text_has_prefix(below, "/.."))
		return NULL;
	return arena_printf(arena, "%s%s", hierarchy->mount, text_equal(below, "/") ? "" : below);
}

static int read_host(struct arena *arena, pid_t pid, struct cgroup_host *ret, struct err *err)
{
	const char *mountinfo, *groups;
	char proc[32];
	int r = cgroup_text_read(arena, "/proc/self", "mountinfo", &mountinfo, err);

	text_format(proc, sizeof(proc), "/proc/%d", (int)pid);
	if (r == 0)
		r = cgroup_text_read(arena, proc, "cgroup", &groups, err);
	return r < 0 ? r : cgroup_host_parse(arena, mountinfo, groups, ret, err);
}

int cgroup_of_process(struct arena *arena, pid_t pid, struct cgroup *ret, struct err *err)
{
	struct cgroup group = { .kind = CGROUP_KIND_DISABLED };
	struct cgroup_host host;
	int r = read_host(arena, pid, &host, err);

	if (r < 0)
		return err_while(err, "cgroups of process %d", (int)pid);
	group.kind = host.kind;
	for (size_t i = 0; i < host.n_hierarchies; i++) {
		const struct cgroup_hierarchy *hierarchy = &host.hierarchies[i];
		const char *place = place_of(arena, hierarchy);

		if (place)
			group.dirs[group.n_dirs++] = (struct cgroup_dir){
				.path = place,
				.name = hierarchy->name,
				.controllers = hierarchy->controllers,
				.mount_length = (uint32_t)strlen(hierarchy->mount),
				.is_v2 = hierarchy->is_v2,
			};
	}
	*ret = group;
	return 0;
}

int cgroup_group_of_process(struct arena *arena, const struct cgroup *group, pid_t pid,
	struct cgroup *ret, struct err *err)
{
	struct cgroup own;
	const char *below;
	int r;

	if (group->kind != CGROUP_KIND_V2) {
		*ret = *group;
		return 0;
	}
	r = cgroup_of_process(arena, pid, &own, err);
	if (r < 0)
		return r;
	below = own.n_dirs > 0 ? text_after_prefix(own.dirs[0].path, group->dirs[0].path) : NULL;
	if (!below || (below[0] != '\0' && below[0] != '/'))
		return err_fail(err, ESRCH, "process %d is not in the cgroup %s", (int)pid,
			group->dirs[0].path);
	*ret = *group;
	ret->dirs[0].path = own.dirs[0].path;
	ret->dirs[0].n_made = 0;
	return 0;
}
