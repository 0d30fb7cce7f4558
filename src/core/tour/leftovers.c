/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tour/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/cgroup/cgroup.h"
#include "sys/directory.h"

static const char name_prefix[] = "hull-tour-";

const char *tour_group_name(struct arena *arena, pid_t pid)
{
	return arena_printf(arena, "%s%d", name_prefix, (int)pid);
}

/* The name is a tour's, and its process is gone. */
static bool is_leftover(const char *name)
{
	const char *number = text_after_prefix(name, name_prefix);
	uint64_t pid;

	return number && parse_u64_n(number, strlen(number), &pid) == 0 && pid > 0 &&
	       pid <= INT_MAX && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* Processes in it: a tour of another pid namespace, or one that is just ending. */
static int remove_group(struct arena *arena, const struct cgroup *group, struct err *err)
{
	size_t n_pids;
	pid_t *pids;
	int r = cgroup_list_pids(arena, group, &pids, &n_pids, err);

	return r < 0 || n_pids > 0 ? r : cgroup_destroy(group, err);
}

/* In the directory above the one that a tour of ours would have. */
static int remove_beside(
	struct arena *arena, const struct cgroup *group, size_t index, struct err *err)
{
	const struct cgroup_dir *dir = &group->dirs[index];
	const char *parent = arena_strndup(
		arena, dir->path, (size_t)(strrchr(dir->path, '/') - dir->path));
	AUTO_FD int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct directory directory = DIRECTORY_INIT(fd);
	const char *name;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open %s", parent);
	while ((r = directory_next(&directory, &name, err)) > 0) {
		struct cgroup one = { .kind = group->kind, .n_dirs = 1, .dirs = { *dir } };

		if (!is_leftover(name))
			continue;
		one.dirs[0].path = arena_printf(arena, "%s/%s", parent, name);
		one.dirs[0].n_made = 1;
		r = remove_group(arena, &one, err);
		if (r < 0)
			return r;
	}
	return r;
}

int tour_remove_leftovers(struct arena *arena, struct err *err)
{
	struct cgroup_host host;
	struct cgroup group;
	int r = cgroup_host_read(arena, &host, err);

	if (r == 0)
		r = cgroup_plan_paths(arena, &host, tour_group_name(arena, 1), NULL, &group, err);
	for (size_t i = 0; r == 0 && i < group.n_dirs; i++)
		r = remove_beside(arena, &group, i, err);
	return r < 0 ? err_while(err, "what an earlier tour left") : 0;
}
