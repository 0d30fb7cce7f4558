/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/beneath_walk.h"
#include "sys/call_probe.h"

enum {
	KERNEL_ATTEMPTS = 32, /* EAGAIN of openat2(2): a rename anywhere on the system is enough */
	PARENT_MODE = 0755,
};

static bool walk_is_forced;

void beneath_force_walk(bool on)
{
	walk_is_forced = on;
}

static int open_by_kernel(int root_fd, const char *path, const struct beneath_how *how)
{
	struct open_how kernel_how = {
		.flags = (uint64_t)(how->flags | O_CLOEXEC),
		.mode = how->mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int attempts = KERNEL_ATTEMPTS;
	long fd;

	if (how->resolve & BENEATH_NO_XDEV)
		kernel_how.resolve |= RESOLVE_NO_XDEV;
	if (how->resolve & BENEATH_NO_SYMLINKS)
		kernel_how.resolve |= RESOLVE_NO_SYMLINKS;
	do
		fd = syscall(SYS_openat2, root_fd, path, &kernel_how, sizeof(kernel_how));
	while (fd < 0 && errno == EAGAIN && --attempts > 0);
	return fd < 0 ? -errno : (int)fd;
}

/* Whether an answer of openat2 says nothing about the path. */
static bool needs_walk(int r)
{
	/* EAGAIN: the kernel cannot promise anything while directories are being renamed; EPERM: of
	   the file (append-only, sealed …), or of a seccomp filter */
	return r == -EAGAIN || call_is_missing(PROBED_OPENAT2, -r);
}

static int resolve(int root_fd, const char *path, const struct beneath_how *how, int *ret_fd,
	struct beneath_place *ret_place)
{
	int r = walk_is_forced ? -ENOSYS : open_by_kernel(root_fd, path, how);

	if (r >= 0) {
		*ret_fd = r;
		return 0;
	}
	if (!needs_walk(r))
		return r;
	return beneath_walk_open(root_fd, path, how, ret_fd, ret_place);
}

/* "mkdir /a/b/c: at /a: not a directory"; the place only where it is known and says more. */
static int tell(struct err *err, int code, const char *verb, const char *path,
	const struct beneath_place *place)
{
	const char *known = place->path[0] == '/' && path[0] != '/' ? place->path + 1 : place->path;

	if (place->path[0] == '\0' || text_equal(known, path))
		err_sys_code(err, code, "%s %s", verb, path);
	else
		err_sys_code(err, code, "%s %s: at %s", verb, path, place->path);
	text_copy(err->syscall, sizeof(err->syscall), verb);
	return err_path(err, path);
}

/* What openat2(2) refuses and openat(2) ignores is made the same for both ways. */
static struct beneath_how normal_how(const struct beneath_how *how)
{
	struct beneath_how normal = *how;
	bool makes = (how->flags & O_CREAT) || (how->flags & O_TMPFILE) == O_TMPFILE;

	normal.mode = makes ? how->mode & 07777 : 0;
	if (how->flags & O_PATH)
		normal.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	return normal;
}

int beneath_open_how(
	int root_fd, const char *path, const struct beneath_how *how, int *ret_fd, struct err *err)
{
	struct beneath_place place = { "" };
	struct beneath_how normal = normal_how(how);
	int r = resolve(root_fd, path, &normal, ret_fd, &place);

	if (r < 0)
		return tell(err, r, "open", path, &place);
	return 0;
}

int beneath_open(
	int root_fd, const char *path, int flags, mode_t mode, int *ret_fd, struct err *err)
{
	struct beneath_how how = { .flags = flags, .mode = mode };

	return beneath_open_how(root_fd, path, &how, ret_fd, err);
}

/* A path as its parent directory ("." or "/" where it names none) and its last component. */
struct split {
	char parent[PATH_MAX];
	char name[NAME_MAX + 1];
};

static int split_path(const char *path, struct split *ret)
{
	size_t end = strlen(path);
	size_t begin;

	if (end >= PATH_MAX)
		return -ENAMETOOLONG;
	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/';)
		begin--;
	if (end - begin > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(ret->name, path + begin, end - begin);
	ret->name[end - begin] = '\0';
	if (ret->name[0] == '\0' || text_equal(ret->name, ".") || text_equal(ret->name, ".."))
		return -EINVAL;
	memcpy(ret->parent, path, begin);
	ret->parent[begin] = '\0';
	if (begin == 0)
		text_copy(ret->parent, sizeof(ret->parent), ".");
	return 0;
}

static int split_or_tell(const char *path, struct split *ret, struct err *err)
{
	int r = split_path(path, ret);

	if (r == -EINVAL)
		err_fail(err, EINVAL, "path \"%s\" does not end in a name", path);
	else if (r < 0)
		err_sys_code(err, r, "path %s", path);
	else
		return 0;
	return err_path(err, path);
}

int beneath_open_parent(
	int root_fd, const char *path, char name[NAME_MAX + 1], int *ret_fd, struct err *err)
{
	struct split split;
	int r = split_or_tell(path, &split, err);

	if (r < 0)
		return r;
	r = beneath_open(root_fd, split.parent, O_PATH | O_DIRECTORY, 0, ret_fd, err);
	if (r < 0)
		return r;
	memcpy(name, split.name, sizeof(split.name));
	return 0;
}

/* The usual case of something missing: only the last component is. EEXIST, and all that is odd, is
 * left to the walk. */
static int make_last_dir(int root_fd, const char *path, mode_t mode, int *ret_fd)
{
	struct beneath_how how = { .flags = O_PATH | O_DIRECTORY };
	struct beneath_place place = { "" };
	struct split split;
	AUTO_FD int parent = -1;
	int fd, r = split_path(path, &split);

	if (r == 0)
		r = resolve(root_fd, split.parent, &how, &parent, &place);
	if (r < 0)
		return r;
	if (mkdirat(parent, split.name, mode) < 0)
		return -errno;
	fd = openat(parent, split.name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int beneath_make_dirs(int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err)
{
	struct beneath_how how = { .flags = O_PATH | O_DIRECTORY };
	struct beneath_place place = { "" };
	int r = resolve(root_fd, path, &how, ret_fd, &place);

	/* Usually it is there. ENOTDIR is walked too: the walk tells where. */
	if (r == -ENOENT && make_last_dir(root_fd, path, mode, ret_fd) == 0)
		return 0;
	if (r == -ENOENT || r == -ENOTDIR)
		r = beneath_walk_make_dirs(root_fd, path, mode, 0, ret_fd, &place);
	if (r < 0)
		return tell(err, r, "mkdir", path, &place);
	return 0;
}

/* What exists is opened in one call. -ENOENT where something is to be made. */
static int open_existing_file(
	int root_fd, const char *path, int *ret_fd, struct beneath_place *ret_place)
{
	struct beneath_how how = { .flags = O_PATH };
	AUTO_FD int fd = -1;
	struct stat st;
	int r = resolve(root_fd, path, &how, &fd, ret_place);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int beneath_make_file(int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err)
{
	struct beneath_place place = { "" };
	int r = open_existing_file(root_fd, path, ret_fd, &place);

	if (r == -ENOENT || r == -ENOTDIR)
		r = beneath_walk_make_file(root_fd, path, mode, 0, ret_fd, &place);
	if (r < 0)
		return tell(err, r, "create", path, &place);
	return 0;
}

int beneath_make_plain_dirs(
	int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err)
{
	struct beneath_place place = { "" };
	int r = beneath_walk_make_dirs(root_fd, path, mode, BENEATH_NO_SYMLINKS, ret_fd, &place);

	return r < 0 ? tell(err, r, "mkdir", path, &place) : 0;
}

int beneath_make_plain_file(
	int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err)
{
	struct beneath_place place = { "" };
	int r = beneath_walk_make_file(root_fd, path, mode, BENEATH_NO_SYMLINKS, ret_fd, &place);

	return r < 0 ? tell(err, r, "create", path, &place) : 0;
}

int beneath_make_parent(
	int root_fd, const char *path, char name[NAME_MAX + 1], int *ret_fd, struct err *err)
{
	struct split split;
	int r = split_or_tell(path, &split, err);

	if (r < 0)
		return r;
	r = beneath_make_dirs(root_fd, split.parent, PARENT_MODE, ret_fd, err);
	if (r < 0)
		return r;
	memcpy(name, split.name, sizeof(split.name));
	return 0;
}

int beneath_symlink(int root_fd, const char *target, const char *path, struct err *err)
{
	char name[NAME_MAX + 1];
	AUTO_FD int parent = -1;
	int r = beneath_make_parent(root_fd, path, name, &parent, err);

	if (r < 0)
		return r;
	if (symlinkat(target, parent, name) < 0) {
		err_sys(err, "symlink %s", path);
		return err_path(err, path);
	}
	return 0;
}
