/* SPDX-License-Identifier: Apache-2.0 */
/* The part of mount_old.h that does what mount_setattr(2) does: one mount after the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/mount_api.h"
#include "sys/mount_old.h"
#include "sys/mount_stage.h"
#include "sys/mountinfo.h"

#define NO_SYMLINK_FOLLOW 0x2000 /* ST_NOSYMFOLLOW of statvfs(3), 5.10 */
#define FLAG_NO_SYMLINKS  0x100  /* MS_NOSYMFOLLOW */

/* Each attribute as fstatfs(2) shows it and as mount(2) sets it. */
static const struct {
	uint64_t attribute;
	unsigned long shown, flag;
} attributes[] = {
	{ MOUNT_ATTR_RDONLY, ST_RDONLY, MS_RDONLY },
	{ MOUNT_ATTR_NOSUID, ST_NOSUID, MS_NOSUID },
	{ MOUNT_ATTR_NODEV, ST_NODEV, MS_NODEV },
	{ MOUNT_ATTR_NOEXEC, ST_NOEXEC, MS_NOEXEC },
	{ MOUNT_ATTR_NODIRATIME, ST_NODIRATIME, MS_NODIRATIME },
	{ MOUNT_ATTR_NOSYMFOLLOW, NO_SYMLINK_FOLLOW, FLAG_NO_SYMLINKS },
};

static uint64_t attributes_shown(unsigned long shown)
{
	uint64_t found = shown & ST_NOATIME    ? MOUNT_ATTR_NOATIME
			 : shown & ST_RELATIME ? MOUNT_ATTR_RELATIME
					       : MOUNT_ATTR_STRICTATIME;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (shown & attributes[i].shown)
			found |= attributes[i].attribute;
	return found;
}

unsigned long mount_old_flags(uint64_t wanted)
{
	uint64_t atime = wanted & MOUNT_ATTR__ATIME;
	unsigned long flags = atime == MOUNT_ATTR_NOATIME       ? MS_NOATIME
			      : atime == MOUNT_ATTR_STRICTATIME ? MS_STRICTATIME
								: MS_RELATIME;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (wanted & attributes[i].attribute)
			flags |= attributes[i].flag;
	return flags;
}

/*
 * A remount sets all attributes anew: those that it has are asked for first. (Of a read-only file
 * system that is not told from a read-only mount: the mount becomes read-only, too.)
 */
static int change_one(int fd, uint64_t set, uint64_t clear, struct err *err)
{
	struct statvfs shown;

	if (fstatvfs(fd, &shown) < 0)
		return err_sys(err, "fstatvfs a mount");
	return mount_stage_mount(-1, NULL, fd, NULL,
		MS_REMOUNT | MS_BIND |
			mount_old_flags((attributes_shown(shown.f_flag) & ~clear) | set),
		NULL, err);
}

/* The mounts of a tree, by number: first its root. */
struct tree {
	uint64_t ids[MOUNT_OLD_TREE_MAX];
	size_t n;
	bool has_grown;
};

static bool has_mount(const struct tree *tree, uint64_t id)
{
	for (size_t i = 0; i < tree->n; i++)
		if (tree->ids[i] == id)
			return true;
	return false;
}

static int add_if_child(const struct mountinfo *mount, void *context, struct err *err)
{
	struct tree *tree = context;

	if (!has_mount(tree, mount->parent_id) || has_mount(tree, mount->id))
		return 0;
	if (tree->n == MOUNT_OLD_TREE_MAX)
		return err_fail(
			err, E2BIG, "there are more than %d mounts below one", MOUNT_OLD_TREE_MAX);
	tree->ids[tree->n++] = mount->id;
	tree->has_grown = true;
	return 0;
}

static int read_mounts(mountinfo_visit *visit, void *context, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = mount_stage_open_self("mountinfo", &fd, err);

	return r < 0 ? r : mountinfo_read(fd, visit, context, err);
}

