/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/beneath.h"
#include "sys/directory.h"

enum {
	IMPLICIT_MODE = 0755,
	FIRST_TIMES = 256,
};

int tree_init(struct tree *tree, struct err *err)
{
	tree->root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return tree->root_fd < 0 ? err_sys(err, "open /") : 0;
}

void tree_done(struct tree *tree)
{
	for (size_t i = 0; i < tree->n_times; i++)
		free(tree->times[i].path);
	free(tree->times);
	fd_replace(&tree->parent_fd, -1);
	fd_replace(&tree->root_fd, -1);
}

/* Takes off the last component of ret[0 … *length). */
static bool go_up(const char *ret, size_t *length)
{
	if (*length == 0)
		return false;
	while (*length > 0 && ret[*length - 1] != '/')
		(*length)--;
	if (*length > 0)
		(*length)--;
	return true;
}

int tree_clean(const char *name, char ret[PATH_MAX], struct err *err)
{
	size_t length = 0;

	for (const char *at = name; *at;) {
		size_t n = strcspn(at, "/");

		if (n == 2 && memcmp(at, "..", 2) == 0) {
			if (!go_up(ret, &length))
				return err_fail(err, EINVAL,
					"entry \"%.300s\" leads out of the archive", name);
		} else if (n > 0 && !(n == 1 && at[0] == '.')) {
			if (length + 1 + n >= PATH_MAX)
				return err_fail(err, ENAMETOOLONG, "entry \"%.300s\": %s", name,
					err_errno_text(ENAMETOOLONG));
			if (length > 0)
				ret[length++] = '/';
			memcpy(ret + length, at, n);
			length += n;
		}
		at += n + (at[n] == '/');
	}
	ret[length] = '\0';
	return 0;
}

bool tree_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

int tree_make_opaque(int directory_fd, struct err *err)
{
	if (fsetxattr(directory_fd, "user.overlay.opaque", "y", 1, 0) < 0)
		return err_sys(err, "fsetxattr user.overlay.opaque");
	return 0;
}

static int open_directory(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	return beneath_open(root_fd, path[0] ? path : "/", O_RDONLY | O_DIRECTORY, 0, ret_fd, err);
}

/* A directory that the archive only implies: root's, and as old as time. */
static int make_implicit(struct tree *tree, int parent_fd, const char *name, struct err *err)
{
	static const struct timespec epoch[2] = { { 0, 0 }, { 0, 0 } };
	bool was_whiteout = false;
	struct stat st;

	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!tree_is_whiteout(&st))
			return err_fail(
				err, ENOTDIR, "\"%.255s\" is in the way of a directory", name);
		was_whiteout = true;
		if (unlinkat(parent_fd, name, 0) < 0)
			return err_sys(err, "unlinkat %.255s", name);
	}
	if (mkdirat(parent_fd, name, IMPLICIT_MODE) < 0)
		return err_sys(err, "mkdirat %.255s", name);
	tree->n_implicit++;
	AUTO_FD int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %.255s", name);
	if (fchmod(fd, IMPLICIT_MODE) < 0 || futimens(fd, epoch) < 0)
		return err_sys(err, "fchmod %.255s", name);
	return was_whiteout ? tree_make_opaque(fd, err) : 0;
}

/* Goes down to path, making what is missing. */
static int make_directories(struct tree *tree, const char *path, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	char prefix[PATH_MAX];
	int r = open_directory(tree->root_fd, "", &fd, err);

	for (const char *at = path; r == 0 && *at;) {
		size_t n = strcspn(at, "/");
		size_t length = (size_t)(at - path) + n;
		struct err ignored = ERR_INIT;
		char name[NAME_MAX + 1];
		int next_fd = -1;

		if (n > NAME_MAX)
			return err_fail(err, ENAMETOOLONG, "\"%.300s\": %s", path,
				err_errno_text(ENAMETOOLONG));
		memcpy(prefix, path, length);
		prefix[length] = '\0';
		memcpy(name, at, n);
		name[n] = '\0';
		r = open_directory(tree->root_fd, prefix, &next_fd, &ignored);
		if (r == -ENOENT || r == -ENOTDIR) {
			r = make_implicit(tree, fd, name, err);
			if (r == 0)
				r = open_directory(tree->root_fd, prefix, &next_fd, err);
		} else if (r < 0) {
			*err = ignored;
		}
		fd_replace(&fd, next_fd);
		at += n + (at[n] == '/');
	}
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int tree_open_parent(
	struct tree *tree, const char *path, int *ret_fd, const char **ret_leaf, struct err *err)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	char parent[PATH_MAX];

	memcpy(parent, path, length);
	parent[length] = '\0';
	*ret_leaf = slash ? slash + 1 : path;
	if (tree->parent_fd < 0 || strcmp(parent, tree->parent) != 0) {
		struct err ignored = ERR_INIT;
		int fd = -1;
		int r = open_directory(tree->root_fd, parent, &fd, &ignored);

		if (r < 0)
			r = make_directories(tree, parent, &fd, err);
		if (r < 0)
			return r;
		fd_replace(&tree->parent_fd, fd);
		memcpy(tree->parent, parent, length + 1);
	}
	*ret_fd = tree->parent_fd;
	return 0;
}

static int remove_directory(int parent_fd, const char *leaf, struct err *err)
{
	AUTO_FD int fd = openat(parent_fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "open %.255s", leaf);
	r = directory_empty(fd, err);
	if (r == 0 && unlinkat(parent_fd, leaf, AT_REMOVEDIR) < 0)
		r = err_sys(err, "unlinkat %.255s", leaf);
	return r;
}

int tree_remove(int parent_fd, const char *leaf, bool *ret_was_whiteout, struct err *err)
{
	struct stat st;

	if (fstatat(parent_fd, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "fstatat %.255s", leaf);
	if (ret_was_whiteout)
		*ret_was_whiteout = tree_is_whiteout(&st);
	if (S_ISDIR(st.st_mode))
		return remove_directory(parent_fd, leaf, err);
	return unlinkat(parent_fd, leaf, 0) < 0 ? err_sys(err, "unlinkat %.255s", leaf) : 0;
}

int tree_note_time(
	struct tree *tree, const char *path, const struct timespec *mtime, struct err *err)
{
	char *copy = strdup(path);

	if (copy && tree->n_times == tree->times_capacity) {
		size_t capacity = tree->times_capacity ? tree->times_capacity * 2 : FIRST_TIMES;
		struct tree_time *times = reallocarray(
			tree->times, capacity, sizeof(struct tree_time));

		if (times) {
			tree->times = times;
			tree->times_capacity = capacity;
		}
	}
	if (!copy || tree->n_times == tree->times_capacity) {
		free(copy);
		return err_fail(err, ENOMEM, "no memory for the archive's directories");
	}
	tree->times[tree->n_times++] = (struct tree_time){ copy, *mtime };
	return 0;
}

int tree_set_times(struct tree *tree, struct err *err)
{
	for (size_t i = tree->n_times; i-- > 0;) {
		const struct timespec times[2] = { tree->times[i].mtime, tree->times[i].mtime };
		const char *path = tree->times[i].path[0] ? tree->times[i].path : ".";

		/* a directory that a later entry has replaced has no time to be set */
		if (utimensat(tree->root_fd, path, times, AT_SYMLINK_NOFOLLOW) < 0 &&
			errno != ENOENT && errno != ENOTDIR)
			return err_sys(err, "utimensat %.300s", path);
	}
	return 0;
}
