/* SPDX-License-Identifier: Apache-2.0 */
#include "core/debug_root.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/clone.h"
#include "sys/directory.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"
#include "sys/process.h"

enum { PATH_BYTES = 64 };

static const char *const toolbox_name = &DEBUG_ROOT_TOOLBOX[1];
static const char old_name[] = ".root"; /* in the new root, while it is filled */

/* ---- in the maker: joining ---- */

struct target {
	int root_fd, mount_ns_fd;
};

static int join(
	const struct debug_root_request *request, const struct target *target, struct err *err)
{
	int r = 0;

	if (request->user_ns_fd >= 0) {
		r = nsfs_join(request->user_ns_fd, CLONE_NEWUSER, err);
		/* files can be made only by ids that are mapped */
		if (r == 0 && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
			r = err_sys(err, "become root of the target's user namespace");
	}
	return r < 0 ? r : nsfs_join(target->mount_ns_fd, CLONE_NEWNS, err);
}

/* ---- in the maker: the new root ---- */

static int bind_entry(int old_fd, int new_fd, const char *name, struct err *err)
{
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r = mount_clone_tree(old_fd, name, true, &tree, err);

	if (r < 0)
		return r;
	target = openat(new_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return target < 0 ? err_sys(err, "open %s", name) : mount_attach(tree, target, err);
}

static int copy_link(int old_fd, int new_fd, const char *name, struct err *err)
{
	char link[PATH_MAX];
	ssize_t length = readlinkat(old_fd, name, link, sizeof(link) - 1);

	if (length < 0)
		return err_sys(err, "readlink %s", name);
	link[length] = '\0';
	return symlinkat(link, new_fd, name) < 0 ? err_sys(err, "symlink %s", name) : 0;
}

static int take_entry(int old_fd, int new_fd, const char *name, struct err *err)
{
	struct stat st;
	AUTO_FD int made = -1;

	if (text_equal(name, toolbox_name))
		return 0;
	if (fstatat(old_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "stat %s", name);
	if (S_ISLNK(st.st_mode))
		return copy_link(old_fd, new_fd, name, err);
	if (S_ISDIR(st.st_mode)) {
		if (mkdirat(new_fd, name, 0755) < 0)
			return err_sys(err, "mkdir %s", name);
	} else {
		made = openat(new_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (made < 0)
			return err_sys(err, "create %s", name);
	}
	return bind_entry(old_fd, new_fd, name, err);
}

static int take_entries(int new_fd, struct err *err)
{
	AUTO_FD int old_fd = openat(new_fd, old_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct directory directory = DIRECTORY_INIT(old_fd);
	const char *name;
	int r;

	if (old_fd < 0)
		return err_sys(err, "open the target's root");
	while ((r = directory_next(&directory, &name, err)) > 0) {
		r = take_entry(old_fd, new_fd, name, err);
		if (r < 0)
			break;
	}
	return r;
}

static int put_tree(int tree_fd, int new_fd, const char *name, struct err *err)
{
	AUTO_FD int target = -1;

	if (mkdirat(new_fd, name, 0755) < 0)
		return err_sys(err, "mkdir %s", name);
	target = openat(new_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return target < 0 ? err_sys(err, "open %s", name) : mount_attach(tree_fd, target, err);
}

static int fill(int new_fd, int old_tree_fd, int toolbox_fd, struct err *err)
{
	int r = put_tree(old_tree_fd, new_fd, old_name, err);

	if (r == 0)
		r = take_entries(new_fd, err);
	if (r == 0)
		r = put_tree(toolbox_fd, new_fd, toolbox_name, err);
	if (r < 0)
		return r;
	if (fchdir(new_fd) < 0 || chroot(".") < 0)
		return err_sys(err, "enter the new root");
	r = mount_detach(old_name, err);
	if (r == 0 && rmdir(old_name) < 0)
		r = err_sys(err, "rmdir %s", old_name);
	return r;
}

/*
 * A copy of the target's namespace, and the target's root as it is there. Nothing that is mounted
 * in the copy appears in the target's. It has no mounts of mount namespaces, which could not be
 * moved.
 */
static int copy_namespace(const struct target *target, int *ret_old_tree_fd, struct err *err)
{
	/* the working directory goes along to the copy, a descriptor would not */
	if (fchdir(target->root_fd) < 0)
		return err_sys(err, "enter the target's root");
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_sys(err, "mount / slave");
	return mount_clone_tree(AT_FDCWD, ".", true, ret_old_tree_fd, err);
}

/* Over the old root: whoever joins the namespace is at the uppermost mount of its root. */
static int make_root(int old_tree_fd, int toolbox_fd, struct err *err)
{
	AUTO_FD int new_fd = -1;
	AUTO_FD int slash = -1;
	int r = mount_new_fs(
		"tmpfs", "debug", "mode=755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &new_fd, err);

	if (r < 0)
		return r;
	slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (slash < 0)
		return err_sys(err, "open /");
	r = mount_attach(new_fd, slash, err);
	return r < 0 ? r : fill(new_fd, old_tree_fd, toolbox_fd, err);
}

static int build(
	const struct debug_root_request *request, const struct target *target, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = join(request, target, err);

	if (r == 0)
		r = copy_namespace(target, &tree, err);
	return r < 0 ? r : make_root(tree, request->toolbox_fd, err);
}

/* Says how it went, and waits until the namespace is held by somebody else. */
static _Noreturn void be_maker(
	const struct debug_root_request *request, const struct target *target, int fd)
{
	struct err err = ERR_INIT, ignored = ERR_INIT;
	char end;

	umask(022);
	(void)build(request, target, &err);
	(void)fd_write_all(fd, &err, sizeof(err), &ignored);
	(void)fd_read_up_to(fd, &end, 1, &ignored);
	_exit(EXIT_SUCCESS);
}

/* ---- in the caller ---- */

static int open_target(pid_t pid, struct target *ret, struct err *err)
{
	char path[PATH_BYTES];
	AUTO_FD int root = -1;
	int r;

	text_format(path, sizeof(path), "/proc/%d/root", (int)pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open %s", path);
	text_format(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	r = nsfs_open(path, CLONE_NEWNS, &ret->mount_ns_fd, err);
	if (r == 0)
		ret->root_fd = TAKE_FD(root);
	return r;
}

static int take_namespace(int fd, pid_t maker, int *ret_ns_fd, struct err *err)
{
	char path[PATH_BYTES];
	struct err answer;
	ssize_t length = fd_read_up_to(fd, &answer, sizeof(answer), err);

	if (length < 0)
		return (int)length;
	if (length != sizeof(answer))
		return err_fail(err, ESRCH, "its maker was ended");
	if (answer.code != 0) {
		*err = answer;
		return -answer.code;
	}
	text_format(path, sizeof(path), "/proc/%d/ns/mnt", (int)maker);
	return nsfs_open(path, CLONE_NEWNS, ret_ns_fd, err);
}

static int run_maker(const struct debug_root_request *request, const struct target *target,
	int *ret_ns_fd, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	AUTO_FD int pidfd = -1;
	struct err ignored = ERR_INIT;
	int sockets[2], r, status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own_fd = sockets[0];
	AUTO_FD int maker_fd = sockets[1];
	r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0) {
		fd_replace(&own_fd, -1);
		be_maker(request, target, maker_fd);
	}
	fd_replace(&maker_fd, -1);
	r = take_namespace(own_fd, pid, ret_ns_fd, err);
	fd_replace(&own_fd, -1);
	(void)process_wait(pidfd, &status, &ignored);
	return r;
}

int debug_root_make(const struct debug_root_request *request, int *ret_ns_fd, struct err *err)
{
	struct target target = { -1, -1 };
	int r = open_target(request->target, &target, err);

	if (r == 0)
		r = run_maker(request, &target, ret_ns_fd, err);
	fd_close(target.root_fd);
	fd_close(target.mount_ns_fd);
	return r < 0 ? err_while(err, "root with a toolbox") : 0;
}