/* "mnt_id:" of fdinfo (3.15), which is mountinfo's number; statx(2) has it only since 5.8. */
static int mount_of(int fd, uint64_t *ret, struct err *err)
{
	char name[32], text[512];
	const char *line;
	ssize_t n;
	int r;

	AUTO_FD int info = -1;
	text_format(name, sizeof(name), "fdinfo/%d", fd);
	r = mount_stage_open_self(name, &info, err);
	if (r < 0)
		return r;
	n = fd_read_up_to(info, text, sizeof(text) - 1, err);
	if (n < 0)
		return err_while(err, "%s", name);
	text[n] = '\0';
	line = strstr(text, "mnt_id:\t");
	if (!line)
		return err_fail(err, EPROTO, "%s does not say on which mount it is", name);
	*ret = strtoull(line + strlen("mnt_id:\t"), NULL, 10);
	return 0;
}

/* Lines are in no order that can be relied on. */
static int read_tree(int root_fd, struct tree *ret, struct err *err)
{
	int r = mount_of(root_fd, &ret->ids[0], err);

	ret->n = 1;
	ret->has_grown = true;
	while (r == 0 && ret->has_grown) {
		ret->has_grown = false;
		r = read_mounts(add_if_child, ret, err);
	}
	return r;
}

/* Where a mount lies below the tree's root. */
struct search {
	uint64_t root_id, id;
	char root_point[PATH_MAX], point[PATH_MAX];
	bool has_root, has_point;
	bool is_covered; /* another mount lies on its root: no path leads to it */
};

static int note_points(const struct mountinfo *mount, void *context, struct err *err)
{
	struct search *search = context;

	if (strlen(mount->mount_point) >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "a mount point");
	if (mount->id == search->root_id) {
		text_copy(search->root_point, PATH_MAX, mount->mount_point);
		search->has_root = true;
	} else if (mount->id == search->id) {
		text_copy(search->point, PATH_MAX, mount->mount_point);
		search->has_point = true;
	}
	return 0;
}

static int note_cover(const struct mountinfo *mount, void *context, struct err *err)
{
	struct search *search = context;

	(void)err;
	if (mount->parent_id == search->id && text_equal(mount->mount_point, search->point))
		search->is_covered = true;
	return 0;
}

/* The path from the tree's root; NULL: it is not there any more. */
static const char *path_below(const struct search *search)
{
	const char *below;

	if (!search->has_root || !search->has_point)
		return NULL;
	below = text_equal(search->root_point, "/")
			? search->point
			: text_after_prefix(search->point, search->root_point);
	return below && below[0] == '/' ? below + 1 : NULL;
}

/*
 * By path from the tree's root, which somebody may rename meanwhile who has the same files: that it
 * is the mount that was meant says its number.
 */
static int change_below(
	int root_fd, struct search *search, uint64_t set, uint64_t clear, struct err *err)
{
	const char *below;
	uint64_t found = 0;
	int r = read_mounts(note_points, search, err);

	if (r < 0)
		return r;
	below = path_below(search);
	if (!below)
		return err_fail(err, ESTALE, "a mount below went away or was moved meanwhile");
	AUTO_FD int fd = openat(root_fd, below, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	r = fd < 0 ? 0 : mount_of(fd, &found, err);
	if (r < 0)
		return r;
	if (fd >= 0 && found == search->id)
		return change_one(fd, set, clear, err);
	r = read_mounts(note_cover, search, err);
	if (r < 0 || search->is_covered)
		return r;
	return err_fail(err, ESTALE, "the mount at %s was exchanged meanwhile", below);
}

static int change_all(int root_fd, uint64_t set, uint64_t clear, struct err *err)
{
	struct tree tree;
	int r = read_tree(root_fd, &tree, err);

	if (r == 0)
		r = change_one(root_fd, set, clear, err);
	for (size_t i = 1; r == 0 && i < tree.n; i++) {
		struct search search = { .root_id = tree.ids[0], .id = tree.ids[i] };

		r = change_below(root_fd, &search, set, clear, err);
	}
	return r;
}

int mount_old_set_attributes(int fd, uint64_t set, uint64_t clear, bool recursive, struct err *err)
{
	return recursive ? change_all(fd, set, clear, err) : change_one(fd, set, clear, err);
}
