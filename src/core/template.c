/* SPDX-License-Identifier: Apache-2.0 */
#include "core/template.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/capability.h"
#include "sys/clone.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"
#include "sys/process.h"

#define TEMPLATE_FILE TEMPLATE_DIR "/mnt"

bool template_is_possible(void)
{
	return geteuid() == 0 && capability_is_effective(CAPABILITY_SYS_ADMIN);
}

static int open_pinned(int *ret_ns_fd, struct err *err)
{
	return nsfs_open(TEMPLATE_FILE, CLONE_NEWNS, ret_ns_fd, err);
}

bool template_exists(void)
{
	struct err ignored = ERR_INIT;

	AUTO_FD int fd = -1;
	return open_pinned(&fd, &ignored) == 0;
}

/*
 * An overlay of lower layers only: it has no place to write to, so whoever has CAP_SYS_ADMIN in a
 * container and gets at it cannot make it writable either, neither the mount nor the file system
 * (EROFS). A read-only tmpfs would be remounted, and then be a place that containers share.
 */
static int make_empty(int *ret_fd, struct err *err)
{
	AUTO_FD int layers = -1;
	AUTO_FD int target = -1;
	int r = mount_new_fs("tmpfs", "hull", "size=4k,nr_inodes=4,mode=555",
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &layers, err);

	if (r < 0)
		return r;
	/* in sight only in this process's own copy of the mounts, which ends with it */
	target = open(TEMPLATE_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		return err_sys(err, "open " TEMPLATE_DIR);
	r = mount_attach(layers, target, err);
	if (r < 0)
		return r;
	if (mkdirat(layers, "a", 0555) < 0 || mkdirat(layers, "b", 0555) < 0)
		return err_sys(err, "mkdir a layer");
	return mount_new_fs("overlay", "hull", "lowerdir=" TEMPLATE_DIR "/a:" TEMPLATE_DIR "/b",
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		ret_fd, err);
}

/* Role: child. In a copy of the host's mounts: puts an empty file system in place of all of them.
 */
static int become_empty(struct err *err)
{
	AUTO_FD int slash = -1;
	AUTO_FD int tree = -1;
	int r;

	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare");
	slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (slash < 0)
		return err_sys(err, "open /");
	r = mount_set_propagation(slash, MS_PRIVATE, true, err);
	if (r == 0)
		r = make_empty(&tree, err);
	if (r == 0)
		r = mount_attach(tree, slash, err);
	return r < 0 ? r : mount_pivot_root(tree, err);
}

/* The child tells by closing its end that the namespace is ready, or writes why not. */
static int make_namespace(int *ret_ns_fd, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	int pipes[2], hold[2];
	struct err failed = ERR_INIT;
	char path[64];
	ssize_t n;
	pid_t pid;
	int r;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int result_read = pipes[0];
	AUTO_FD int result_write = pipes[1];
	if (pipe2(hold, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int hold_read = hold[0];
	AUTO_FD int hold_write = hold[1];
	AUTO_FD int pidfd = -1;
	r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0) {
		char byte;

		close(hold_write);
		r = become_empty(&failed);
		if (write(result_write, &failed, r < 0 ? sizeof(failed) : 0) < 0)
			_exit(1);
		close(result_write);
		_exit(read(hold_read, &byte, 1) == 0 ? 0 : 1); /* until the parent has it open */
	}
	fd_replace(&result_write, -1);
	n = fd_read_up_to(result_read, &failed, sizeof(failed), err);
	if (n == (ssize_t)sizeof(failed)) {
		*err = failed;
		r = -err->code;
	} else if (n == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		r = nsfs_open(path, CLONE_NEWNS, ret_ns_fd, err);
	} else {
		r = err_fail(err, EPROTO, "the template's maker ended early");
	}
	process_kill_and_reap(pidfd);
	return r;
}

static int pin(int ns_fd, struct err *err)
{
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r = mount_clone_tree(ns_fd, "", false, &tree, err);

	if (r < 0)
		return r;
	target = open(TEMPLATE_FILE, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (target < 0)
		return err_sys(err, "open " TEMPLATE_FILE);
	return mount_attach(tree, target, err);
}

/*
 * A mount namespace can be pinned only in one that the kernel thinks older (ELOOP), and it compares
 * numbers that each CPU hands out from a range of its own: made on another CPU it may be "younger".
 */
static int make_and_pin_on(size_t cpu, int *ret_ns_fd, struct err *err)
{
	AUTO_FD int ns_fd = -1;
	cpu_set_t one;
	int r;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return err_sys(err, "sched_setaffinity");
	r = make_namespace(&ns_fd, err);
	if (r == 0)
		r = pin(ns_fd, err);
	if (r == 0)
		*ret_ns_fd = TAKE_FD(ns_fd);
	return r;
}

static int make_and_pin(int *ret_ns_fd, struct err *err)
{
	cpu_set_t allowed;
	int r = private_mount_make(&private_mount_cache, err);

	if (r < 0)
		return r;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return err_sys(err, "sched_getaffinity");
	r = -ELOOP;
	for (size_t cpu = 0; cpu < CPU_SETSIZE && r == -ELOOP; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			r = make_and_pin_on(cpu, ret_ns_fd, err);
	sched_setaffinity(0, sizeof(allowed), &allowed);
	return r;
}

int template_open(int *ret_ns_fd, struct err *err)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int lock = -1;
	int r;

	if (open_pinned(ret_ns_fd, &ignored) == 0)
		return 0;
	r = private_mount_lock(&lock, err);
	if (r < 0)
		return r;
	if (open_pinned(ret_ns_fd, &ignored) == 0)
		return 0;
	r = make_and_pin(ret_ns_fd, err);
	return r < 0 ? err_while(err, "template namespace") : 0;
}

int template_remove(struct err *err)
{
	if (umount2(TEMPLATE_FILE, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
		errno != ENOENT)
		return err_sys(err, "umount2 " TEMPLATE_FILE);
	return private_mount_remove(&private_mount_cache, err);
}
