/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes down into the first directory that is not empty and up again by "..", each time from the
 * begin of what is left: one descriptor, whatever the depth. Nobody else changes the tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/directory.h"

/* One's own may be closed to oneself, as overlayfs' work directory is to an ordinary user. */
static int open_directory(int parent_fd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent_fd, name, flags);

	if (fd >= 0 || errno != EACCES)
		return fd;
	if (fchmodat(parent_fd, name, 0700, 0) < 0)
		errno = EACCES;
	else
		fd = openat(parent_fd, name, flags);
	return fd;
}

/* 1: *directory_fd was replaced by a directory inside, which has to go first; 0: it is empty. */
static int empty_or_descend(int *directory_fd, struct err *err)
{
	struct directory directory = DIRECTORY_INIT(*directory_fd);
	const char *name;
	int r;

	if (lseek(*directory_fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	while ((r = directory_next(&directory, &name, err)) == 1) {
		int fd;

		if (unlinkat(*directory_fd, name, 0) == 0)
			continue;
		if (errno != EISDIR)
			return err_sys(err, "unlinkat %.255s", name);
		if (unlinkat(*directory_fd, name, AT_REMOVEDIR) == 0)
			continue;
		if (errno != ENOTEMPTY)
			return err_sys(err, "unlinkat %.255s", name);
		fd = open_directory(*directory_fd, name);
		if (fd < 0)
			return err_sys(err, "open %.255s", name);
		fd_replace(directory_fd, fd);
		return 1;
	}
	return r;
}

static bool is_same(int a, int b)
{
	struct stat of_a, of_b;

	return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_ino == of_b.st_ino &&
	       of_a.st_dev == of_b.st_dev;
}

int directory_empty(int directory_fd, struct err *err)
{
	AUTO_FD int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open .");
	for (;;) {
		int r = empty_or_descend(&fd, err);

		if (r < 0)
			return r;
		if (r == 1)
			continue;
		if (is_same(fd, directory_fd))
			return 0;
		r = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (r < 0)
			return err_sys(err, "open ..");
		fd_replace(&fd, r);
	}
}
