/* SPDX-License-Identifier: Apache-2.0 */
#include "core/private_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/mount_api.h"

const struct private_mount private_mount_cache = {
	.dir = PRIVATE_MOUNT_CACHE,
	.type = "tmpfs",
	.data = "size=64k,nr_inodes=16,mode=700",
	.magic = 0x01021994, /* TMPFS_MAGIC */
};

static int make_directory(const char *path, mode_t mode, struct err *err)
{
	struct stat st;

	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", path);
	if (lstat(path, &st) < 0)
		return err_sys(err, "lstat %s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022))
		return err_fail(
			err, EPERM, "%s must be a directory that only root can write", path);
	return 0;
}

/* One name below parent_fd; its stat(2) is in *ret. */
static int open_directory(
	int parent_fd, const char *name, struct stat *ret, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", name);
	if (fstat(fd, ret) < 0)
		return err_sys(err, "fstat %s", name);
	if (ret->st_uid != 0 || (ret->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_fail(err, EPERM, "%s is not root's alone", name);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* The directory, with or without the mount; *ret_is_mount: another file system than above it. */
static int open_place(
	const struct private_mount *mount, bool *ret_is_mount, int *ret_fd, struct err *err)
{
	char path[PATH_MAX];
	struct stat st = { .st_dev = 0 };
	char *rest = path + strlen(PRIVATE_MOUNT_PARENT "/");
	AUTO_FD int fd = -1;
	int r;

	text_copy(path, sizeof(path), mount->dir);
	rest[-1] = '\0';
	r = open_directory(AT_FDCWD, path, &st, &fd, err);
	for (char *name; r == 0 && (name = strsep(&rest, "/"));) {
		dev_t above = st.st_dev;
		int next = -1;

		r = open_directory(fd, name, &st, &next, err);
		if (r == 0)
			fd_replace(&fd, next);
		*ret_is_mount = st.st_dev != above;
	}
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int private_mount_open(const struct private_mount *mount, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	bool is_mount = false;
	struct statfs fs;
	int r = open_place(mount, &is_mount, &fd, err);

	if (r < 0)
		return r;
	if (fstatfs(fd, &fs) < 0)
		return err_sys(err, "statfs %s", mount->dir);
	if (!is_mount || (unsigned long)fs.f_type != mount->magic)
		return err_fail(err, ENOENT, "%s is no %s of its own", mount->dir, mount->type);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static bool is_there(const struct private_mount *mount)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	return private_mount_open(mount, &fd, &ignored) == 0;
}

int private_mount_lock(int *ret_fd, struct err *err)
{
	int r = make_directory(PRIVATE_MOUNT_PARENT, 0711, err);

	if (r < 0)
		return r;
	AUTO_FD int lock = open(PRIVATE_MOUNT_PARENT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return err_sys(err, "flock " PRIVATE_MOUNT_PARENT);
	*ret_fd = TAKE_FD(lock);
	return 0;
}

/*
 * Without the newer calls: by path. Only root can have changed where it leads, and open_place() has
 * just looked.
 */
static int mount_by_path(const struct private_mount *place, struct err *err)
{
	if (mount("hull", place->dir, place->type, MS_NOSUID | MS_NODEV | MS_NOEXEC, place->data) <
		0)
		return err_sys(err, "mount %s on %s", place->type, place->dir);
	if (mount(NULL, place->dir, NULL, MS_PRIVATE, NULL) < 0)
		return err_sys(err, "make the mount at %s private", place->dir);
	return 0;
}

static int mount_by_descriptor(const struct private_mount *mount, int target, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = mount_new_fs(mount->type, "hull", mount->data,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &tree, err);

	if (r == 0)
		r = mount_attach(tree, target, err);
	/* a shared parent makes what is mounted on it shared, too */
	return r < 0 ? r : mount_set_propagation(tree, MS_PRIVATE, false, err);
}

int private_mount_make(const struct private_mount *mount, struct err *err)
{
	AUTO_FD int target = -1;
	bool is_mount;
	int r = mount->above ? private_mount_make(mount->above, err) : 0;

	if (r == 0)
		r = make_directory(mount->dir, 0700, err);
	if (r < 0 || is_there(mount))
		return r;
	r = open_place(mount, &is_mount, &target, err);
	if (r < 0)
		return r;
	return mount_lacking_call() ? mount_by_path(mount, err)
				    : mount_by_descriptor(mount, target, err);
}

int private_mount_remove(const struct private_mount *mount, struct err *err)
{
	if (is_there(mount) && umount2(mount->dir, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return err_sys(err, "umount2 %s", mount->dir);
	if (rmdir(mount->dir) < 0 && errno != ENOENT && errno != ENOTEMPTY)
		return err_sys(err, "rmdir %s", mount->dir);
	if (rmdir(PRIVATE_MOUNT_PARENT) < 0 && errno != ENOENT && errno != ENOTEMPTY)
		return err_sys(err, "rmdir " PRIVATE_MOUNT_PARENT);
	return 0;
}
