/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/nsfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/clone.h"
#include "sys/process.h"

enum {
	NSFS_SUPER_MAGIC = 0x6e736673,
	NSFS_GET_USERNS = 0xb701,    /* _IO(0xb7, 1) */
	NSFS_GET_PARENT = 0xb702,    /* _IO(0xb7, 2) */
	NSFS_GET_NSTYPE = 0xb703,    /* _IO(0xb7, 3) */
	NSFS_GET_OWNER_UID = 0xb704, /* _IO(0xb7, 4) */
};

static const struct {
	uint64_t type;
	const char *name;
} nsfs_names[] = {
	{ CLONE_NEWNS, "mnt" },
	{ CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },
	{ CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUTS, "uts" },
	{ CLONE_NEWUSER, "user" },
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" },
};

const char *nsfs_name(uint64_t type)
{
	for (size_t i = 0; i < sizeof(nsfs_names) / sizeof(nsfs_names[0]); i++)
		if (nsfs_names[i].type == type)
			return nsfs_names[i].name;
	return NULL;
}

int nsfs_open(const char *path, uint64_t type, int *ret_fd, struct err *err)
{
	struct statfs fs;
	int found;

	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err_sys(err, "open namespace %s", path);
		return err_path(err, path);
	}
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_SUPER_MAGIC) {
		err_fail(err, EINVAL, "%s is not a namespace", path);
		return err_path(err, path);
	}
	found = ioctl(fd, NSFS_GET_NSTYPE);
	if (found < 0)
		return err_sys(err, "ioctl NS_GET_NSTYPE of %s", path);
	if ((uint64_t)(unsigned)found != type) {
		const char *name = nsfs_name((uint64_t)(unsigned)found);

		err_fail(err, EINVAL, "%s is a %s namespace, not a %s namespace", path,
			name ? name : "unknown", nsfs_name(type));
		return err_path(err, path);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int nsfs_id_of(int ns_fd, struct nsfs_id *ret, struct err *err)
{
	struct stat st;

	if (fstat(ns_fd, &st) < 0)
		return err_sys(err, "fstat a namespace");
	*ret = (struct nsfs_id){ .device = st.st_dev, .inode = st.st_ino };
	return 0;
}

bool nsfs_id_equal(struct nsfs_id a, struct nsfs_id b)
{
	return a.device == b.device && a.inode == b.inode;
}

int nsfs_open_owner(int ns_fd, int *ret_fd, struct err *err)
{
	int fd = ioctl(ns_fd, NSFS_GET_USERNS);

	if (fd < 0)
		return err_sys(err, "ioctl NS_GET_USERNS");
	*ret_fd = fd;
	return 0;
}

int nsfs_open_parent(int ns_fd, int *ret_fd, struct err *err)
{
	int fd = ioctl(ns_fd, NSFS_GET_PARENT);

	if (fd < 0)
		return err_sys(err, "ioctl NS_GET_PARENT");
	*ret_fd = fd;
	return 0;
}

int nsfs_owner_uid(int ns_fd, uid_t *ret, struct err *err)
{
	uid_t uid;

	if (ioctl(ns_fd, NSFS_GET_OWNER_UID, &uid) < 0)
		return err_sys(err, "ioctl NS_GET_OWNER_UID");
	*ret = uid;
	return 0;
}

int nsfs_open_of_socket(pid_t pid, int number, int *ret_fd, struct err *err)
{
	AUTO_FD int pidfd = -1;
	AUTO_FD int socket_fd = -1;
	int fd, r = process_pidfd_open(pid, &pidfd, err);

	if (r < 0)
		return r;
	socket_fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (socket_fd < 0)
		return err_sys(err, "pidfd_getfd %d of process %d", number, (int)pid);
	fd = ioctl(socket_fd, SIOCGSKNS);
	if (fd < 0)
		return err_sys(
			err, "ioctl SIOCGSKNS of descriptor %d of process %d", number, (int)pid);
	*ret_fd = fd;
	return 0;
}

int nsfs_type(int ns_fd, uint64_t *ret, struct err *err)
{
	int type = ioctl(ns_fd, NSFS_GET_NSTYPE);

	if (type < 0)
		return err_sys(err, "ioctl NS_GET_NSTYPE");
	*ret = (uint64_t)(unsigned)type;
	return 0;
}

bool nsfs_is_namespace(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_SUPER_MAGIC;
}

int nsfs_parse_link(const char *text, uint64_t *ret_type, uint64_t *ret_inode)
{
	size_t name_length = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(nsfs_names) / sizeof(nsfs_names[0]); i++) {
		const char *name = nsfs_names[i].name;
		const char *number = text + name_length + 2;
		size_t n_digits;
		uint64_t inode;

		if (strlen(name) != name_length || memcmp(name, text, name_length) != 0)
			continue;
		if (text[name_length] != ':' || text[name_length + 1] != '[')
			break;
		n_digits = strspn(number, "0123456789");
		if (!text_equal(number + n_digits, "]") ||
			parse_u64_n(number, n_digits, &inode) < 0)
			break;
		*ret_type = nsfs_names[i].type;
		*ret_inode = inode;
		return 0;
	}
	return -EINVAL;
}

int nsfs_join(int ns_fd, uint64_t type, struct err *err)
{
	const char *name = nsfs_name(type);

	if (setns(ns_fd, (int)type) == 0)
		return 0;
	return name ? err_sys(err, "setns %s namespace", name) : err_sys(err, "setns");
}
