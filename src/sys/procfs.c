/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/beneath.h"
#include "sys/mount_api.h"
#include "sys/mount_id.h"

enum { PROC_ROOT_INO = 1 }; /* linux/proc_fs.h: no other inode of a procfs has it */

static int check_is_procfs(int fd, const char *path, struct err *err)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return err_sys(err, "fstatfs %s", path);
	if ((unsigned long)fs.f_type != PROC_SUPER_MAGIC)
		return err_fail(err, EXDEV, "%s is not on procfs", path);
	return 0;
}

static int check_root(int fd, struct err *err)
{
	struct stat st;
	int r = check_is_procfs(fd, "/proc", err);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat /proc");
	if (!S_ISDIR(st.st_mode) || st.st_ino != PROC_ROOT_INO)
		return err_fail(err, EXDEV, "/proc is not the root of a procfs");
	return 0;
}

/*
 * A new procfs, or a copy of the one at /proc. Both need rights that an ordinary user lacks, and in
 * a user namespace the first needs a /proc with nothing mounted on it; why one is refused does not
 * matter as long as another is granted.
 */
static int open_private(int *ret_fd)
{
	struct err ignored = ERR_INIT;
	int r = mount_new_fs("proc", "proc", NULL,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, ret_fd, &ignored);

	if (r < 0)
		r = mount_clone_tree(AT_FDCWD, "/proc", false, ret_fd, &ignored);
	return r;
}

static int check_handle(int *fd, int *ret_fd, struct err *err)
{
	int r;

	if (*fd < 0)
		return err_sys(err, "open /proc");
	r = check_root(*fd, err);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(*fd);
	return 0;
}

int procfs_open_mounted(int *ret_fd, struct err *err)
{
	AUTO_FD int fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return check_handle(&fd, ret_fd, err);
}

int procfs_open(int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;

	if (open_private(&fd) < 0)
		return procfs_open_mounted(ret_fd, err);
	return check_handle(&fd, ret_fd, err);
}

/*
 * "self/x" → "123/x", "thread-self/x" → "123/task/124/x". The link's text comes from the kernel,
 * from the very procfs of the handle: it is the caller's number there, whatever getpid(2) says
 * here.
 */
static int name_caller(int proc_fd, const char *path, char named[PATH_MAX], struct err *err)
{
	size_t length = strcspn(path, "/");
	char link[sizeof("thread-self")];
	char target[64];
	ssize_t n;

	text_copy(named, PATH_MAX, path);
	if (length >= sizeof(link))
		return 0;
	memcpy(link, path, length);
	link[length] = '\0';
	if (!text_equal(link, "self") && !text_equal(link, "thread-self"))
		return 0;
	n = readlinkat(proc_fd, link, target, sizeof(target) - 1);
	if (n < 0)
		return err_sys(err, "readlinkat /proc/%s", link);
	target[n] = '\0';
	if (strlen(target) + strlen(path + length) >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "open /proc/%s", path);
	text_format(named, PATH_MAX, "%s%s", target, path + length);
	return 0;
}

/* No empty path, no leading slash, no "..": what beneath_open would clamp is a mistake here. */
static bool is_plain_path(const char *path)
{
	if (path[0] == '\0' || path[0] == '/')
		return false;
	for (const char *at = path; *at != '\0'; at += *at == '/') {
		size_t length = strcspn(at, "/");

		if (length == 2 && at[0] == '.' && at[1] == '.')
			return false;
		at += length;
	}
	return true;
}

/* A link itself can be opened with O_PATH | O_NOFOLLOW; nobody wants that here. */
static int check_is_no_link(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat /proc/%s", path);
	if (S_ISLNK(st.st_mode))
		return err_sys_code(err, ELOOP, "open /proc/%s", path);
	return 0;
}

static int explain_open(int code, const char *path, struct err *err)
{
	if (code == -EXDEV)
		return err_fail(err, EXDEV, "something is mounted on /proc/%s or above it", path);
	return err_sys_code(err, code, "open /proc/%s", path);
}

