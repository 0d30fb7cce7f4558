/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/unpack/pack_internal.h"

enum {
	BUFFER_BYTES = 128 * 1024,
	XATTR_NAMES_BYTES = 64 * 1024, /* XATTR_LIST_MAX */
	XATTR_VALUE_BYTES = 64 * 1024, /* XATTR_SIZE_MAX */
};

static int fail_archive(struct pack *pack, struct err *err)
{
	const char *text = archive_error_string(pack->archive);
	int code = archive_errno(pack->archive);

	if (code == EPIPE)
		return err_sys_code(err, EPIPE, "write");
	return err_fail(err, code > 0 ? code : EIO, "write the archive: %s: %s", pack->path,
		text ? text : "no reason known");
}

static int set_format(struct pack *pack)
{
	return pack->request->is_portable ? archive_write_set_format_pax_restricted(pack->archive)
					  : archive_write_set_format_pax(pack->archive);
}

int pack_open(struct pack *pack, int out_fd, struct err *err)
{
	pack->archive = archive_write_new();
	pack->links = archive_entry_linkresolver_new();
	if (!pack->archive || !pack->links)
		return err_fail(err, ENOMEM, "no memory for the archive");
	archive_entry_linkresolver_set_strategy(pack->links, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED);
	if (set_format(pack) != ARCHIVE_OK ||
		archive_write_set_format_option(pack->archive, "pax", "xattrheader", "SCHILY") !=
			ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(pack->archive, 1) != ARCHIVE_OK ||
		archive_write_open_fd(pack->archive, out_fd) != ARCHIVE_OK)
		return fail_archive(pack, err);
	return 0;
}

int pack_close(struct pack *pack, struct err *err)
{
	return archive_write_close(pack->archive) == ARCHIVE_OK ? 0 : fail_archive(pack, err);
}

void pack_done(struct pack *pack)
{
	archive_entry_linkresolver_free(pack->links);
	archive_write_free(pack->archive);
}

/* Those that are of use elsewhere: the same that a layer is unpacked with. */
static bool is_welcome(const char *name)
{
	if (text_has_prefix(name, "user."))
		return !text_has_prefix(name, "user.overlay.");
	return text_equal(name, "security.capability") ||
	       text_has_prefix(name, "system.posix_acl_");
}

static int add_xattrs(struct archive_entry *entry, int fd, struct err *err)
{
	char *names = malloc(XATTR_NAMES_BYTES), *value = malloc(XATTR_VALUE_BYTES);
	ssize_t n = names && value ? flistxattr(fd, names, XATTR_NAMES_BYTES) : -1;
	int r = names && value ? 0 : err_fail(err, ENOMEM, "no memory for attributes");

	for (const char *at = names; r == 0 && n > 0 && at < names + n; at += strlen(at) + 1) {
		ssize_t size = is_welcome(at) ? fgetxattr(fd, at, value, XATTR_VALUE_BYTES) : -1;

		if (size >= 0)
			archive_entry_xattr_add_entry(entry, at, value, (size_t)size);
	}
	free(names);
	free(value);
	return r;
}

/* Holes are not written; a file without one has no map. */
static void add_holes(
	const struct pack *pack, struct archive_entry *entry, int fd, const struct stat *st)
{
	off_t at = 0;

	if (pack->request->is_portable || (off_t)st->st_blocks * 512 >= st->st_size)
		return;
	while (at < st->st_size) {
		off_t begin = lseek(fd, at, SEEK_DATA);
		off_t end = begin < 0 ? -1 : lseek(fd, begin, SEEK_HOLE);

		if (begin < 0 && errno == ENXIO) /* only a hole is left */
			begin = end = st->st_size;
		if (begin < 0 || end < 0)
			break;
		if (end > st->st_size)
			end = st->st_size;
		archive_entry_sparse_add_entry(entry, begin, end - begin);
		at = end;
	}
	lseek(fd, 0, SEEK_SET);
}

