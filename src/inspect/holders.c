/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/holders.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/beneath.h"
#include "sys/directory.h"
#include "sys/mountinfo.h"
#include "sys/nsfs.h"

enum { PATH_BYTES = 64, LINK_BYTES = 64 };

static void add_holder(
	struct view *view, enum namespace_kind kind, uint64_t inode, struct view_holder holder)
{
	struct view_namespace *namespace = view_add(view, kind, inode);

	ARENA_APPEND(view->arena, namespace->holders, namespace->n_holders) = holder;
}

/* ---- mounts ---- */

struct mount_visit {
	struct view *view;
	pid_t pid;
};

static int visit_mount(const struct mountinfo *mount, void *context, struct err *err)
{
	struct mount_visit *visit = context;
	uint64_t type, inode;

	(void)err;
	if (!text_equal(mount->type, "nsfs") || nsfs_parse_link(mount->root, &type, &inode) < 0)
		return 0;
	add_holder(visit->view, namespace_kind_of_type(type), inode,
		(struct view_holder){
			.kind = HOLDER_KIND_MOUNT,
			.pid = visit->pid,
			.path = arena_strdup(visit->view->arena, mount->mount_point),
		});
	return 0;
}

static void read_mounts_of(struct view *view, pid_t pid)
{
	struct mount_visit visit = { view, pid };
	struct err ignored = ERR_INIT; /* the process ended, or may not be looked at */
	char path[PATH_BYTES];

	text_format(path, sizeof(path), "%d/mountinfo", pid);
	AUTO_FD int fd = openat(view->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)mountinfo_read(fd, visit_mount, &visit, &ignored);
}

void holders_read_mounts(struct view *view)
{
	/* What is added on the way has no process, and thus no mounts of its own. */
	for (size_t i = 0, n = view->n_namespaces; i < n; i++) {
		const struct view_namespace *namespace = view->namespaces[i];

		if (namespace->kind == NAMESPACE_KIND_MNT && namespace->first)
			read_mounts_of(view, namespace->first->pid);
	}
}

/* ---- descriptors ---- */

static bool read_link(int dir_fd, const char *name, uint64_t *ret_type, uint64_t *ret_inode)
{
	char text[LINK_BYTES]; /* a longer one is cut off and no namespace */
	ssize_t length = readlinkat(dir_fd, name, text, sizeof(text) - 1);

	if (length < 0)
		return false;
	text[length] = '\0';
	return nsfs_parse_link(text, ret_type, ret_inode) == 0;
}

static void read_descriptors_of(struct view *view, pid_t pid)
{
	char path[PATH_BYTES];
	const char *name;
	struct err ignored = ERR_INIT;

	text_format(path, sizeof(path), "%d/fd", pid);
	AUTO_FD int fd = openat(view->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct directory directory = DIRECTORY_INIT(fd);
	if (fd < 0)
		return;
	while (directory_next(&directory, &name, &ignored) > 0) {
		uint64_t type, inode;
		uint32_t number;

		if (!read_link(fd, name, &type, &inode) || parse_u32(name, &number) < 0)
			continue;
		add_holder(view, namespace_kind_of_type(type), inode,
			(struct view_holder){
				.kind = HOLDER_KIND_DESCRIPTOR,
				.pid = pid,
				.descriptor = (int)number,
			});
	}
}

static void add_children_of(struct view *view, const struct view_process *process)
{
	const struct {
		enum namespace_kind kind;
		uint64_t inode;
	} chosen[] = {
		{ NAMESPACE_KIND_PID, process->pid_for_children },
		{ NAMESPACE_KIND_TIME, process->time_for_children },
	};

	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
		if (chosen[i].inode != 0 && chosen[i].inode != process->namespaces[chosen[i].kind])
			add_holder(view, chosen[i].kind, chosen[i].inode,
				(struct view_holder){
					.kind = HOLDER_KIND_CHILDREN,
					.pid = process->pid,
				});
}

void holders_read_descriptors(struct view *view)
{
	for (size_t i = 0; i < view->n_processes; i++) {
		const struct view_process *process = &view->processes[i];

		/* a kernel thread or one that is ending has neither, another user's is closed */
		if (process->namespaces[NAMESPACE_KIND_MNT] == 0)
			continue;
		read_descriptors_of(view, process->pid);
		add_children_of(view, process);
	}
}

/* ---- opening ---- */

/* The path was read in another mount namespace and may lead to something else by now. */
static int open_mount(
	const struct view *view, const struct view_holder *holder, int *ret_fd, struct err *err)
{
	char path[PATH_BYTES];
	AUTO_FD int file = -1;
	int r;

	text_format(path, sizeof(path), "%d/root", holder->pid);
	AUTO_FD int root = openat(view->proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open /proc/%s", path);
	r = beneath_open(root, holder->path, O_PATH | O_CLOEXEC, 0, &file, err);
	if (r < 0)
		return r;
	if (!nsfs_is_namespace(file))
		return err_fail(err, ENOENT, "%s is not a namespace any more", holder->path);
	text_format(path, sizeof(path), "/proc/self/fd/%d", file);
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", holder->path) : 0;
}

static int open_link(const struct view *view, const char *path, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = openat(view->proc_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_sys(err, "open /proc/%s", path);
	if (!nsfs_is_namespace(fd))
		return err_fail(err, ENOENT, "/proc/%s is not a namespace any more", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int open_holder(const struct view *view, const struct view_namespace *namespace,
	const struct view_holder *holder, int *ret_fd, struct err *err)
{
	char path[PATH_BYTES] = "";

	switch (holder->kind) {
	case HOLDER_KIND_MOUNT:
		return open_mount(view, holder, ret_fd, err);
	case HOLDER_KIND_DESCRIPTOR:
		text_format(path, sizeof(path), "%d/fd/%d", holder->pid, holder->descriptor);
		break;
	case HOLDER_KIND_CHILDREN:
		text_format(path, sizeof(path), "%d/ns/%s_for_children", holder->pid,
			namespace_kind_name(namespace->kind));
		break;
	case HOLDER_KIND_COUNT:
		break;
	}
	return open_link(view, path, ret_fd, err);
}

static bool is_it(int fd, const struct view_namespace *namespace)
{
	struct nsfs_id id;
	struct err ignored = ERR_INIT;

	return nsfs_id_of(fd, &id, &ignored) == 0 && id.inode == namespace->inode;
}

int holders_open(const struct view *view, const struct view_namespace *namespace, int *ret_fd,
	struct err *err)
{
	struct err ignored = ERR_INIT; /* the next one may do */
	AUTO_FD int fd = -1;
	char path[PATH_BYTES];

	if (namespace->first) {
		text_format(path, sizeof(path), "%d/ns/%s", namespace->first->pid,
			namespace_kind_name(namespace->kind));
		(void)open_link(view, path, &fd, &ignored);
	}
	for (size_t i = 0; fd < 0 && i < namespace->n_holders; i++)
		(void)open_holder(view, namespace, &namespace->holders[i], &fd, &ignored);
	if (fd < 0 || !is_it(fd, namespace))
		return err_fail(err, ENOENT, "%s namespace %llu cannot be opened",
			namespace_kind_name(namespace->kind), (unsigned long long)namespace->inode);
	*ret_fd = TAKE_FD(fd);
	return 0;
}
