/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>

void fd_close(int fd)
{
	int kept = errno;

	if (fd >= 0)
		close(fd);
	errno = kept;
}

int fd_write_all(int fd, const void *bytes, size_t size, struct err *err)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

ssize_t fd_read_up_to(int fd, void *buffer, size_t size, struct err *err)
{
	char *at = buffer;
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, at + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int fd_set_cloexec(int fd, bool on, struct err *err)
{
	if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0)
		return err_sys(err, "fcntl F_SETFD on descriptor %d", fd);
	return 0;
}
