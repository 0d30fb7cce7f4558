/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/unpack/entry.h"

/*
 * An image may have attributes of its programs' own, capabilities and access lists. What overlayfs
 * keeps its notes in is not an archive's to write, and the rest belongs to the host's policies.
 */
static bool is_welcome(const struct unpack *unpack, const char *name)
{
	if (text_has_prefix(name, "user."))
		return !text_has_prefix(name, "user.overlay.");
	return (strcmp(name, "security.capability") == 0 && !unpack->is_plain) ||
	       strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

/* Without a descriptor by the path, which begins at the root that is ours. */
static int set_xattr(
	const struct entry *entry, int fd, const char *name, const void *value, size_t size)
{
	char path[PATH_MAX + 1];

	if (fd >= 0)
		return fsetxattr(fd, name, value, size, 0);
	snprintf(path, sizeof(path), "/%s", entry->path);
	return lsetxattr(path, name, value, size, 0);
}

static int set_xattrs(struct unpack *unpack, const struct entry *entry, int fd, struct err *err)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry->raw);
	while (archive_entry_xattr_next(entry->raw, &name, &value, &size) == ARCHIVE_OK) {
		if (!is_welcome(unpack, name)) {
			unpack->report.n_xattrs_skipped++;
			continue;
		}
		if (set_xattr(entry, fd, name, value, size) == 0)
			continue;
		/* a file system without them, or "user." on what is no file or directory */
		if (errno != EOPNOTSUPP && errno != EPERM)
			return err_sys(err, "setxattr %.100s", name);
		unpack->report.n_xattrs_skipped++;
	}
	return 0;
}

static int set_owner(const struct entry *entry, int fd, int parent_fd, const char *leaf)
{
	if (fd >= 0)
		return fchown(fd, entry->uid, entry->gid);
	return fchownat(parent_fd, leaf, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW);
}

static int set_mode(const struct entry *entry, int fd, int parent_fd, const char *leaf)
{
	if (fd >= 0)
		return fchmod(fd, entry->mode);
	return fchmodat(parent_fd, leaf, entry->mode, 0); /* a device: no link is followed */
}

static int set_time(const struct entry *entry, int fd, int parent_fd, const char *leaf)
{
	const struct timespec times[2] = { entry->mtime, entry->mtime };

	if (fd >= 0)
		return futimens(fd, times);
	return utimensat(parent_fd, leaf, times, AT_SYMLINK_NOFOLLOW);
}

static int explain_owner(const struct entry *entry, struct err *err)
{
	int r = err_sys(err, "chown to %u:%u", entry->uid, entry->gid);

	if (r == -EINVAL)
		return err_hint(err,
			"more ids are needed: lines for this user in /etc/subuid and /etc/subgid");
	return r;
}

/* The owner first: chown takes setuid and capabilities away. */
int entry_set_attributes(struct unpack *unpack, const struct entry *entry, int fd, int parent_fd,
	const char *leaf, struct err *err)
{
	int r;

	if (!unpack->has_attributes)
		return 0;
	if (unpack->keeps_owners && set_owner(entry, fd, parent_fd, leaf) < 0)
		return explain_owner(entry, err);
	r = set_xattrs(unpack, entry, fd, err);
	if (r < 0)
		return r;
	/* a file was made with its permissions; only setuid and the like are missing */
	if (!S_ISLNK(entry->type) && (!S_ISREG(entry->type) || entry->mode & ~(mode_t)0777) &&
		set_mode(entry, fd, parent_fd, leaf) < 0)
		return err_sys(err, "chmod");
	if (S_ISDIR(entry->type))
		return tree_note_time(&unpack->tree, entry->path, &entry->mtime, err);
	return set_time(entry, fd, parent_fd, leaf) < 0 ? err_sys(err, "utimensat") : 0;
}