/* What the header has promised is written, also when the file has become shorter. */
static int write_content(struct pack *pack, int fd, uint64_t size, struct err *err)
{
	char *buffer = malloc(BUFFER_BYTES);
	bool has_ended = false;
	int r = buffer ? 0 : err_fail(err, ENOMEM, "no memory for a buffer");

	while (r == 0 && size > 0) {
		size_t wanted = size < BUFFER_BYTES ? (size_t)size : BUFFER_BYTES;
		ssize_t n = has_ended ? 0 : fd_read_up_to(fd, buffer, wanted, err);

		if (n < 0) {
			r = (int)n;
			break;
		}
		if ((size_t)n < wanted) {
			pack->report->n_changed += !has_ended;
			has_ended = true;
			memset(buffer + n, 0, wanted - (size_t)n);
		}
		if (archive_write_data(pack->archive, buffer, wanted) < 0)
			r = fail_archive(pack, err);
		size -= wanted;
	}
	free(buffer);
	return r;
}

static int write_header(struct pack *pack, struct archive_entry *entry, struct err *err)
{
	int code = archive_write_header(pack->archive, entry);

	return code == ARCHIVE_OK || code == ARCHIVE_WARN ? 0 : fail_archive(pack, err);
}

static int write_file(struct pack *pack, struct archive_entry *entry, const struct stat *st, int fd,
	struct err *err)
{
	struct archive_entry *spare = NULL;
	bool is_link;
	int r;

	if (!S_ISDIR(st->st_mode))
		archive_entry_linkify(pack->links, &entry, &spare);
	is_link = archive_entry_hardlink(entry) != NULL;
	if (S_ISREG(st->st_mode) && !is_link)
		add_holes(pack, entry, fd, st);
	r = fd >= 0 && !is_link ? add_xattrs(entry, fd, err) : 0;
	if (r == 0)
		r = write_header(pack, entry, err);
	if (r == 0 && S_ISREG(st->st_mode) && !is_link)
		r = write_content(pack, fd, (uint64_t)st->st_size, err);
	pack->report->n_entries++;
	pack->report->content_bytes += is_link ? 0 : (uint64_t)st->st_size;
	return r;
}

int pack_write_entry(
	struct pack *pack, const struct stat *st, const char *link, int fd, struct err *err)
{
	struct archive_entry *entry = archive_entry_new();
	int r;

	if (!entry)
		return err_fail(err, ENOMEM, "no memory for an entry");
	archive_entry_copy_stat(entry, st);
	archive_entry_set_pathname(entry, pack->name[0] ? pack->name : "./");
	archive_entry_unset_atime(entry);
	archive_entry_unset_ctime(entry);
	if (link)
		archive_entry_set_symlink(entry, link);
	r = write_file(pack, entry, st, fd, err);
	archive_entry_free(entry);
	return r;
}

static int write_mark(struct pack *pack, const char *name, struct err *err)
{
	struct archive_entry *entry = archive_entry_new();
	int r;

	if (!entry)
		return err_fail(err, ENOMEM, "no memory for an entry");
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0);
	archive_entry_set_size(entry, 0);
	archive_entry_set_mtime(entry, 0, 0);
	r = write_header(pack, entry, err);
	archive_entry_free(entry);
	return r;
}

int pack_write_whiteout(struct pack *pack, const char *leaf, struct err *err)
{
	size_t directory = strlen(pack->name) - strlen(leaf);
	char name[PATH_MAX + sizeof(".wh.")];

	text_format(name, sizeof(name), "%.*s.wh.%s", (int)directory, pack->name, leaf);
	return write_mark(pack, name, err);
}

int pack_write_opaque(struct pack *pack, int directory_fd, struct err *err)
{
	char value, name[PATH_MAX + sizeof("/.wh..wh..opq")];

	if (fgetxattr(directory_fd, "user.overlay.opaque", &value, 1) != 1 || value != 'y')
		return 0;
	text_format(name, sizeof(name), "%s/.wh..wh..opq", pack->name);
	return write_mark(pack, name, err);
}
