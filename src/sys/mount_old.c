/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mount_old.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/mount_api.h"
#include "sys/mount_stage.h"

enum { DATA_MAX_BYTES = 4095 }; /* mount(2): one page with its NUL */

/* Of the whole file system: fsconfig(2) takes them as words, mount(2) as flags. */
static const struct {
	const char *word;
	unsigned long flag;
	bool clears;
} words[] = {
	{ "ro", MS_RDONLY, false },
	{ "rw", MS_RDONLY, true },
	{ "sync", MS_SYNCHRONOUS, false },
	{ "async", MS_SYNCHRONOUS, true },
	{ "dirsync", MS_DIRSYNC, false },
	{ "mand", MS_MANDLOCK, false },
	{ "nomand", MS_MANDLOCK, true },
	{ "lazytime", MS_LAZYTIME, false },
	{ "nolazytime", MS_LAZYTIME, true },
};

static bool take_word(const char *option, size_t length, unsigned long *flags)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != length || memcmp(words[i].word, option, length) != 0)
			continue;
		*flags = words[i].clears ? *flags & ~words[i].flag : *flags | words[i].flag;
		return true;
	}
	return false;
}

/* Up to an unescaped comma or the end. */
static size_t option_length(const char *option)
{
	size_t length = 0;

	while (option[length] != '\0' && option[length] != ',')
		length += option[length] == '\\' && option[length + 1] != '\0' ? 2 : 1;
	return length;
}

/* The file system's own options, with their escapes: overlay undoes them itself. */
static int split_data(
	const char *data, char own[DATA_MAX_BYTES + 1], unsigned long *flags, struct err *err)
{
	size_t used = 0;

	while (data && *data != '\0') {
		size_t length = option_length(data);

		if (length > 0 && !take_word(data, length, flags)) {
			if (used + length + 1 > DATA_MAX_BYTES)
				return err_fail(err, E2BIG,
					"the options are longer than %d bytes, all that mount(2) "
					"takes",
					DATA_MAX_BYTES);
			if (used > 0)
				own[used++] = ',';
			memcpy(own + used, data, length);
			used += length;
		}
		data += length + (data[length] == ',');
	}
	own[used] = '\0';
	return 0;
}

/*
 * What it has until it gets its own. MS_RDONLY would make the file system read-only, not the mount;
 * only for these two a user namespace may have to ask for it at once, because the host's is.
 */
static unsigned long first_flags(const char *type, uint64_t attributes)
{
	unsigned long flags = mount_old_flags(attributes) | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (text_equal(type, "proc") || text_equal(type, "sysfs"))
		return flags;
	return flags & ~(unsigned long)MS_RDONLY;
}

int mount_old_new_fs(const char *type, const char *source, const char *data, uint64_t attributes,
	int *ret_fd, struct err *err)
{
	unsigned long flags = first_flags(type, attributes);
	char own[DATA_MAX_BYTES + 1];
	struct mount_place place = { .fd = -1 };
	AUTO_FD int tree = -1;
	int r = split_data(data, own, &flags, err);

	if (r == 0)
		r = mount_stage_add_place(true, &place, err);
	AUTO_FD int on = place.fd;
	if (r == 0)
		r = mount_stage_mount(
			-1, text_is_empty(source) ? "none" : source, on, type, flags, own, err);
	if (r == 0)
		r = mount_stage_look(&place, &tree, err);
	if (r == 0)
		r = mount_old_set_attributes(tree, attributes,
			~attributes & (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC),
			false, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r;
}

/* "" is dir_fd itself. */
static int open_source(int dir_fd, const char *path, int *ret_fd, struct err *err)
{
	int fd = path[0] == '\0' ? fcntl(dir_fd, F_DUPFD_CLOEXEC, 3)
				 : openat(dir_fd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	*ret_fd = fd;
	return 0;
}

int mount_old_clone_tree(int dir_fd, const char *path, bool recursive, int *ret_fd, struct err *err)
{
	struct mount_place place = { .fd = -1 };
	AUTO_FD int source = -1;
	struct stat st;
	int r = open_source(dir_fd, path, &source, err);

	if (r < 0)
		return r;
	if (fstat(source, &st) < 0)
		return err_sys(err, "fstat %s", path);
	r = mount_stage_add_place(S_ISDIR(st.st_mode), &place, err);
	AUTO_FD int on = place.fd;
	if (r == 0)
		r = mount_stage_mount(
			source, NULL, on, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL, err);
	return r < 0 ? r : mount_stage_look(&place, ret_fd, err);
}

int mount_old_attach(int tree_fd, int target_fd, struct err *err)
{
	return mount_stage_mount(tree_fd, NULL, target_fd, NULL, MS_MOVE, NULL, err);
}

int mount_old_set_propagation(int fd, unsigned long propagation, bool recursive, struct err *err)
{
	return mount_stage_mount(
		-1, NULL, fd, NULL, propagation | (recursive ? MS_REC : 0), NULL, err);
}
