/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/unpack/entry.h"
#include "sys/beneath.h"

enum { LINKS_MAX = 40 };

/* What is at a path. */
struct found {
	char path[PATH_MAX];     /* no slash at the end; "" is the root */
	char parent[PATH_MAX];   /* of it */
	char leaf[NAME_MAX + 1]; /* "" for the root and what ends in a dot */
	bool is_there, is_directory;
};

static void strip_slashes(char *path)
{
	size_t length = strlen(path);

	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
}

static int split(struct found *found, struct err *err)
{
	const char *slash, *leaf;

	strip_slashes(found->path);
	slash = strrchr(found->path, '/');
	leaf = slash ? slash + 1 : found->path;
	if (text_equal(leaf, ".") || text_equal(leaf, ".."))
		leaf = "";
	if (strlen(leaf) > NAME_MAX)
		return err_sys_code(err, ENAMETOOLONG, "%.300s", found->path);
	text_format(found->leaf, sizeof(found->leaf), "%s", leaf);
	text_format(found->parent, sizeof(found->parent), "%.*s",
		slash ? (int)(slash - found->path) : 0, found->path);
	return 0;
}

static int open_directory(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	return beneath_open(root_fd, path[0] ? path : "/", O_PATH | O_DIRECTORY, 0, ret_fd, err);
}

/* found->path becomes what the link at its end says. */
static int follow(struct found *found, int parent_fd, struct err *err)
{
	char link[PATH_MAX];
	ssize_t n = readlinkat(parent_fd, found->leaf, link, sizeof(link) - 1);
	char joined[2 * PATH_MAX];

	if (n < 0)
		return err_sys(err, "readlink %.300s", found->path);
	link[n] = '\0';
	snprintf(joined, sizeof(joined), "%s%s%s", link[0] == '/' ? "" : found->parent,
		link[0] == '/' ? "" : "/", link);
	if (strlen(joined) >= sizeof(found->path))
		return err_sys_code(err, ENAMETOOLONG, "%.300s", found->path);
	memcpy(found->path, joined, strlen(joined) + 1);
	return 0;
}

/* 1: it was a link, and found->path is another now. */
static int look_once(struct found *found, int root_fd, struct err *err)
{
	AUTO_FD int parent_fd = -1;
	struct stat st;
	int r = split(found, err);

	if (r == 0)
		r = open_directory(
			root_fd, found->leaf[0] ? found->parent : found->path, &parent_fd, err);
	if (r < 0)
		return r;
	found->is_there = true;
	found->is_directory = true;
	if (!found->leaf[0])
		return 0;
	if (fstatat(parent_fd, found->leaf, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		found->is_there = false;
		return errno == ENOENT ? 0 : err_sys(err, "stat %.300s", found->path);
	}
	found->is_directory = S_ISDIR(st.st_mode);
	if (!S_ISLNK(st.st_mode))
		return 0;
	r = follow(found, parent_fd, err);
	return r < 0 ? r : 1;
}

static int look(struct found *found, int root_fd, struct err *err)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		int r = look_once(found, root_fd, err);

		if (r <= 0)
			return r;
	}
	return err_sys_code(err, ELOOP, "%.300s", found->path);
}

static bool means_directory(const char *path)
{
	size_t length = strlen(path);

	return length == 0 || path[length - 1] == '/' ||
	       (length > 1 && strcmp(path + length - 2, "/.") == 0);
}

static int settle(struct copy *copy, int root_fd, const struct entry *first, struct err *err)
{
	struct found found = { .is_there = false };
	bool wants_directory = copy->is_into || means_directory(copy->path);
	int r;

	if (strlen(copy->path) >= sizeof(found.path))
		return err_sys_code(err, ENAMETOOLONG, "%.300s", copy->path);
	memcpy(found.path, copy->path, strlen(copy->path) + 1);
	r = look(&found, root_fd, err);
	if (r < 0)
		return r;
	if (!found.is_there && (copy->is_into || (wants_directory && !S_ISDIR(first->type))))
		return err_fail(err, ENOENT, "%.300s: there is no such directory", copy->path);
	if (found.is_there && !found.is_directory && wants_directory)
		return err_fail(err, ENOTDIR, "%.300s is not a directory", copy->path);
	if (found.is_there && !found.is_directory && S_ISDIR(first->type))
		return err_fail(err, ENOTDIR, "%.300s is a file: a directory cannot become one",
			copy->path);
	memcpy(copy->base, found.is_directory && found.is_there ? found.path : found.parent,
		PATH_MAX);
	if (!found.is_there || !found.is_directory)
		memcpy(copy->name, found.leaf, sizeof(copy->name));
	copy->is_content = first->path[0] == '\0';
	copy->is_settled = true;
	return 0;
}

/* No slash in front, at the end, or twice, as a clean path has it; links and dots stay. */
static void put_tidy(const char *from, char path[PATH_MAX])
{
	size_t n = 0;

	for (; *from; from++)
		if (*from != '/' || (n > 0 && path[n - 1] != '/'))
			path[n++] = *from;
	path[n] = '\0';
	strip_slashes(path);
}

static int redirect_name(const struct copy *copy, char path[PATH_MAX], struct err *err)
{
	char joined[2 * PATH_MAX + NAME_MAX + 3];
	const char *rest = path;

	if (copy->name[0] && !copy->is_content)
		rest += strcspn(rest, "/");
	while (*rest == '/')
		rest++;
	snprintf(joined, sizeof(joined), "%s/%s/%s", copy->base, copy->name, rest);
	if (strlen(joined) >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "%.300s", path);
	put_tidy(joined, path);
	return 0;
}

int copy_redirect(struct copy *copy, int root_fd, struct entry *entry, struct err *err)
{
	int r = copy->is_settled ? 0 : settle(copy, root_fd, entry, err);

	if (r == 0)
		r = redirect_name(copy, entry->path, err);
	if (r == 0 && entry->is_hardlink)
		r = redirect_name(copy, entry->hardlink, err);
	return r;
}

int copy_check_clash(const struct entry *entry, int parent_fd, const char *leaf, struct err *err)
{
	struct stat st;

	if (fstatat(parent_fd, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "stat");
	if (S_ISDIR(st.st_mode) && !S_ISDIR(entry->type))
		return err_fail(err, EISDIR, "a directory is there: a file cannot replace it");
	if (!S_ISDIR(st.st_mode) && S_ISDIR(entry->type))
		return err_fail(err, ENOTDIR, "a file is there: a directory cannot replace it");
	return 0;
}
