/* SPDX-License-Identifier: Apache-2.0 */
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static int open_file(int dir_fd, const char *name, int *ret_fd, struct err *err)
{
	*ret_fd = openat(
		dir_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? err_sys(err, "open %s", name) : 0;
}

static bool is_full(int fd, size_t length, uint64_t max_bytes)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > 0 && (uint64_t)st.st_size + length > max_bytes;
}

/* Only one of those that have the full file open may rename it: the next one is not full. */
static int rotate(int dir_fd, const char *name, int *fd, struct err *err)
{
	struct stat opened, named;
	char before[NAME_MAX + 1];
	int r = 0;

	snprintf(before, sizeof(before), "%.250s.1", name);
	while (flock(*fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock %s", name);
	if (fstat(*fd, &opened) == 0 && fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		opened.st_ino == named.st_ino && renameat(dir_fd, name, dir_fd, before) < 0)
		r = err_sys(err, "rename %s", name);
	fd_replace(fd, -1); /* and with it the lock */
	return r < 0 ? r : open_file(dir_fd, name, fd, err);
}

int append_line(int dir_fd, const char *name, const char *line, size_t length, uint64_t max_bytes,
	struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_file(dir_fd, name, &fd, err);

	if (r == 0 && is_full(fd, length, max_bytes))
		r = rotate(dir_fd, name, &fd, err);
	return r < 0 ? r : fd_write_all(fd, line, length, err);
}
