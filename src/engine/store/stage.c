/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "engine/store/store.h"

enum { SIZE_TEXT_BYTES = 32 };

static int make_name(char name[32], struct err *err)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return err_sys(err, "getrandom");
	snprintf(name, 32, "%016llx", (unsigned long long)number);
	return 0;
}

/* Whoever finds it before it is locked may remove it: then it is made again. */
static int make_locked(const struct store *store, struct store_stage *ret, struct err *err)
{
	struct stat opened, named;
	int r = make_name(ret->name, err);

	if (r < 0)
		return r;
	if (mkdirat(store->tmp_fd, ret->name, 0700) < 0)
		return err_sys(err, "mkdir tmp/%s", ret->name);
	AUTO_FD int fd = openat(
		store->tmp_fd, ret->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : err_sys(err, "open tmp/%s", ret->name);
	if (flock(fd, LOCK_EX) < 0)
		return err_sys(err, "flock tmp/%s", ret->name);
	if (fstat(fd, &opened) < 0 || fstatat(store->tmp_fd, ret->name, &named, 0) < 0 ||
		opened.st_ino != named.st_ino)
		return -EAGAIN;
	ret->fd = TAKE_FD(fd);
	return 0;
}

int store_make_stage(
	struct arena *arena, const struct store *store, struct store_stage *ret, struct err *err)
{
	enum { TRIES = 10 };
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++)
		r = make_locked(store, ret, err);
	if (r == -EAGAIN)
		return err_fail(err, EAGAIN, "store %s: no stage could be made", store->root);
	if (r == 0)
		ret->path = arena_printf(arena, "%s/tmp/%s", store->root, ret->name);
	return r;
}

int store_sync(const struct store *store, struct err *err)
{
	return syncfs(store->tmp_fd) < 0 ? err_sys(err, "syncfs %s", store->root) : 0;
}

int store_sync_names(const struct store *store, struct err *err)
{
	if (fsync(store->blobs_fd) < 0 || fsync(store->layers_fd) < 0)
		return err_sys(err, "fsync %s", store->root);
	return 0;
}

int store_adopt_blob(const struct store *store, int fd, const char *digest, struct err *err)
{
	char from[32], temporary[80];
	int r = 0;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	snprintf(temporary, sizeof(temporary), ".new.%d.%.16s", getpid(), oci_digest_hex(digest));
	unlinkat(store->blobs_fd, temporary, 0); /* of a process long dead */
	if (linkat(AT_FDCWD, from, store->blobs_fd, temporary, AT_SYMLINK_FOLLOW) < 0)
		return err_sys(err, "link blob %s", digest);
	if (renameat(store->blobs_fd, temporary, store->blobs_fd, oci_digest_hex(digest)) < 0)
		r = err_sys(err, "rename to blob %s", digest);
	/* two names of one file: rename(2) leaves both */
	unlinkat(store->blobs_fd, temporary, 0);
	return r;
}

int store_adopt_layer(const struct store *store, const struct store_stage *stage, const char *name,
	const char *diff_id, struct err *err)
{
	if (renameat(stage->fd, name, store->layers_fd, oci_digest_hex(diff_id)) == 0)
		return 0;
	if (errno == EEXIST || errno == ENOTEMPTY)
		return 0;
	return err_sys(err, "rename to layer %s", diff_id);
}

const char *store_layer_path(struct arena *arena, const struct store *store, const char *diff_id)
{
	return arena_printf(arena, "%s/layers/%s/fs", store->root, oci_digest_hex(diff_id));
}

bool store_has_layer(const struct store *store, const char *diff_id)
{
	return faccessat(store->layers_fd, oci_digest_hex(diff_id), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

uint64_t store_layer_bytes(const struct store *store, const char *diff_id)
{
	char path[OCI_DIGEST_HEX_LENGTH + 8], text[SIZE_TEXT_BYTES];
	struct err ignored = ERR_INIT;
	uint64_t bytes = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/size", oci_digest_hex(diff_id));
	AUTO_FD int fd = openat(store->layers_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = fd_read_up_to(fd, text, sizeof(text) - 1, &ignored);
	if (n > 0) {
		text[n] = '\0';
		(void)parse_u64(text, &bytes); /* stays 0: not known */
	}
	return bytes;
}