/*
 * The resolution already refused to cross mounts. This holds also where the handle is /proc itself
 * and the walk in user space did it.
 */
static int check_file(int proc_fd, int fd, const char *path, struct err *err)
{
	uint64_t handle_id, file_id;
	int r = check_is_procfs(fd, path, err);

	if (r == 0)
		r = check_is_no_link(fd, path, err);
	if (r < 0)
		return r;
	r = mount_id_get(proc_fd, &handle_id);
	if (r == 0)
		r = mount_id_get(fd, &file_id);
	if (r < 0)
		return err_sys_code(err, r, "statx /proc/%s", path);
	if (handle_id != file_id)
		return explain_open(-EXDEV, path, err);
	return 0;
}

int procfs_open_file(int proc_fd, const char *path, int flags, int *ret_fd, struct err *err)
{
	struct beneath_how how = {
		.flags = flags | O_NOFOLLOW | O_NOCTTY,
		.resolve = BENEATH_NO_XDEV | BENEATH_NO_SYMLINKS,
	};
	char named[PATH_MAX];
	AUTO_FD int fd = -1;
	int r;

	if (!is_plain_path(path) || (flags & O_CREAT))
		return err_fail(err, EINVAL, "\"%s\" is not a file of /proc", path);
	if (strlen(path) >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "open /proc/%s", path);
	r = name_caller(proc_fd, path, named, err);
	if (r < 0)
		return r;
	r = beneath_open_how(proc_fd, named, &how, &fd, err);
	if (r < 0)
		return explain_open(r, path, err);
	r = check_file(proc_fd, fd, path, err);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int procfs_write(int proc_fd, const char *path, const char *text, struct err *err)
{
	size_t size = strlen(text);
	AUTO_FD int fd = -1;
	ssize_t n;
	int r = procfs_open_file(proc_fd, path, O_WRONLY, &fd, err);

	if (r < 0)
		return r;
	do
		n = write(fd, text, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "write to /proc/%s", path);
	if ((size_t)n != size)
		return err_fail(err, EIO, "write to /proc/%s: only %zd of %zu bytes were taken",
			path, n, size);
	return 0;
}

int procfs_read(int proc_fd, const char *path, char *buffer, size_t size, struct err *err)
{
	AUTO_FD int fd = -1;
	ssize_t n;
	int r = procfs_open_file(proc_fd, path, O_RDONLY, &fd, err);

	if (r < 0)
		return r;
	n = fd_read_up_to(fd, buffer, size, err);
	if (n < 0)
		return err_while(err, "/proc/%s", path);
	if ((size_t)n == size)
		return err_sys_code(err, EFBIG, "read /proc/%s", path);
	buffer[n] = '\0';
	return (int)n;
}

/* One component of a key: what lies between separators, with dots and slashes as in the file name.
 */
static bool is_component(const char *name, size_t length)
{
	if (length == 0 || (length == 1 && name[0] == '.') ||
		(length == 2 && name[0] == '.' && name[1] == '.'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f)
			return false;
	}
	return true;
}

int procfs_sysctl_path(const char *key, char buffer[PROCFS_SYSCTL_PATH_BYTES])
{
	static const char prefix[] = "sys/";
	bool swaps = key[strcspn(key, "./")] == '.';
	char path[PROCFS_SYSCTL_PATH_BYTES];
	size_t length = sizeof(prefix) - 1;
	size_t begin = length;

	memcpy(path, prefix, sizeof(prefix));
	for (const char *at = key;; at++) {
		char c = *at;

		if (swaps && (c == '.' || c == '/'))
			c = c == '.' ? '/' : '.';
		if (c == '/' || c == '\0') {
			if (!is_component(path + begin, length - begin))
				return -EINVAL;
			begin = length + 1;
		}
		if (length + 1 >= sizeof(path) && c != '\0')
			return -ENAMETOOLONG;
		path[length++] = c;
		if (c == '\0')
			break;
	}
	memcpy(buffer, path, length);
	return 0;
}
