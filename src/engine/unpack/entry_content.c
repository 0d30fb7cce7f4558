/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "engine/unpack/entry.h"

/* The disk begins to work while we go on; the end is waited for once, for everything. */
enum { WRITE_OUT_BYTES = 8 * 1024 * 1024 };

static void begin_writing_out(int fd, uint64_t *begin, uint64_t end, uint64_t at_least)
{
	if (end - *begin < at_least)
		return;
	(void)sync_file_range(fd, (off_t)*begin, (off_t)(end - *begin), SYNC_FILE_RANGE_WRITE);
	*begin = end;
}

static int write_block(int fd, const char *bytes, size_t size, int64_t offset, struct err *err)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, bytes, size, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		bytes += n;
		size -= (size_t)n;
		offset += n;
	}
	return 0;
}

/* Holes count as well: a file that claims to be huge is as much of a bomb as one that is. */
static int count_bytes(struct unpack *unpack, uint64_t size, struct err *err)
{
	if (size > unpack->max_bytes - unpack->report.content_bytes)
		return err_fail(err, EFBIG, "the archive unpacks to more than %llu bytes",
			(unsigned long long)unpack->max_bytes);
	unpack->report.content_bytes += size;
	return 0;
}

int entry_write_content(struct unpack *unpack, const struct entry *entry, int fd, struct err *err)
{
	uint64_t end = 0, written_out = 0;
	int r = count_bytes(unpack, entry->size, err);

	while (r == 0) {
		const void *bytes;
		la_int64_t offset;
		size_t size;
		int code = archive_read_data_block(unpack->archive, &bytes, &size, &offset);

		if (code == ARCHIVE_EOF)
			break;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return err_fail(err, EINVAL, "damaged archive: %s",
				archive_error_string(unpack->archive));
		if (size == 0)
			continue;
		if (offset < 0 || (uint64_t)offset > entry->size ||
			size > entry->size - (uint64_t)offset)
			return err_fail(err, EINVAL, "more content than the entry's size says");
		r = write_block(fd, bytes, size, offset, err);
		end = (uint64_t)offset + size;
		begin_writing_out(fd, &written_out, end, WRITE_OUT_BYTES);
	}
	begin_writing_out(fd, &written_out, end, WRITE_OUT_BYTES / 8);
	if (r == 0 && end < entry->size && ftruncate(fd, (off_t)entry->size) < 0)
		r = err_sys(err, "ftruncate");
	return r;
}
