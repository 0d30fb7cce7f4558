/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/tar_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"

enum {
	BLOCK_BYTES = 512,
	COPY_BYTES = 128 * 1024,
	NAME_BYTES = 100,
};

static const uint64_t octal_max = (UINT64_C(1) << 33) - 1; /* eleven digits */

struct ustar_header {
	char name[NAME_BYTES];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char checksum[8];
	char type;
	char link[NAME_BYTES];
	char magic[6], version[2];
	char user[32], group[32];
	char major[8], minor[8];
	char prefix[155];
	char padding[12];
};
static_assert(sizeof(struct ustar_header) == BLOCK_BYTES, "a header is one block");

static void put_size(char field[12], uint64_t size)
{
	if (size <= octal_max) {
		snprintf(field, 12, "%011llo", (unsigned long long)size);
		return;
	}
	memset(field, 0, 12);
	field[0] = (char)0x80;
	for (int i = 11; i > 3; i--, size >>= 8)
		field[i] = (char)(size & 0xff);
}

static void put_checksum(struct ustar_header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	unsigned sum = 0;

	memset(header->checksum, ' ', sizeof(header->checksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += bytes[i];
	snprintf(header->checksum, sizeof(header->checksum), "%06o", sum);
}

static int write_header(int out_fd, const char *name, char type, uint64_t size, struct err *err)
{
	struct ustar_header header = { .type = type, .magic = "ustar", .version = { '0', '0' } };

	if (strlen(name) >= NAME_BYTES)
		return err_fail(err, ENAMETOOLONG, "%.200s: too long a name for an archive", name);
	memcpy(header.name, name, strlen(name));
	snprintf(header.mode, sizeof(header.mode), "%07o", type == '5' ? 0755 : 0644);
	snprintf(header.uid, sizeof(header.uid), "%07o", 0);
	snprintf(header.gid, sizeof(header.gid), "%07o", 0);
	snprintf(header.mtime, sizeof(header.mtime), "%011o", 0);
	put_size(header.size, size);
	put_checksum(&header);
	return fd_write_all(out_fd, &header, sizeof(header), err);
}

static int write_padding(int out_fd, uint64_t size, struct err *err)
{
	static const char zeros[BLOCK_BYTES];
	size_t over = size % BLOCK_BYTES;

	return over ? fd_write_all(out_fd, zeros, BLOCK_BYTES - over, err) : 0;
}

int tar_write_file(int out_fd, const char *name, const void *bytes, size_t size, struct err *err)
{
	int r = write_header(out_fd, name, '0', size, err);

	if (r == 0)
		r = fd_write_all(out_fd, bytes, size, err);
	return r < 0 ? r : write_padding(out_fd, size, err);
}

int tar_write_fd(int out_fd, const char *name, int from_fd, uint64_t size, struct err *err)
{
	char buffer[COPY_BYTES];
	int r = write_header(out_fd, name, '0', size, err);

	for (uint64_t left = size; r == 0 && left > 0;) {
		size_t wanted = left < sizeof(buffer) ? (size_t)left : sizeof(buffer);
		ssize_t n = fd_read_up_to(from_fd, buffer, wanted, err);

		if (n < 0)
			return (int)n;
		if ((size_t)n < wanted)
			return err_fail(err, EBADMSG, "%s is shorter than it was", name);
		r = fd_write_all(out_fd, buffer, wanted, err);
		left -= wanted;
	}
	return r < 0 ? r : write_padding(out_fd, size, err);
}

int tar_write_directory(int out_fd, const char *name, struct err *err)
{
	return write_header(out_fd, name, '5', 0, err);
}

int tar_write_end(int out_fd, struct err *err)
{
	static const char zeros[2 * BLOCK_BYTES];

	return fd_write_all(out_fd, zeros, sizeof(zeros), err);
}
