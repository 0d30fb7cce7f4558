/* SPDX-License-Identifier: Apache-2.0 */
/* Role init. Every name is looked up relative to a directory that is held open. */
#include "init/copy_up.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/directory.h"

enum {
	COPY_UP_MAX_DEPTH = 64,
	COPY_UP_CHUNK_BYTES = 1 << 20,
};

static int copy_directory(int from, int to, dev_t device, int depth, struct err *err);

static int copy_content(int from, int to, const char *name, struct err *err)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, COPY_UP_CHUNK_BYTES);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(err, "sendfile %s", name);
	}
}

static int copy_file(int from, int to, const char *name, struct err *err)
{
	AUTO_FD int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (in < 0)
		return err_sys(err, "open %s", name);
	AUTO_FD int out = openat(
		to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return err_sys(err, "open copy of %s", name);
	return copy_content(in, out, name, err);
}

static int copy_symlink(int from, int to, const char *name, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(err, "readlink %s", name);
	target[n] = '\0';
	if (symlinkat(target, to, name) < 0)
		return err_sys(err, "symlink %s", name);
	return 0;
}

static int copy_subdirectory(
	int from, int to, const char *name, dev_t device, int depth, struct err *err)
{
	AUTO_FD int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return err_sys(err, "open %s", name);
	if (mkdirat(to, name, 0700) < 0)
		return err_sys(err, "mkdir %s", name);
	AUTO_FD int out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		return err_sys(err, "open copy of %s", name);
	return copy_directory(in, out, device, depth + 1, err);
}

static int copy_metadata(int to, const char *name, const struct stat *st, struct err *err)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "fchownat %s", name);
	if (!S_ISLNK(st->st_mode) && fchmodat(to, name, st->st_mode & 07777, 0) < 0)
		return err_sys(err, "fchmodat %s", name);
	if (utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "utimensat %s", name);
	return 0;
}

static int copy_entry(int from, int to, const char *name, dev_t device, int depth, struct err *err)
{
	struct stat st;
	int r = 0;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "stat %s", name);
	if (st.st_dev != device)
		return 0;
	if (S_ISDIR(st.st_mode))
		r = copy_subdirectory(from, to, name, device, depth, err);
	else if (S_ISREG(st.st_mode))
		r = copy_file(from, to, name, err);
	else if (S_ISLNK(st.st_mode))
		r = copy_symlink(from, to, name, err);
	else if (mknodat(to, name, st.st_mode, st.st_rdev) < 0)
		r = err_sys(err, "mknod %s", name);
	return r < 0 ? r : copy_metadata(to, name, &st, err);
}

static int copy_directory(int from, int to, dev_t device, int depth, struct err *err)
{
	struct directory directory = DIRECTORY_INIT(from);
	const char *name;
	int r;

	if (depth > COPY_UP_MAX_DEPTH)
		return err_fail(err, ELOOP, "more than %d directories deep", COPY_UP_MAX_DEPTH);
	while ((r = directory_next(&directory, &name, err)) > 0) {
		r = copy_entry(from, to, name, device, depth, err);
		if (r < 0)
			return r;
	}
	return r;
}

int copy_up_tree(int from_fd, int to_fd, struct err *err)
{
	struct stat st;

	AUTO_FD int from = openat(from_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0)
		return err_sys(err, "open the directory to copy up");
	AUTO_FD int to = openat(to_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to < 0)
		return err_sys(err, "open the new file system");
	if (fstat(from, &st) < 0)
		return err_sys(err, "fstat the directory to copy up");
	return copy_directory(from, to, st.st_dev, 0, err);
}
