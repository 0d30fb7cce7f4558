/* SPDX-License-Identifier: Apache-2.0 */
#include "core/private_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/mount_api.h"

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

bool private_mount_is_there(const struct private_mount *mount)
{
	struct stat above, st;
	struct statfs fs;

	return stat(PRIVATE_MOUNT_PARENT, &above) == 0 && stat(mount->dir, &st) == 0 &&
	       above.st_dev != st.st_dev && st.st_uid == 0 && !(st.st_mode & 077) &&
	       statfs(mount->dir, &fs) == 0 && (unsigned long)fs.f_type == mount->magic;
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

int private_mount_make(const struct private_mount *mount, struct err *err)
{
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r = make_directory(mount->dir, 0700, err);

	if (r < 0 || private_mount_is_there(mount))
		return r;
	target = open(mount->dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return err_sys(err, "open %s", mount->dir);
	r = mount_new_fs(mount->type, "hull", mount->data,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &tree, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	/* a shared parent makes what is mounted on it shared, too */
	return r < 0 ? r : mount_set_propagation(tree, MS_PRIVATE, false, err);
}

int private_mount_remove(const struct private_mount *mount, struct err *err)
{
	if (private_mount_is_there(mount) && umount2(mount->dir, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return err_sys(err, "umount2 %s", mount->dir);
	if (rmdir(mount->dir) < 0 && errno != ENOENT && errno != ENOTEMPTY)
		return err_sys(err, "rmdir %s", mount->dir);
	if (rmdir(PRIVATE_MOUNT_PARENT) < 0 && errno != ENOENT && errno != ENOTEMPTY)
		return err_sys(err, "rmdir " PRIVATE_MOUNT_PARENT);
	return 0;
}
