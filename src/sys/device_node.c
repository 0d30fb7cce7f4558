/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/device_node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/beneath.h"

enum {
	NULL_MINOR = 3, /* of MEM_MAJOR: Documentation/admin-guide/devices.txt */
	PERMISSIONS = 07777,
};

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441 /* _IO('T', 0x41), 4.13 */
#endif

static const char *type_name(mode_t type)
{
	switch (type & S_IFMT) {
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	case S_IFIFO:
		return "fifo";
	case S_IFDIR:
		return "directory";
	case S_IFREG:
		return "regular file";
	case S_IFLNK:
		return "symbolic link";
	default:
		return "socket";
	}
}

static int check_node(
	const struct stat *st, mode_t type, uint32_t major, uint32_t minor, struct err *err)
{
	if ((st->st_mode & S_IFMT) != (type & S_IFMT))
		return err_fail(err, ENODEV, "%s expected, found a %s", type_name(type),
			type_name(st->st_mode));
	if (S_ISFIFO(st->st_mode))
		return 0;
	if (st->st_rdev != makedev(major, minor))
		return err_fail(err, ENODEV, "%s %u:%u expected, found %u:%u", type_name(type),
			major, minor, (unsigned)major(st->st_rdev), (unsigned)minor(st->st_rdev));
	return 0;
}

int device_node_check(int fd, mode_t type, uint32_t major, uint32_t minor, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat of a device");
	return check_node(&st, type, major, minor, err);
}

/* A node in the making, or found; everything goes by its parent, which stays the same. */
struct node_place {
	int parent_fd;
	char name[NAME_MAX + 1];
	const char *path;
};

/* No error text for EEXIST. */
static int make_node(
	const struct node_place *place, const struct device_node *node, struct err *err)
{
	dev_t device = S_ISFIFO(node->mode) ? 0 : makedev(node->major, node->minor);

	if (mknodat(place->parent_fd, place->name, node->mode, device) == 0)
		return 0;
	if (errno == EEXIST)
		return -EEXIST;
	err_sys(err, "mknod %s", place->path);
	return err_path(err, place->path);
}

/* *ret_st: what was found. */
static int open_node(const struct node_place *place, const struct device_node *node, int *ret_fd,
	struct stat *ret_st, struct err *err)
{
	int r;
	AUTO_FD int fd = openat(place->parent_fd, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "open %s", place->path);
		return err_path(err, place->path);
	}
	if (fstat(fd, ret_st) < 0)
		return err_sys(err, "fstat %s", place->path);
	r = check_node(ret_st, node->mode, node->major, node->minor, err);
	if (r < 0) {
		err->code = EEXIST;
		err_while(err, "mknod %s", place->path);
		return err_path(err, place->path);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/*
 * Permissions of a node cannot be changed by its O_PATH descriptor before 6.6 (fchmodat2), and by
 * name the change could hit another file. So a node with others is replaced; the name is all that
 * is removed, and it is one inside the root.
 */
static int replace_node(
	const struct node_place *place, const struct device_node *node, struct err *err)
{
	int r;

	if (unlinkat(place->parent_fd, place->name, 0) < 0) {
		err_sys(err, "unlink %s", place->path);
		return err_path(err, place->path);
	}
	r = make_node(place, node, err);
	if (r == -EEXIST)
		return err_sys_code(err, r, "mknod %s", place->path);
	return r;
}

static int set_owner(int fd, const struct stat *st, const char *path,
	const struct device_node *node, struct err *err)
{
	if (st->st_uid == node->uid && st->st_gid == node->gid)
		return 0;
	if (fchownat(fd, "", node->uid, node->gid, AT_EMPTY_PATH) < 0) {
		err_sys(err, "chown %s", path);
		return err_path(err, path);
	}
	return 0;
}

/* Permissions are those asked for: there is no umask. */
static int make(int root_fd, const char *path, const struct device_node *node, struct err *err)
{
	struct node_place place = { .path = path };
	struct stat st;
	AUTO_FD int parent = -1;
	AUTO_FD int fd = -1;
	int r = beneath_make_parent(root_fd, path, place.name, &parent, err);

	if (r < 0)
		return r;
	place.parent_fd = parent;
	r = make_node(&place, node, err);
	if (r == 0 || r == -EEXIST)
		r = open_node(&place, node, &fd, &st, err);
	if (r < 0)
		return r;
	if ((st.st_mode & PERMISSIONS) != (node->mode & PERMISSIONS)) {
		r = replace_node(&place, node, err);
		if (r < 0)
			return r;
		fd_replace(&fd, -1);
		r = open_node(&place, node, &fd, &st, err);
		if (r < 0)
			return r;
	}
	return set_owner(fd, &st, path, node, err);
}

int device_node_make(int root_fd, const char *path, const struct device_node *node, struct err *err)
{
	mode_t kept = umask(0);
	int r = make(root_fd, path, node, err);

	umask(kept);
	return r;
}

int device_node_open_null(int root_fd, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = beneath_open(root_fd, "/dev/null", O_PATH, 0, &fd, err);

	if (r == 0)
		r = device_node_check(fd, S_IFCHR, MEM_MAJOR, NULL_MINOR, err);
	if (r < 0)
		return err_while(err, "/dev/null");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* On a devpts, and on this one: what was mounted over the file would have another device. */
static int check_on_devpts(int devpts_fd, int fd, const char *what, struct err *err)
{
	struct statfs fs;
	struct stat st, devpts_st;

	if (fstatfs(fd, &fs) < 0)
		return err_sys(err, "fstatfs of the %s", what);
	if (fstat(fd, &st) < 0 || fstat(devpts_fd, &devpts_st) < 0)
		return err_sys(err, "fstat of the %s", what);
	if ((unsigned long)fs.f_type != DEVPTS_SUPER_MAGIC || st.st_dev != devpts_st.st_dev)
		return err_fail(err, EXDEV, "the %s is not on this devpts", what);
	return 0;
}

static int open_slave(int devpts_fd, int master_fd, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	unsigned number;
	int unlock = 0;
	int r;

	if (ioctl(master_fd, TIOCSPTLCK, &unlock) < 0)
		return err_sys(err, "ioctl TIOCSPTLCK");
	if (ioctl(master_fd, TIOCGPTN, &number) < 0)
		return err_sys(err, "ioctl TIOCGPTN");
	fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "ioctl TIOCGPTPEER");
	r = check_on_devpts(devpts_fd, fd, "terminal", err);
	if (r == 0)
		r = device_node_check(fd, S_IFCHR, UNIX98_PTY_SLAVE_MAJOR, number, err);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int pty_open(int devpts_fd, int *ret_master_fd, int *ret_slave_fd, struct err *err)
{
	AUTO_FD int master = -1;
	AUTO_FD int slave = -1;
	int r = check_on_devpts(devpts_fd, devpts_fd, "directory of terminals", err);

	if (r < 0)
		return r;
	master = openat(devpts_fd, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (master < 0)
		return err_sys(err, "open ptmx of devpts");
	r = check_on_devpts(devpts_fd, master, "terminal's master", err);
	if (r == 0)
		r = open_slave(devpts_fd, master, &slave, err);
	if (r < 0)
		return r;
	*ret_master_fd = TAKE_FD(master);
	*ret_slave_fd = TAKE_FD(slave);
	return 0;
}
