/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: a group together with the groups below it: walking, processes, removal.
 */
#include "core/cgroup/internal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum {
	DESTROY_LIMIT_MSEC = 2000,
	DEPTH_MAX = 256, /* the container may nest groups; a path ends at PATH_MAX anyway */
};

typedef int visit_fn(const char *dir, void *context, struct err *err);

static void close_stream(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

/* Each directory in a directory is a link to it; kernfs counts them. */
static bool has_no_child(const char *dir)
{
	struct stat st;

	return stat(dir, &st) == 0 && st.st_nlink == 2;
}

static int for_each_child(const char *dir, visit_fn *visit, void *context, struct err *err)
{
	if (has_no_child(dir))
		return 0;
	__attribute__((cleanup(close_stream))) DIR *stream = opendir(dir);
	struct dirent *entry;

	if (!stream)
		return errno == ENOENT ? 0 : err_sys(err, "open %s", dir);
	while ((entry = readdir(stream))) {
		char path[PATH_MAX];
		int r;

		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		if (strlen(dir) + strlen(entry->d_name) + 2 > sizeof(path))
			return err_sys_code(err, ENAMETOOLONG, "open %s/%s", dir, entry->d_name);
		text_format(path, sizeof(path), "%s/%s", dir, entry->d_name);
		r = visit(path, context, err);
		if (r < 0)
			return r;
	}
	return 0;
}

struct walk {
	visit_fn *visit;
	void *context;
	int depth;
};

static int walk_one(const char *dir, void *context, struct err *err)
{
	struct walk *walk = context;
	int r;

	if (walk->depth >= DEPTH_MAX)
		return err_fail(err, ELOOP, "cgroup %s lies too deep", dir);
	r = walk->visit(dir, walk->context, err);
	if (r < 0)
		return r;
	walk->depth++;
	r = for_each_child(dir, walk_one, walk, err);
	walk->depth--;
	return r;
}

int cgroup_walk(const char *dir, int (*visit)(const char *dir, void *context, struct err *err),
	void *context, struct err *err)
{
	struct walk walk = { .visit = visit, .context = context };

	return walk_one(dir, &walk, err);
}

/* ---- processes ---- */

struct pid_list {
	struct arena *arena;
	pid_t *pids;
	size_t n_pids;
};

static int collect_pids(const char *dir, void *context, struct err *err)
{
	struct pid_list *list = context;
	struct err problem = ERR_INIT;
	const char *text;
	int r = cgroup_text_read(list->arena, dir, "cgroup.procs", &text, &problem);

	/* Gone meanwhile; or a threaded group, whose processes the domain above it lists. */
	if (r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	while (*text) {
		pid_t pid = (pid_t)strtol(text, NULL, 10);

		if (pid > 0) /* 0: a process that this pid namespace does not see */
			ARENA_APPEND(list->arena, list->pids, list->n_pids) = pid;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

static size_t sort_unique(pid_t *pids, size_t n_pids)
{
	size_t n_kept = 0;

	if (n_pids > 1)
		qsort(pids, n_pids, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < n_pids; i++)
		if (i == 0 || pids[i] != pids[n_kept - 1])
			pids[n_kept++] = pids[i];
	return n_kept;
}

int cgroup_list_pids(struct arena *arena, const struct cgroup *group, pid_t **ret,
	size_t *ret_count, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_main_dir(group);
	struct pid_list list = { .arena = arena };
	int r = dir ? cgroup_walk(dir->path, collect_pids, &list, err) : 0;

	if (r < 0)
		return err_while(err, "cgroup processes");
	*ret = list.pids;
	*ret_count = sort_unique(list.pids, list.n_pids);
	return 0;
}

int cgroup_signal_all(const struct cgroup *group, int signal_number, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	size_t n_pids, n_sent = 0;
	pid_t *pids;
	int r = cgroup_list_pids(&arena, group, &pids, &n_pids, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_pids; i++) {
		if (pids[i] == getpid())
			continue;
		if (kill(pids[i], signal_number) == 0)
			n_sent++;
		else if (errno != ESRCH)
			return err_sys(err, "kill process %d", (int)pids[i]);
	}
	if (n_sent == 0)
		return err_sys_code(err, ESRCH, "kill: the cgroup is empty");
	return 0;
}

/* ---- removal ---- */

/* Children first. What is busy or new stays for the next round. */
static int remove_tree(const char *dir, void *context, struct err *err)
{
	int *depth = context;
	int r;

	if (rmdir(dir) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return err_sys(err, "rmdir %s", dir);
	if (*depth >= DEPTH_MAX)
		return err_fail(err, ELOOP, "cgroup %s lies too deep", dir);
	++*depth;
	r = for_each_child(dir, remove_tree, depth, err);
	--*depth;
	if (r < 0)
		return r;
	if (rmdir(dir) == 0 || errno == ENOENT || errno == EBUSY || errno == ENOTEMPTY)
		return 0;
	return err_sys(err, "rmdir %s", dir);
}

static int refuse_to_leave(const char *dir, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct pid_list list = { .arena = &arena };
	struct err ignored = ERR_INIT;

	cgroup_walk(dir, collect_pids, &list, &ignored);
	list.n_pids = sort_unique(list.pids, list.n_pids);
	if (list.n_pids > 0)
		err_fail(err, EBUSY, "rmdir %s: %zu process(es) are still in it, the first is %d",
			dir, list.n_pids, (int)list.pids[0]);
	else
		err_sys_code(err, EBUSY, "rmdir %s", dir);
	return err_path(err, dir);
}

static int remove_leaf(const char *dir, struct cgroup_wait *wait, struct err *err)
{
	for (;;) {
		int depth = 0;
		int r = remove_tree(dir, &depth, err);

		if (r < 0)
			return r;
		if (access(dir, F_OK) < 0)
			return 0;
		if (!cgroup_wait_next(wait))
			return refuse_to_leave(dir, err);
	}
}

/* The parents that were made for this group, as long as they are empty. */
static void remove_parents(const struct cgroup_dir *dir)
{
	char path[PATH_MAX];

	text_copy(path, sizeof(path), dir->path);
	for (uint32_t i = 1; i < dir->n_made; i++) {
		*strrchr(path, '/') = '\0';
		if (rmdir(path) < 0 && errno != ENOENT)
			return;
	}
}

/* All directories are tried, also after one that cannot be removed. */
int cgroup_destroy(const struct cgroup *group, struct err *err)
{
	struct cgroup_wait wait = cgroup_wait_start(DESTROY_LIMIT_MSEC);
	struct err first = ERR_INIT;

	for (size_t i = 0; i < group->n_dirs; i++) {
		struct err one = ERR_INIT;

		if (group->dirs[i].n_made == 0)
			continue;
		if (rmdir(group->dirs[i].path) < 0 && errno != ENOENT &&
			remove_leaf(group->dirs[i].path, &wait, &one) < 0) {
			if (first.code == 0)
				first = one;
			continue;
		}
		remove_parents(&group->dirs[i]);
	}
	if (first.code == 0)
		return 0;
	*err = first;
	return err_while(err, "cgroup");
}
