/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory of kept filters. A file appears by rename, so it is whole or not there; it is never
 * changed. Whoever could put a file there could choose a container's filter: directory and file
 * must be the caller's own and closed to everybody else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "core/seccomp/internal.h"

enum {
	OTHERS_WRITE = S_IWGRP | S_IWOTH,
	OTHERS_ALL = S_IRWXG | S_IRWXO,
};

static int check_owner(
	int fd, const char *name, mode_t type, mode_t forbidden, struct stat *ret, struct err *err)
{
	if (fstat(fd, ret) < 0)
		return err_sys(err, "fstat %s", name);
	if ((ret->st_mode & S_IFMT) != type || ret->st_uid != geteuid() ||
		(ret->st_mode & forbidden) != 0)
		return err_fail(err, EPERM, "%s is not ours alone", name);
	return 0;
}

static int open_directory(int parent_fd, const char *name, bool make, mode_t mode, mode_t forbidden,
	int *ret_fd, struct err *err)
{
	struct stat st;
	int r;

	if (make && mkdirat(parent_fd, name, mode) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", name);
	AUTO_FD int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", name);
	r = check_owner(fd, name, S_IFDIR, forbidden, &st, err);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int seccomp_cache_open_at(int parent_fd, bool make, int *ret_fd, struct err *err)
{
	AUTO_FD int hull = -1;
	int r = open_directory(parent_fd, "hull", false, 0, OTHERS_WRITE, &hull, err);

	if (r == -ENOENT && make) {
		*err = ERR_INIT;
		r = open_directory(parent_fd, "hull", true, 0711, OTHERS_WRITE, &hull, err);
	}
	if (r < 0)
		return r;
	return open_directory(hull, "seccomp", make, 0700, OTHERS_ALL, ret_fd, err);
}

static int open_below(const char *parent, bool make, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", parent);
	return seccomp_cache_open_at(fd, make, ret_fd, err);
}

/* Root of a user namespace is not /run's owner; then it is an ordinary user. */
int seccomp_cache_open(bool make, int *ret_fd, struct err *err)
{
	const char *own = secure_getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0) {
		struct err refused = ERR_INIT;

		if (open_below("/run", make, ret_fd, &refused) == 0)
			return 0;
		if (!own || own[0] != '/') {
			*err = refused;
			return -err->code;
		}
	}
	if (!own || own[0] != '/')
		return err_fail(err, ENOENT, "XDG_RUNTIME_DIR names no directory");
	return open_below(own, make, ret_fd, err);
}

int seccomp_cache_load(struct arena *arena, int dir_fd, const uint8_t key[SHA256_BYTES],
	struct seccomp_program *ret, struct err *err)
{
	char name[SHA256_HEX_BYTES];
	struct stat st;
	ssize_t n;
	char *bytes;
	int r;

	sha256_hex(key, name);
	AUTO_FD int fd = openat(
		dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_sys(err, "open %s", name);
	r = check_owner(fd, name, S_IFREG, OTHERS_ALL, &st, err);
	if (r < 0)
		return r;
	if (st.st_size > SECCOMP_CACHE_FILE_MAX_BYTES)
		return err_fail(err, EFBIG, "%s is too long", name);
	bytes = arena_alloc(arena, (size_t)st.st_size);
	n = fd_read_up_to(fd, bytes, (size_t)st.st_size, err);
	return n < 0 ? (int)n : seccomp_cache_decode(arena, bytes, (size_t)n, key, ret, err);
}

static int newest_first(const void *a, const void *b)
{
	const struct seccomp_cache_entry *one = a, *other = b;

	if (one->written.tv_sec != other->written.tv_sec)
		return one->written.tv_sec < other->written.tv_sec ? 1 : -1;
	if (one->written.tv_nsec != other->written.tv_nsec)
		return one->written.tv_nsec < other->written.tv_nsec ? 1 : -1;
	return strcmp(one->name, other->name);
}

static DIR *read_directory(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		fd_close(fd);
	return dir;
}

/* Everything in it, with what a writer that was killed left. */
static int list_all(struct arena *arena, int dir_fd, struct seccomp_cache_entry **ret,
	size_t *ret_count, struct err *err)
{
	struct seccomp_cache_entry *entries = NULL;
	DIR *dir = read_directory(dir_fd);
	const struct dirent *entry;
	size_t n = 0;
	struct stat st;

	if (!dir)
		return err_sys(err, "read the directory of kept filters");
	while ((entry = readdir(dir))) {
		if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			S_ISDIR(st.st_mode))
			continue; /* gone meanwhile; "." and ".." */
		ARENA_APPEND(arena, entries, n) = (struct seccomp_cache_entry){
			.name = arena_strdup(arena, entry->d_name),
			.size_bytes = (uint64_t)st.st_size,
			.written = st.st_mtim,
		};
	}
	closedir(dir);
	if (n)
		qsort(entries, n, sizeof(*entries), newest_first);
	*ret = entries;
	*ret_count = n;
	return 0;
}

int seccomp_cache_store(struct arena *arena, int dir_fd, const uint8_t key[SHA256_BYTES],
	const struct seccomp_program *program, struct err *err)
{
	struct seccomp_cache_entry *entries;
	char name[SHA256_HEX_BYTES];
	const void *bytes;
	size_t size, n;
	int r;

	sha256_hex(key, name);
	bytes = seccomp_cache_encode(arena, key, program, &size);
	r = file_replace(dir_fd, name, bytes, size, 0600, err);
	if (r == 0)
		r = list_all(arena, dir_fd, &entries, &n, err);
	for (size_t i = SECCOMP_CACHE_FILES_MAX; r == 0 && i < n; i++)
		unlinkat(dir_fd, entries[i].name, 0);
	return r;
}

int seccomp_cache_list_at(struct arena *arena, int dir_fd, struct seccomp_cache_entry **ret,
	size_t *ret_count, struct err *err)
{
	struct seccomp_cache_entry *entries;
	size_t n, n_kept = 0;
	int r = list_all(arena, dir_fd, &entries, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (strspn(entries[i].name, "0123456789abcdef") == SHA256_HEX_BYTES - 1 &&
			entries[i].name[SHA256_HEX_BYTES - 1] == '\0')
			entries[n_kept++] = entries[i];
	*ret = entries;
	*ret_count = n_kept;
	return 0;
}

int seccomp_cache_list(
	struct arena *arena, struct seccomp_cache_entry **ret, size_t *ret_count, struct err *err)
{
	struct err missing = ERR_INIT;
	AUTO_FD int dir = -1;

	if (seccomp_cache_open(false, &dir, &missing) == 0)
		return seccomp_cache_list_at(arena, dir, ret, ret_count, err);
	if (missing.code != ENOENT) {
		*err = missing;
		return -err->code;
	}
	*ret = NULL;
	*ret_count = 0;
	return 0;
}

int seccomp_cache_remove(struct arena *arena, const char *name, struct err *err)
{
	struct seccomp_cache_entry *entries;
	AUTO_FD int dir = -1;
	size_t n, n_removed = 0;
	int r = seccomp_cache_list(arena, &entries, &n, err);

	if (r < 0 || (n == 0 && !name))
		return r;
	if (n > 0)
		r = seccomp_cache_open(false, &dir, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (name && strcmp(entries[i].name, name) != 0)
			continue;
		if (unlinkat(dir, entries[i].name, 0) < 0 && errno != ENOENT)
			return err_sys(err, "unlink %s", entries[i].name);
		n_removed++;
	}
	if (r == 0 && name && n_removed == 0)
		return err_fail(err, ENOENT, "there is no kept seccomp filter %s", name);
	return r;
}
