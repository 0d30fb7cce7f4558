/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/process.h"

enum { STAT_BYTES = 1024 };

static bool is_on_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == PROC_SUPER_MAGIC;
}

int process_dir_open(pid_t pid, int *ret_fd, struct err *err)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	AUTO_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys_code(err, errno == ENOENT ? ESRCH : errno, "open %s", path);
	if (!is_on_procfs(fd))
		return err_fail(err, EXDEV, "%s is not on procfs", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

bool process_dir_is_one(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "4711 (name) S 1 …"; -errno when it cannot be read any more. */
static int read_stat(int dir_fd, char text[STAT_BYTES], struct process_stat *ret, struct err *err)
{
	AUTO_FD int fd = openat(dir_fd, "stat", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_sys_code(err, errno == ENOENT ? ESRCH : errno, "open a process's stat");
	n = fd_read_up_to(fd, text, STAT_BYTES - 1, err);
	if (n < 0)
		return err_while(err, "a process's stat");
	text[n] = '\0';
	if (process_stat_parse(text, ret) < 0)
		return err_fail(err, EPROTO, "a process's stat has an unknown form");
	return 0;
}

int process_dir_pid(int fd, pid_t *ret, struct err *err)
{
	char text[STAT_BYTES];
	struct process_stat stat;
	int r = read_stat(fd, text, &stat, err);

	if (r < 0)
		return r;
	*ret = (pid_t)strtol(text, NULL, 10);
	return 0;
}

bool process_dir_has_ended(int fd)
{
	char text[STAT_BYTES];
	struct process_stat stat;
	struct err gone = ERR_INIT;

	return read_stat(fd, text, &stat, &gone) < 0 || stat.state == 'Z' || stat.state == 'X';
}
