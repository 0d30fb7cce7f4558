/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/store/store.h"

#define NEW_INDEX ".index.json.new"

int store_read_index(
	struct arena *arena, const struct store *store, struct oci_index *ret, struct err *err)
{
	const char *bytes;
	size_t size;
	int r = file_read_at(
		arena, store->images_fd, "index.json", OCI_MANIFEST_MAX_BYTES, &bytes, &size, err);

	if (r == 0)
		r = oci_index_read(arena, bytes, size, ret, err);
	return r < 0 ? err_while(err, "store %s: index.json", store->root) : 0;
}

static int write_new(const struct store *store, const char *text, size_t size, struct err *err)
{
	int r;

	AUTO_FD int fd = openat(store->images_fd, NEW_INDEX,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "open " NEW_INDEX);
	r = fd_write_all(fd, text, size, err);
	if (r == 0 && fsync(fd) < 0)
		r = err_sys(err, "fsync");
	return r;
}

/* The lock makes one name enough for the new file. */
int store_replace_index(struct arena *arena, const struct store *store,
	const struct oci_index *index, struct err *err)
{
	size_t size;
	const char *text = oci_index_text(arena, index, &size);
	int r = write_new(store, text, size, err);

	if (r == 0 && renameat(store->images_fd, NEW_INDEX, store->images_fd, "index.json") < 0)
		r = err_sys(err, "rename index.json");
	if (r == 0 && fsync(store->images_fd) < 0)
		r = err_sys(err, "fsync images");
	if (r < 0) {
		unlinkat(store->images_fd, NEW_INDEX, 0);
		return err_while(err, "store %s: index.json", store->root);
	}
	return 0;
}
