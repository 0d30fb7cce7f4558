/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/store/store.h"

enum { HASH_BUFFER_BYTES = 256 * 1024 };

static bool has_size(int fd, uint64_t size)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size;
}

int store_open_blob(const struct store *store, const struct oci_descriptor *descriptor, int *ret_fd,
	struct err *err)
{
	AUTO_FD int fd = openat(store->blobs_fd, oci_digest_hex(descriptor->digest),
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open blob %s", descriptor->digest);
	if (!has_size(fd, descriptor->size))
		return err_fail(err, EBADMSG, "blob %s has not the %llu bytes it should have",
			descriptor->digest, (unsigned long long)descriptor->size);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

bool store_has_blob(const struct store *store, const struct oci_descriptor *descriptor)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	return store_open_blob(store, descriptor, &fd, &ignored) == 0;
}

int store_hash(int fd, char ret_digest[OCI_DIGEST_BYTES], uint64_t *ret_size, struct err *err)
{
	struct sha256 hash = SHA256_INIT;
	char *buffer = malloc(HASH_BUFFER_BYTES);
	uint64_t size = 0;
	ssize_t n;

	if (!buffer)
		return err_fail(err, ENOMEM, "no memory for a buffer");
	do {
		n = fd_read_up_to(fd, buffer, HASH_BUFFER_BYTES, err);
		if (n > 0) {
			sha256_add(&hash, buffer, (size_t)n);
			size += (size_t)n;
		}
	} while (n == HASH_BUFFER_BYTES);
	free(buffer);
	if (n < 0)
		return (int)n;
	oci_digest_end(&hash, ret_digest);
	*ret_size = size;
	return 0;
}

int store_read_blob(struct arena *arena, const struct store *store,
	const struct oci_descriptor *descriptor, size_t max_bytes, const char **ret_bytes,
	size_t *ret_size, struct err *err)
{
	char digest[OCI_DIGEST_BYTES];
	AUTO_FD int fd = -1;
	char *bytes;
	ssize_t n;
	int r;

	if (descriptor->size > max_bytes)
		return err_fail(err, EFBIG, "blob %s has %llu bytes; at most %zu are read",
			descriptor->digest, (unsigned long long)descriptor->size, max_bytes);
	r = store_open_blob(store, descriptor, &fd, err);
	if (r < 0)
		return r;
	bytes = arena_alloc(arena, (size_t)descriptor->size + 1);
	n = fd_read_up_to(fd, bytes, (size_t)descriptor->size, err);
	if (n < 0)
		return (int)n;
	oci_digest_of(bytes, (size_t)n, digest);
	if (strcmp(digest, descriptor->digest) != 0)
		return err_fail(err, EBADMSG, "blob %s is damaged: its digest is %s",
			descriptor->digest, digest);
	*ret_bytes = bytes;
	*ret_size = (size_t)n;
	return 0;
}

/* Small: it is on the disk before it has its name. */
static int write_blob(const struct store *store, const char *temporary, const void *bytes,
	size_t size, const char *hex, struct err *err)
{
	int r;

	AUTO_FD int fd = openat(
		store->blobs_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "open %s", temporary);
	r = fd_write_all(fd, bytes, size, err);
	if (r == 0 && fdatasync(fd) < 0)
		r = err_sys(err, "fdatasync");
	if (r == 0 && renameat(store->blobs_fd, temporary, store->blobs_fd, hex) < 0)
		r = err_sys(err, "rename %s", hex);
	if (r < 0)
		unlinkat(store->blobs_fd, temporary, 0);
	return r;
}

int store_add_blob(struct arena *arena, const struct store *store, const void *bytes, size_t size,
	struct oci_descriptor *ret, struct err *err)
{
	char digest[OCI_DIGEST_BYTES], temporary[64];
	int r = 0;

	oci_digest_of(bytes, size, digest);
	ret->digest = arena_strdup(arena, digest);
	ret->size = size;
	if (store_has_blob(store, ret))
		return 0;
	snprintf(temporary, sizeof(temporary), ".new.%d.%.8s", getpid(), oci_digest_hex(digest));
	unlinkat(store->blobs_fd, temporary, 0); /* of a process long dead */
	r = write_blob(store, temporary, bytes, size, oci_digest_hex(digest), err);
	return r < 0 ? err_while(err, "blob %s", digest) : 0;
}
