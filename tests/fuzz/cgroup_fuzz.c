/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the groups are (the texts of mountinfo and cgroup, with a form feed between them), where a
 * container's would be, and the record of it: whatever is planned lies below a mount, and what is
 * written is read again as the same. The texts' lines are tried as a record as well.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/cgroup/internal.h"

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_paths(const struct cgroup_host *host, const struct cgroup *group)
{
	require(group->n_dirs == host->n_hierarchies);
	for (size_t i = 0; i < group->n_dirs; i++) {
		const char *mount = host->hierarchies[i].mount, *path = group->dirs[i].path;

		require(strncmp(path, mount, strlen(mount)) == 0);
		require(strlen(path) > strlen(mount));
	}
}

static void check_record(struct arena *arena, const struct cgroup *group)
{
	struct err err = ERR_INIT;
	struct cgroup again;
	const char **strings;
	size_t n_strings;

	if (cgroup_to_strings(arena, group, &strings, &n_strings, &err) < 0 ||
		cgroup_from_strings(arena, strings, n_strings, &again, &err) < 0)
		return;
	require(again.n_dirs == group->n_dirs);
	for (size_t i = 0; i < again.n_dirs; i++)
		require(strcmp(again.dirs[i].path, group->dirs[i].path) == 0 &&
			again.dirs[i].is_v2 == group->dirs[i].is_v2 &&
			again.dirs[i].controllers == group->dirs[i].controllers);
}

static void try_record(struct arena *arena, char *text)
{
	const char *lines[CGROUP_DIRS_MAX];
	struct err err = ERR_INIT;
	struct cgroup group;
	size_t n_lines = 0;

	for (char *line = text; line && n_lines < CGROUP_DIRS_MAX;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		lines[n_lines++] = line;
		line = end ? end + 1 : NULL;
	}
	if (cgroup_from_strings(arena, lines, n_lines, &group, &err) < 0)
		return;
	for (size_t i = 0; i < group.n_dirs; i++)
		require(group.dirs[i].path[0] == '/' && !strstr(group.dirs[i].path, "/../"));
	check_record(arena, &group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *mountinfo = arena_strndup(&arena, (const char *)data, size);
	char *own = strchr(mountinfo, '\f');
	struct err err = ERR_INIT;
	struct cgroup_host host;
	struct cgroup group;

	if (own)
		*own++ = '\0';
	if (cgroup_host_parse(&arena, mountinfo, own ? own : "", &host, &err) == 0 &&
		cgroup_plan_paths(&arena, &host, own, "c1", &group, &err) == 0) {
		check_paths(&host, &group);
		check_record(&arena, &group);
	}
	try_record(&arena, mountinfo);
	return 0;
}
