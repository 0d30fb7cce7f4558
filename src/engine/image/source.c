/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/image/layer_job.h"
#include "engine/image/unpacker.h"
#include "sys/beneath.h"

enum { COPY_BUFFER_BYTES = 128 * 1024 };

void source_close(struct source *source)
{
	fd_replace(&source->dir_fd, -1);
}

static int room_in(const char *place, uint64_t *ret, struct err *err)
{
	struct statvfs fs;

	if (statvfs(place, &fs) < 0)
		return err_sys(err, "statvfs %s", place);
	*ret = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

/* What cannot be looked at twice goes through the decompressor, which hands on plain bytes. */
static int needs_decompressor(int fd, bool *ret, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	*ret = true;
	return S_ISREG(st.st_mode) ? layer_file_is_compressed(fd, ret, err) : 0;
}

/* decompress | files */
static int unpack_through(
	const struct store *store, struct unpacker_request *request, struct err *err)
{
	struct unpacker_request first = *request;
	struct unpacker decompress = UNPACKER_INIT;
	struct err first_err = ERR_INIT;
	int fds[2], first_r, r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	first.mode = "decompress";
	first.out_fd = fds[1];
	request->in_fd = fds[0];
	r = unpacker_start(store, &first, &decompress, err);
	fd_close(fds[1]);
	if (r == 0)
		r = unpacker_run(store, request, NULL, err);
	fd_close(fds[0]);
	if (r < 0) {
		unpacker_kill(&decompress);
		return r;
	}
	first_r = unpacker_finish(&decompress, NULL, &first_err);
	if (first_r < 0)
		*err = first_err;
	return first_r;
}

static int unpack_archive(const struct store *store, const struct store_stage *stage, int fd,
	struct source *ret, struct err *err)
{
	char directory[PATH_MAX];
	struct unpacker_request request = {
		.mode = "files", .directory = directory, .in_fd = fd, .out_fd = -1
	};
	bool is_compressed;
	int r = needs_decompressor(fd, &is_compressed, err);

	snprintf(directory, sizeof(directory), "%s/in", stage->path);
	if (r == 0 && mkdirat(stage->fd, "in", 0700) < 0)
		r = err_sys(err, "mkdir %s", directory);
	if (r == 0)
		r = room_in(stage->path, &request.max_bytes, err);
	if (r == 0)
		r = is_compressed ? unpack_through(store, &request, err)
				  : unpacker_run(store, &request, NULL, err);
	if (r < 0)
		return err_while(err, "unpack the archive");
	ret->is_staged = true;
	ret->dir_fd = openat(stage->fd, "in", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return ret->dir_fd < 0 ? err_sys(err, "open %s", directory) : 0;
}

static bool has_file(const struct source *source, const char *name)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	return beneath_open(source->dir_fd, name, O_PATH, 0, &fd, &ignored) == 0;
}

/* Newer Dockers write both; an OCI layout keeps the digests. */
static int find_kind(struct source *source, struct err *err)
{
	if (has_file(source, "index.json"))
		source->kind = SOURCE_KIND_OCI;
	else if (has_file(source, "manifest.json"))
		source->kind = SOURCE_KIND_DOCKER;
	else
		return err_fail(err, EINVAL,
			"neither an OCI image layout (index.json) nor a docker-archive "
			"(manifest.json)");
	return 0;
}

int source_open(const struct store *store, const struct store_stage *stage, const char *path,
	struct source *ret, struct err *err)
{
	struct source source = SOURCE_INIT;
	AUTO_FD int fd = path ? open(path, O_RDONLY | O_CLOEXEC)
			      : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	struct stat st;
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", path ? path : "standard input");
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", path ? path : "standard input");
	if (S_ISDIR(st.st_mode)) {
		source.dir_fd = TAKE_FD(fd);
		r = 0;
	} else {
		r = unpack_archive(store, stage, fd, &source, err);
	}
	if (r == 0)
		r = find_kind(&source, err);
	if (r < 0) {
		source_close(&source);
		return err_while(err, "%s", path ? path : "standard input");
	}
	*ret = source;
	return 0;
}

static int open_file(const struct source *source, const char *name, int *ret_fd, uint64_t *ret_size,
	struct err *err)
{
	AUTO_FD int fd = -1;
	struct stat st;
	int r = beneath_open(source->dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &fd, err);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", name);
	if (!S_ISREG(st.st_mode))
		return err_fail(err, EINVAL, "%s is not a regular file", name);
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int source_read(struct arena *arena, const struct source *source, const char *name,
	size_t max_bytes, const char **ret_bytes, size_t *ret_size, struct err *err)
{
	AUTO_FD int fd = -1;
	uint64_t size;
	int r = open_file(source, name, &fd, &size, err);

	return r < 0 ? r : file_read_fd(arena, fd, name, max_bytes, ret_bytes, ret_size, err);
}

int source_read_blob(struct arena *arena, const struct source *source,
	const struct oci_descriptor *descriptor, size_t max_bytes, const char **ret_bytes,
	size_t *ret_size, struct err *err)
{
	const char *name = arena_printf(
		arena, "blobs/sha256/%s", oci_digest_hex(descriptor->digest));
	char digest[OCI_DIGEST_BYTES];
	int r = source_read(arena, source, name, max_bytes, ret_bytes, ret_size, err);

	if (r < 0)
		return r;
	oci_digest_of(*ret_bytes, *ret_size, digest);
	if (*ret_size != descriptor->size || strcmp(digest, descriptor->digest) != 0)
		return err_fail(err, EBADMSG,
			"blob %s has %zu bytes and digest %s; %llu bytes are expected",
			descriptor->digest, *ret_size, digest,
			(unsigned long long)descriptor->size);
	return 0;
}

static int open_copy(
	struct source *source, const struct store_stage *stage, int *ret_fd, struct err *err)
{
	char name[24];

	snprintf(name, sizeof(name), "b%zu", source->n_copies++);
	*ret_fd = openat(stage->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? err_sys(err, "open %s/%s", stage->path, name) : 0;
}

static int copy_bytes(int from_fd, int to_fd, struct err *err)
{
	char buffer[COPY_BUFFER_BYTES];
	ssize_t n;

	do {
		int r;

		n = fd_read_up_to(from_fd, buffer, sizeof(buffer), err);
		r = n > 0 ? fd_write_all(to_fd, buffer, (size_t)n, err) : (int)n;
		if (r < 0)
			return r;
	} while (n == sizeof(buffer));
	return 0;
}

/* The file as it is now, at its begin. */
static int rewind_file(int fd, uint64_t *ret_size, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

int source_copy(struct source *source, const struct store_stage *stage, int from_fd, int *ret_fd,
	uint64_t *ret_size, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_copy(source, stage, &fd, err);

	if (r == 0)
		r = copy_bytes(from_fd, fd, err);
	if (r == 0)
		r = rewind_file(fd, ret_size, err);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int source_take(struct source *source, const struct store_stage *stage, const char *name,
	int *ret_fd, uint64_t *ret_size, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_file(source, name, &fd, ret_size, err);

	if (r == 0 && !source->is_staged)
		return source_copy(source, stage, fd, ret_fd, ret_size, err);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int source_decompress(const struct store *store, struct source *source,
	const struct store_stage *stage, int *fd, uint64_t *size, struct err *err)
{
	AUTO_FD int plain_fd = -1;
	struct unpacker_request request = {
		.mode = "decompress", .directory = stage->path, .in_fd = *fd, .out_fd = -1
	};
	int r = open_copy(source, stage, &plain_fd, err);

	request.out_fd = plain_fd;
	if (r == 0)
		r = room_in(stage->path, &request.max_bytes, err);
	if (r == 0)
		r = unpacker_run(store, &request, NULL, err);
	if (r == 0)
		r = rewind_file(plain_fd, size, err);
	if (r == 0)
		fd_replace(fd, TAKE_FD(plain_fd));
	return r;
}
