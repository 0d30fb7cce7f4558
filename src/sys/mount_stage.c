/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mount_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/procfs.h"

/* Of this process; what is forked from it later shares none of it by accident: it has a copy. */
static int proc_fd = -1;  /* the procfs by which descriptors become paths */
static int stage_fd = -1; /* the root of the stage */
static unsigned n_places;

int mount_stage_open_proc(struct err *err)
{
	if (proc_fd >= 0)
		return 0;
	return procfs_open_mounted(&proc_fd, err);
}

/* Something of this process's own directory; nothing may be mounted there. */
static int open_own(const char *name, int flags, int *ret_fd, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "self/%s", name);
	return procfs_open_file(proc_fd, path, flags, ret_fd, err);
}

int mount_stage_open_self(const char *name, int *ret_fd, struct err *err)
{
	return open_own(name, O_RDONLY, ret_fd, err);
}

/* Stands in /proc/self/fd; *ret_back_fd is where it stood. */
static int enter_descriptors(int *ret_back_fd, struct err *err)
{
	AUTO_FD int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int descriptors = -1;
	int r;

	if (back < 0)
		return err_sys(err, "open .");
	r = open_own("fd", O_PATH | O_DIRECTORY, &descriptors, err);
	if (r < 0)
		return r;
	if (fchdir(descriptors) < 0)
		return err_sys(err, "fchdir /proc/self/fd");
	*ret_back_fd = TAKE_FD(back);
	return 0;
}

static int go_back(int back_fd, struct err *err)
{
	return fchdir(back_fd) < 0 ? err_sys(err, "fchdir back") : 0;
}

int mount_stage_mount(int source_fd, const char *source, int target_fd, const char *type,
	unsigned long flags, const void *data, struct err *err)
{
	char source_number[16], target_number[16];
	AUTO_FD int back = -1;
	struct err ignored = ERR_INIT; /* the first error is the one to tell */
	int r = enter_descriptors(&back, err);

	if (r < 0)
		return r;
	snprintf(source_number, sizeof(source_number), "%d", source_fd);
	snprintf(target_number, sizeof(target_number), "%d", target_fd);
	if (mount(source_fd >= 0 ? source_number : source, target_number, type, flags, data) < 0)
		r = err_sys(err, "mount%s%s", type ? " " : "", type ? type : "");
	if (go_back(back, r < 0 ? &ignored : err) < 0 && r == 0)
		r = -err->code;
	return r;
}

/* "/.." is "/" with what lies over it. */
static int open_over_root(int *ret_fd, struct err *err)
{
	struct statfs fs;

	AUTO_FD int fd = open("/..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open what lies over /");
	if (fstatfs(fd, &fs) < 0)
		return err_sys(err, "fstatfs what lies over /");
	if ((unsigned long)fs.f_type != TMPFS_MAGIC)
		return err_fail(err, EPROTO, "a mount over / is not where it should be");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int make_stage(struct err *err)
{
	AUTO_FD int slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int fd = -1;
	int r;

	if (slash < 0)
		return err_sys(err, "open /");
	r = mount_stage_mount(-1, "hull", slash, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		"size=64k,mode=700", err);
	if (r == 0)
		r = open_over_root(&fd, err);
	if (r == 0) /* nor does it go along where "/" is copied with all that is mounted on it */
		r = mount_stage_mount(-1, NULL, fd, NULL, MS_UNBINDABLE, NULL, err);
	if (r == 0)
		stage_fd = TAKE_FD(fd);
	return r;
}

static int make_place(bool is_directory, const char *name, struct err *err)
{
	if (is_directory && mkdirat(stage_fd, name, 0700) < 0)
		return err_sys(err, "mkdir on the stage");
	if (!is_directory && mknodat(stage_fd, name, S_IFREG | 0600, 0) < 0)
		return err_sys(err, "mknod on the stage");
	return 0;
}

int mount_stage_add_place(bool is_directory, struct mount_place *ret, struct err *err)
{
	int r = stage_fd < 0 ? make_stage(err) : 0;

	if (r < 0)
		return err_while(err, "stage for mounts");
	snprintf(ret->name, sizeof(ret->name), "%u", n_places++);
	r = make_place(is_directory, ret->name, err);
	return r < 0 ? r : mount_stage_look(ret, &ret->fd, err);
}

int mount_stage_look(const struct mount_place *place, int *ret_tree_fd, struct err *err)
{
	int fd = openat(stage_fd, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open a place on the stage");
	*ret_tree_fd = fd;
	return 0;
}

int mount_stage_drop(struct err *err)
{
	AUTO_FD int stage = TAKE_FD(stage_fd);
	AUTO_FD int back = -1;
	char number[16];
	int r;

	if (stage < 0)
		return 0;
	r = enter_descriptors(&back, err);
	if (r < 0)
		return r;
	snprintf(number, sizeof(number), "%d", stage);
	if (umount2(number, MNT_DETACH) < 0)
		return err_sys(err, "umount2 of the stage");
	return go_back(back, err);
}

int mount_stage_close(struct err *err)
{
	int r = mount_stage_drop(err);

	fd_replace(&proc_fd, -1);
	return r;
}
