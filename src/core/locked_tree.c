/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process is in the container's user namespace, in a mount namespace of its own and in none
 * other of the container: nobody inside sees it, and it cannot be traced from there, for its memory
 * belongs to the host's user namespace.
 */
#include "core/locked_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/fd_passing.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"
#include "sys/nsfs_run.h"

struct cloning {
	const char *path;
	bool is_recursive;
	struct stat seen;
	int result_fd;
};

static int clone_inside(void *argument, struct err *err)
{
	const struct cloning *cloning = argument;
	AUTO_FD int tree = -1;
	struct stat st;
	int r;

	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare CLONE_NEWNS");
	AUTO_FD int fd = open(cloning->path,
		O_PATH | O_CLOEXEC | (S_ISLNK(cloning->seen.st_mode) ? O_NOFOLLOW : 0));
	if (fd < 0)
		return err_sys(err, "open %s", cloning->path);
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", cloning->path);
	if (st.st_dev != cloning->seen.st_dev || st.st_ino != cloning->seen.st_ino)
		return err_fail(err, ESTALE, "%s was exchanged meanwhile", cloning->path);
	r = mount_clone_tree(fd, "", cloning->is_recursive, &tree, err);
	return r < 0 ? r : fd_pass(cloning->result_fd, tree, "t", 1, err);
}

int locked_tree_clone(const char *user_namespace, const char *path, int seen_fd, bool is_recursive,
	int *ret_tree, struct err *err)
{
	struct cloning cloning = { .path = path, .is_recursive = is_recursive };
	struct err problem = ERR_INIT;
	AUTO_FD int namespace = -1;
	int sockets[2], r;

	if (fstat(seen_fd, &cloning.seen) < 0)
		return err_sys(err, "fstat %s", path);
	r = nsfs_open(user_namespace, CLONE_NEWUSER, &namespace, err);
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own = sockets[0];
	AUTO_FD int other = sockets[1];
	cloning.result_fd = other;
	r = nsfs_run_in(namespace, CLONE_NEWUSER, clone_inside, &cloning, &problem);
	if (r == 0)
		return fd_receive(own, ret_tree, err);
	if (r == -EACCES)
		return mount_clone_tree(seen_fd, "", is_recursive, ret_tree, err);
	*err = problem;
	return r;
}
