/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

enum { FILE_FIRST_BYTES = 4096 };

int file_read_at(struct arena *arena, int dir_fd, const char *path, size_t max_bytes,
	const char **ret_text, size_t *ret_length, struct err *err)
{
	struct stat st;
	ssize_t n;
	char *text;

	AUTO_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", path);
	if (!S_ISREG(st.st_mode)) {
		err_fail(err, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, "%s is not a regular file",
			path);
		return err_path(err, path);
	}
	if ((size_t)st.st_size > max_bytes)
		return err_fail(err, EFBIG, "%s has %lld bytes; at most %zu are read", path,
			(long long)st.st_size, max_bytes);
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	n = fd_read_up_to(fd, text, (size_t)st.st_size, err);
	if (n < 0)
		return err_while(err, "%s", path);
	*ret_text = text;
	*ret_length = (size_t)n;
	return 0;
}

int file_create(
	int dir_fd, const char *name, const void *bytes, size_t size, mode_t mode, struct err *err)
{
	int r;

	AUTO_FD int fd = openat(
		dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return err_sys(err, "open %s", name);
	r = fd_write_all(fd, bytes, size, err);
	return r < 0 ? err_while(err, "%s", name) : 0;
}

int file_read_fd(struct arena *arena, int fd, const char *name, size_t max_bytes,
	const char **ret_text, size_t *ret_length, struct err *err)
{
	size_t capacity = 0, length = 0;
	char *text = NULL;

	while (length == capacity) {
		size_t wanted = capacity ? capacity * 2 : FILE_FIRST_BYTES;
		char *bigger = arena_alloc(arena, wanted + 1);
		ssize_t n;

		if (length > 0)
			memcpy(bigger, text, length);
		text = bigger;
		capacity = wanted;
		n = fd_read_up_to(fd, text + length, capacity - length, err);
		if (n < 0)
			return err_while(err, "%s", name);
		length += (size_t)n;
		if (length > max_bytes)
			return err_fail(err, EFBIG, "%s: more than %zu bytes; no more are read",
				name, max_bytes);
	}
	arena_trim(arena, text, length + 1);
	*ret_text = text;
	*ret_length = length;
	return 0;
}

int file_replace(
	int dir_fd, const char *name, const void *bytes, size_t size, mode_t mode, struct err *err)
{
	char temporary[256];
	int r;

	snprintf(temporary, sizeof(temporary), ".%.200s.%d", name, getpid());
	AUTO_FD int fd = openat(
		dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return err_sys(err, "open %s", temporary);
	r = fd_write_all(fd, bytes, size, err);
	if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
		r = err_sys(err, "rename %s", name);
	if (r < 0) {
		unlinkat(dir_fd, temporary, 0);
		return err_while(err, "%s", name);
	}
	return 0;
}

int file_open_log(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	*ret_fd = fd;
	return 0;
}
