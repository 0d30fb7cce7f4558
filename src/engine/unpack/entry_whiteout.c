/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whiteouts (image-spec layer.md) as overlayfs knows them: a name that a lower layer has and this
 * one removes is a character device 0:0, a directory that hides all of the lower ones has an
 * attribute. Both concern lower layers only: what this layer itself has of that name stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/unpack/entry.h"

#define WHITEOUT_PREFIX ".wh."
#define WHITEOUT_META   ".wh..wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"

static int open_directory_at(int parent_fd, const char *name, int *ret_fd, struct err *err)
{
	*ret_fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %.255s", name) : 0;
}

/* The name is there already: a directory of this layer has nothing of the lower one's. */
static int hide_lower_of(int parent_fd, const char *name, struct err *err)
{
	AUTO_FD int fd = -1;
	struct stat st;
	int r;

	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "fstatat %.255s", name);
	if (!S_ISDIR(st.st_mode))
		return 0; /* hides whatever is below, as it is */
	r = open_directory_at(parent_fd, name, &fd, err);
	return r < 0 ? r : tree_make_opaque(fd, err);
}

static int make_whiteout(int parent_fd, const char *name, struct err *err)
{
	if (mknodat(parent_fd, name, S_IFCHR, makedev(0, 0)) == 0)
		return 0;
	if (errno == EEXIST)
		return hide_lower_of(parent_fd, name, err);
	return err_sys(err, "mknodat %.255s", name);
}

static const char *leaf_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A directory on the way to the leaf begins like that. */
static bool has_parent_like(const char *path, const char *prefix)
{
	const char *leaf = leaf_of(path);

	for (const char *at = path; at < leaf; at += strcspn(at, "/") + 1)
		if (text_has_prefix(at, prefix))
			return true;
	return false;
}

/* What else aufs kept in its layers says nothing about the content. */
static bool is_of_aufs(const char *path)
{
	const char *leaf = leaf_of(path);

	return has_parent_like(path, WHITEOUT_META) ||
	       (text_has_prefix(leaf, WHITEOUT_META) && strcmp(leaf, WHITEOUT_OPAQUE) != 0);
}

int entry_place_whiteout(struct unpack *unpack, const struct entry *entry, struct err *err)
{
	const char *leaf = leaf_of(entry->path), *name;
	int parent_fd, r;

	if (is_of_aufs(entry->path))
		return 1;
	if (has_parent_like(entry->path, WHITEOUT_PREFIX))
		return err_fail(err, EINVAL, "a whiteout is no directory");
	if (!text_has_prefix(leaf, WHITEOUT_PREFIX))
		return 0;
	name = leaf + strlen(WHITEOUT_PREFIX);
	if (strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_fail(err, EINVAL, "a whiteout needs a name to remove");
	r = tree_open_parent(&unpack->tree, entry->path, &parent_fd, &leaf, err);
	if (r < 0)
		return r;
	r = strcmp(leaf, WHITEOUT_OPAQUE) == 0 ? tree_make_opaque(parent_fd, err)
					       : make_whiteout(parent_fd, name, err);
	return r < 0 ? r : 1;
}
