/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/unpack/entry.h"

/* Where an entry goes. */
struct place {
	int parent_fd; /* of the tree */
	const char *leaf;
};

static int place_root(struct unpack *unpack, const struct entry *entry, struct err *err)
{
	if (!S_ISDIR(entry->type))
		return err_fail(err, EINVAL, "only a directory can be the root");
	if (unpack->copy)
		return 0; /* stays as it is */
	return entry_set_attributes(
		unpack, entry, unpack->tree.root_fd, unpack->tree.root_fd, ".", err);
}

/* A directory that is there gets new attributes, anything else makes way (layer.md). */
static int place_directory(struct unpack *unpack, const struct entry *entry,
	const struct place *place, struct err *err)
{
	bool was_whiteout = false;
	struct stat st;
	int r = 0;

	if (mkdirat(place->parent_fd, place->leaf, 0700) < 0) {
		if (errno != EEXIST)
			return err_sys(err, "mkdirat");
		if (fstatat(place->parent_fd, place->leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(err, "fstatat");
		if (S_ISDIR(st.st_mode) && unpack->copy)
			return 0; /* stays as it is */
		if (!S_ISDIR(st.st_mode)) {
			r = tree_remove(place->parent_fd, place->leaf, &was_whiteout, err);
			if (r == 0 && mkdirat(place->parent_fd, place->leaf, 0700) < 0)
				r = err_sys(err, "mkdirat");
		}
	}
	if (r < 0)
		return r;
	AUTO_FD int fd = openat(
		place->parent_fd, place->leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open");
	if (was_whiteout)
		r = tree_make_opaque(fd, err);
	return r < 0 ? r
		     : entry_set_attributes(unpack, entry, fd, place->parent_fd, place->leaf, err);
}

/* Something is mounted on the name: it cannot be replaced, but written. */
static int open_mounted(const struct place *place, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = openat(place->parent_fd, place->leaf,
		O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_sys(err, "open");
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	if (!S_ISREG(st.st_mode))
		return err_fail(err, EBUSY, "something is mounted there");
	if (ftruncate(fd, 0) < 0)
		return err_sys(err, "ftruncate");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Seldom: an archive that has the name twice, or what it was told to remove. */
static int make_way(struct unpack *unpack, const struct place *place, int flags, mode_t mode,
	int *ret_fd, struct err *err)
{
	struct err busy = ERR_INIT;
	int r = tree_remove(place->parent_fd, place->leaf, NULL, &busy);

	if (r == -EBUSY && unpack->copy)
		return open_mounted(place, ret_fd, err);
	if (r < 0) {
		*err = busy;
		return r;
	}
	*ret_fd = openat(place->parent_fd, place->leaf, flags, mode);
	return *ret_fd < 0 ? err_sys(err, "open") : 0;
}

static int place_file(struct unpack *unpack, const struct entry *entry, const struct place *place,
	struct err *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	const mode_t mode = unpack->has_attributes ? entry->mode & 0777 : 0600;
	AUTO_FD int fd = openat(place->parent_fd, place->leaf, flags, mode);
	int r = 0;

	if (fd < 0 && errno == EEXIST)
		r = make_way(unpack, place, flags, mode, &fd, err);
	else if (fd < 0)
		r = err_sys(err, "open");
	if (r < 0)
		return r;
	r = entry_write_content(unpack, entry, fd, err);
	return r < 0 ? r
		     : entry_set_attributes(unpack, entry, fd, place->parent_fd, place->leaf, err);
}

static int place_symlink(struct unpack *unpack, const struct entry *entry,
	const struct place *place, struct err *err)
{
	if (!entry->link || entry->link[0] == '\0')
		return err_fail(err, EINVAL, "a symbolic link without a target");
	if (symlinkat(entry->link, place->parent_fd, place->leaf) < 0)
		return err_sys(err, "symlinkat");
	return entry_set_attributes(unpack, entry, -1, place->parent_fd, place->leaf, err);
}

/* Devices need the initial user namespace; without it a container's /dev has them anyway. */
static int place_special(struct unpack *unpack, const struct entry *entry,
	const struct place *place, struct err *err)
{
	const bool is_device = S_ISCHR(entry->type) || S_ISBLK(entry->type);

	if (!unpack->has_attributes)
		return 0;
	if (is_device && unpack->is_plain) {
		unpack->report.n_devices_skipped++;
		return 0;
	}
	if (S_ISCHR(entry->type) && entry->device == makedev(0, 0))
		return err_fail(err, EINVAL,
			"a character device 0:0 is overlayfs' own mark of a removed file");
	if (mknodat(place->parent_fd, place->leaf, entry->type | (entry->mode & 0777),
		    entry->device) < 0) {
		if (!is_device || errno != EPERM)
			return err_sys(err, "mknodat");
		unpack->report.n_devices_skipped++;
		return 0;
	}
	return entry_set_attributes(unpack, entry, -1, place->parent_fd, place->leaf, err);
}

/* Both names are found in the tree; the target of a last symbolic link is not looked at. */
static int place_hardlink(struct unpack *unpack, const struct entry *entry, struct err *err)
{
	const char *target_leaf, *leaf;
	int target_fd, parent_fd;
	int r;

	if (entry->hardlink[0] == '\0' || strcmp(entry->hardlink, entry->path) == 0)
		return err_fail(err, EINVAL, "a hard link to the root or to itself");
	r = tree_open_parent(&unpack->tree, entry->hardlink, &target_fd, &target_leaf, err);
	if (r < 0)
		return r;
	AUTO_FD int kept_fd = fcntl(target_fd, F_DUPFD_CLOEXEC, 0);
	if (kept_fd < 0)
		return err_sys(err, "fcntl F_DUPFD_CLOEXEC");
	r = tree_open_parent(&unpack->tree, entry->path, &parent_fd, &leaf, err);
	if (r == 0)
		r = tree_remove(parent_fd, leaf, NULL, err);
	if (r == 0 && linkat(kept_fd, target_leaf, parent_fd, leaf, 0) < 0)
		r = err_sys(err, "linkat to %.300s", entry->hardlink);
	return r;
}

static int place_leaf(struct unpack *unpack, const struct entry *entry, const struct place *place,
	struct err *err)
{
	switch (entry->type) {
	case S_IFREG:
		return place_file(unpack, entry, place, err);
	case S_IFLNK:
		return place_symlink(unpack, entry, place, err);
	case S_IFIFO:
	case S_IFCHR:
	case S_IFBLK:
		return place_special(unpack, entry, place, err);
	default:
		return err_fail(err, EINVAL, "an entry of an unknown type");
	}
}

int entry_place(struct unpack *unpack, const struct entry *entry, struct err *err)
{
	struct place place;
	int r;

	if (entry->path[0] == '\0')
		return place_root(unpack, entry, err);
	if (entry->is_hardlink)
		return place_hardlink(unpack, entry, err);
	r = tree_open_parent(&unpack->tree, entry->path, &place.parent_fd, &place.leaf, err);
	if (r == 0 && unpack->copy)
		r = copy_check_clash(entry, place.parent_fd, place.leaf, err);
	if (r < 0)
		return r;
	if (S_ISDIR(entry->type))
		return place_directory(unpack, entry, &place, err);
	if (!S_ISREG(entry->type))
		r = tree_remove(place.parent_fd, place.leaf, NULL, err);
	return r < 0 ? r : place_leaf(unpack, entry, &place, err);
}
