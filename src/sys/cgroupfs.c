/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/cgroupfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"

/* PAGE_COUNTER_MAX in bytes, rounded down to any page size up to 64 KiB: v1's "no limit". */
#define V1_NO_LIMIT_BYTES (((uint64_t)INT64_MAX) & ~(uint64_t)0xffff)

static int path_of(char *path, const char *dir, const char *file, struct err *err)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", dir, file);

	if (length < 0 || length >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "open %s/%s", dir, file);
	return 0;
}

int cgroupfs_open(const char *dir, const char *file, int flags, int *ret_fd, struct err *err)
{
	char path[PATH_MAX];
	int fd, r = path_of(path, dir, file, err);

	if (r < 0)
		return r;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	*ret_fd = fd;
	return 0;
}

int cgroupfs_write(const char *dir, const char *file, const char *value, struct err *err)
{
	char path[PATH_MAX];
	size_t length = strlen(value);
	int r = path_of(path, dir, file, err);

	if (r < 0)
		return r;

	AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	if (write(fd, value, length) != (ssize_t)length) {
		err_sys(err, "write \"%.*s\" to %s", (int)strcspn(value, "\n"), value, path);
		return err_path(err, path);
	}
	return 0;
}

int cgroupfs_read(const char *dir, const char *file, char *buffer, size_t size, struct err *err)
{
	AUTO_FD int fd = -1;
	ssize_t length;
	int r = cgroupfs_open(dir, file, O_RDONLY, &fd, err);

	if (r < 0)
		return r;
	length = fd_read_up_to(fd, buffer, size, err);
	if (length < 0) {
		err_while(err, "%s/%s", dir, file);
		return (int)length;
	}
	if ((size_t)length == size)
		return err_fail(err, EFBIG, "%s/%s has more than %zu bytes", dir, file, size - 1);
	while (length > 0 && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return (int)length;
}

int cgroupfs_read_u64(const char *dir, const char *file, uint64_t *ret, struct err *err)
{
	char text[64];
	uint64_t value;
	int r = cgroupfs_read(dir, file, text, sizeof(text), err);

	if (r < 0)
		return r;
	if (strcmp(text, "max") == 0 || strcmp(text, "-1") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (parse_u64(text, &value) < 0)
		return err_fail(err, EPROTO, "%s/%s: \"%s\" is not a number", dir, file, text);
	*ret = value >= V1_NO_LIMIT_BYTES ? UINT64_MAX : value;
	return 0;
}

bool cgroupfs_has(const char *dir, const char *file)
{
	char path[PATH_MAX];
	struct err ignored = ERR_INIT;

	return path_of(path, dir, file, &ignored) == 0 && access(path, F_OK) == 0;
}
