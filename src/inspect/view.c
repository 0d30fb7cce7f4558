/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/clone.h"
#include "sys/directory.h"
#include "sys/nsfs.h"

enum {
	LINK_BYTES = 64,
	BUCKETS_MIN = 256, /* a power of two */
};

static const uint64_t kind_types[NAMESPACE_KIND_COUNT] = {
	[NAMESPACE_KIND_MNT] = CLONE_NEWNS,
	[NAMESPACE_KIND_PID] = CLONE_NEWPID,
	[NAMESPACE_KIND_NET] = CLONE_NEWNET,
	[NAMESPACE_KIND_IPC] = CLONE_NEWIPC,
	[NAMESPACE_KIND_UTS] = CLONE_NEWUTS,
	[NAMESPACE_KIND_USER] = CLONE_NEWUSER,
	[NAMESPACE_KIND_CGROUP] = CLONE_NEWCGROUP,
	[NAMESPACE_KIND_TIME] = CLONE_NEWTIME,
};

const char *namespace_kind_name(enum namespace_kind kind)
{
	return nsfs_name(kind_types[kind]);
}

uint64_t namespace_kind_type(enum namespace_kind kind)
{
	return kind_types[kind];
}

int namespace_kind_parse(const char *name, enum namespace_kind *ret)
{
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		if (text_equal(namespace_kind_name(kind), name)) {
			*ret = kind;
			return 0;
		}
	}
	return -EINVAL;
}

enum namespace_kind namespace_kind_of_type(uint64_t type)
{
	enum namespace_kind kind = 0;

	while (kind_types[kind] != type)
		kind++;
	return kind;
}

/* ---- the namespaces by inode: open addressing, at most half full ---- */

static struct view_namespace **find_bucket(const struct view *view, uint64_t inode)
{
	size_t at = (size_t)(inode * 0x9e3779b97f4a7c15u >> 32) & (view->n_buckets - 1);

	while (view->buckets[at] && view->buckets[at]->inode != inode)
		at = (at + 1) & (view->n_buckets - 1);
	return &view->buckets[at];
}

static void make_buckets(struct view *view)
{
	if (view->n_namespaces * 2 < view->n_buckets)
		return;
	view->n_buckets = view->n_buckets ? 2 * view->n_buckets : BUCKETS_MIN;
	view->buckets = ARENA_NEW_ARRAY(view->arena, view->n_buckets, struct view_namespace *);
	for (size_t i = 0; i < view->n_namespaces; i++)
		*find_bucket(view, view->namespaces[i]->inode) = view->namespaces[i];
}

struct view_namespace *view_find(const struct view *view, uint64_t inode)
{
	return view->n_buckets > 0 ? *find_bucket(view, inode) : NULL;
}

struct view_namespace *view_add(struct view *view, enum namespace_kind kind, uint64_t inode)
{
	struct view_namespace *namespace = view_find(view, inode);

	if (namespace)
		return namespace;
	make_buckets(view);
	namespace = ARENA_NEW(view->arena, struct view_namespace);
	*namespace = (struct view_namespace){ .kind = kind, .inode = inode };
	ARENA_APPEND(view->arena, view->namespaces, view->n_namespaces) = namespace;
	*find_bucket(view, inode) = namespace;
	return namespace;
}

static int compare_namespaces(const void *a, const void *b)
{
	const struct view_namespace *const *x = a, *const *y = b;

	return ((*x)->inode > (*y)->inode) - ((*x)->inode < (*y)->inode);
}

void view_sort(struct view *view)
{
	if (view->n_namespaces > 0)
		qsort(view->namespaces, view->n_namespaces, sizeof(view->namespaces[0]),
			compare_namespaces);
}

/* ---- the processes ---- */

static int compare_processes(const void *a, const void *b)
{
	const struct view_process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

struct view_process *view_find_process(const struct view *view, pid_t pid)
{
	const struct view_process key = { .pid = pid };

	if (view->n_processes == 0)
		return NULL;
	return bsearch(&key, view->processes, view->n_processes, sizeof(key), compare_processes);
}

const struct view_process *view_first_process(const struct view *view)
{
	for (size_t i = 0; i < view->n_processes; i++)
		if (view->processes[i].namespaces[NAMESPACE_KIND_MNT] != 0)
			return &view->processes[i];
	return NULL;
}

/*
 * The inode, or 0 with errno: EACCES is for another user's process, ENOENT and ESRCH for one that
 * is ending.
 */
static uint64_t read_link(int ns_dir, const char *name)
{
	char text[LINK_BYTES];
	uint64_t type, inode;
	ssize_t length = readlinkat(ns_dir, name, text, sizeof(text) - 1);

	if (length < 0)
		return 0;
	text[length] = '\0';
	errno = 0;
	return nsfs_parse_link(text, &type, &inode) == 0 ? inode : 0;
}

/* Reads the links of one process. Returns whether any was refused. */
static bool read_namespaces(int proc_fd, struct view_process *process)
{
	char path[LINK_BYTES];
	bool is_refused = false;

	text_format(path, sizeof(path), "%d/ns", process->pid);
	AUTO_FD int ns_dir = openat(proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ns_dir < 0)
		return errno == EACCES || errno == EPERM;
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		process->namespaces[kind] = read_link(ns_dir, namespace_kind_name(kind));
		if (process->namespaces[kind] == 0)
			is_refused |= errno == EACCES || errno == EPERM;
	}
	if (is_refused)
		return true;
	process->pid_for_children = read_link(ns_dir, "pid_for_children");
	process->time_for_children = read_link(ns_dir, "time_for_children");
	return false;
}

static void count_process(struct view *view, struct view_process *process)
{
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		struct view_namespace *namespace;

		if (process->namespaces[kind] == 0)
			continue;
		namespace = view_add(view, kind, process->namespaces[kind]);
		namespace->n_processes++;
		if (!namespace->first)
		namespace->first = process;
	}
}

static int open_proc(int *ret_fd, struct err *err)
{
	struct statfs fs;

	AUTO_FD int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc");
	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC) {
		err_fail(err, ENOENT, "/proc is not mounted: no process can be seen");
		return err_hint(err, "mount -t proc proc /proc");
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int list_processes(struct view *view, struct err *err)
{
	struct directory directory = DIRECTORY_INIT(view->proc_fd);
	const char *name;
	int r;

	while ((r = directory_next(&directory, &name, err)) > 0) {
		uint32_t pid;

		if (parse_u32(name, &pid) < 0)
			continue;
		ARENA_APPEND(view->arena, view->processes,
			view->n_processes) = (struct view_process){ .pid = (pid_t)pid };
	}
	if (r < 0)
		return err_while(err, "/proc");
	if (view->n_processes > 0)
		qsort(view->processes, view->n_processes, sizeof(view->processes[0]),
			compare_processes);
	return 0;
}

int view_scan(struct arena *arena, struct view *ret, struct err *err)
{
	int r = open_proc(&ret->proc_fd, err);

	ret->arena = arena;
	ret->names = ARENA_NEW(arena, struct view_names);
	if (r == 0)
		r = list_processes(ret, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ret->n_processes; i++) {
		struct view_process *process = &ret->processes[i];

		process->is_hidden = read_namespaces(ret->proc_fd, process);
		ret->n_hidden += process->is_hidden;
		count_process(ret, process);
	}
	return 0;
}

void view_done(struct view *view)
{
	fd_replace(&view->proc_fd, -1);
}
