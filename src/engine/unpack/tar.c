/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

enum { BUFFER_BYTES = 256 * 1024 };

struct input {
	int fd;
	char buffer[BUFFER_BYTES];
};

static la_ssize_t read_input(struct archive *archive, void *context, const void **ret_bytes)
{
	struct input *input = context;
	ssize_t n;

	do
		n = read(input->fd, input->buffer, sizeof(input->buffer));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		archive_set_error(archive, errno, "read: %s", err_errno_text(errno));
	*ret_bytes = input->buffer;
	return n;
}

static int fail_archive(struct archive *archive, struct err *err)
{
	const char *text = archive_error_string(archive);

	return err_fail(err, EINVAL, "damaged archive: %s", text ? text : "no reason known");
}

static int read_owner(struct archive_entry *raw, struct entry *ret, struct err *err)
{
	const la_int64_t uid = archive_entry_uid(raw), gid = archive_entry_gid(raw);

	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
		return err_fail(err, ERANGE, "owner %lld:%lld is out of range", (long long)uid,
			(long long)gid);
	ret->uid = (uid_t)uid;
	ret->gid = (gid_t)gid;
	return 0;
}

static int read_size(struct archive_entry *raw, struct entry *ret, struct err *err)
{
	const la_int64_t size = archive_entry_size_is_set(raw) ? archive_entry_size(raw) : 0;

	if (size < 0)
		return err_fail(err, EINVAL, "a size below zero");
	ret->size = (uint64_t)size;
	return 0;
}

static int read_links(struct archive_entry *raw, struct entry *ret, struct err *err)
{
	const char *hardlink = archive_entry_hardlink(raw);

	ret->link = archive_entry_symlink(raw);
	ret->is_hardlink = hardlink != NULL;
	return hardlink ? tree_clean(hardlink, ret->hardlink, err) : 0;
}

static int read_entry(
	const struct unpack *unpack, struct archive_entry *raw, struct entry *ret, struct err *err)
{
	const char *path = archive_entry_pathname(raw);
	int r;

	if (!path)
		return err_fail(err, EILSEQ, "an entry whose name cannot be read");
	ret->raw = raw;
	ret->type = archive_entry_filetype(raw);
	ret->mode = archive_entry_perm(raw);
	ret->device = archive_entry_rdev(raw);
	ret->mtime.tv_sec = archive_entry_mtime(raw);
	ret->mtime.tv_nsec = archive_entry_mtime_nsec(raw);
	if (ret->mtime.tv_nsec < 0 || ret->mtime.tv_nsec > 999999999)
		ret->mtime.tv_nsec = 0;
	r = tree_clean(path, ret->path, err);
	if (unpack->is_plain)
		ret->mode &= 01777;
	if (r == 0)
		r = read_links(raw, ret, err);
	if (r == 0)
		r = read_size(raw, ret, err);
	return r < 0 ? r : read_owner(raw, ret, err);
}

static int place(struct unpack *unpack, struct archive_entry *raw, struct err *err)
{
	struct entry entry;
	int r = read_entry(unpack, raw, &entry, err);

	if (r < 0)
		return err_while(err, "entry %llu", (unsigned long long)unpack->report.n_entries);
	if (unpack->copy)
		r = copy_redirect(unpack->copy, unpack->tree.root_fd, &entry, err);
	if (unpack->has_whiteouts)
		r = entry_place_whiteout(unpack, &entry, err);
	if (r == 0)
		r = entry_place(unpack, &entry, err);
	return r < 0 ? err_while(err, "entry \"%.300s\"", entry.path) : 0;
}

static int place_entries(struct unpack *unpack, struct err *err)
{
	for (;;) {
		struct archive_entry *raw;
		int code = archive_read_next_header(unpack->archive, &raw);
		int r;

		if (code == ARCHIVE_EOF)
			return 0;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return fail_archive(unpack->archive, err);
		if (++unpack->report.n_entries > UNPACK_ENTRIES_MAX)
			return err_fail(err, E2BIG, "the archive has more than %d entries",
				UNPACK_ENTRIES_MAX);
		r = place(unpack, raw, err);
		if (r < 0)
			return r;
	}
}

/* No byte at all is an archive without entries, too. */
static bool is_empty(struct archive *archive)
{
	const char *text = archive_error_string(archive);

	return archive_filter_bytes(archive, 0) == 0 &&
	       (!text || strstr(text, "Unrecognized archive format"));
}

static int open_archive(struct unpack *unpack, struct input *input, struct err *err)
{
	struct archive *archive = unpack->archive;

	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
		archive_read_open(archive, input, NULL, read_input, NULL) != ARCHIVE_OK)
		return fail_archive(archive, err);
	return 0;
}

static int drain(struct input *input, struct err *err)
{
	ssize_t n;

	do
		n = fd_read_up_to(input->fd, input->buffer, sizeof(input->buffer), err);
	while (n > 0);
	return (int)n;
}

int tar_unpack(struct unpack *unpack, int in_fd, struct err *err)
{
	struct input *input = malloc(sizeof(*input));
	int r;

	unpack->archive = archive_read_new();
	if (!input || !unpack->archive) {
		r = err_fail(err, ENOMEM, "no memory for the archive");
	} else {
		input->fd = in_fd;
		r = open_archive(unpack, input, err);
		if (r == 0)
			r = place_entries(unpack, err);
		if (r < 0 && unpack->report.n_entries == 0 && is_empty(unpack->archive))
			r = 0;
		if (r == 0)
			r = drain(input, err);
		if (r == 0)
			r = tree_set_times(&unpack->tree, err);
		unpack->report.n_implicit = unpack->tree.n_implicit;
	}
	archive_read_free(unpack->archive);
	free(input);
	return r;
}
