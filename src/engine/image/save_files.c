/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/save_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/image/tar_writer.h"

enum { COPY_BYTES = 128 * 1024 };

bool save_is_new(struct arena *arena, struct save_files *files, const char *name)
{
	for (size_t i = 0; i < files->n_names; i++)
		if (strcmp(files->names[i], name) == 0)
			return false;
	ARENA_APPEND(arena, files->names, files->n_names) = name;
	return true;
}

int save_blob(struct arena *arena, const struct store *store, struct save_files *files,
	const struct oci_descriptor *descriptor, struct err *err)
{
	const char *name = arena_printf(
		arena, "blobs/sha256/%s", oci_digest_hex(descriptor->digest));
	AUTO_FD int fd = -1;
	int r;

	if (!save_is_new(arena, files, name))
		return 0;
	r = store_open_blob(store, descriptor, &fd, err);
	return r < 0 ? r : files->copy(files, name, fd, descriptor->size, err);
}

static int archive_write(
	struct save_files *files, const char *name, const void *bytes, size_t size, struct err *err)
{
	return tar_write_file(files->fd, name, bytes, size, err);
}

static int archive_copy(
	struct save_files *files, const char *name, int from_fd, uint64_t size, struct err *err)
{
	return tar_write_fd(files->fd, name, from_fd, size, err);
}

static int archive_end(struct save_files *files, int r, struct err *err)
{
	return r < 0 ? r : tar_write_end(files->fd, err);
}

int save_files_archive(struct save_files *ret, int out_fd)
{
	*ret = (struct save_files){
		.fd = out_fd, .write = archive_write, .copy = archive_copy, .end = archive_end
	};
	return 0;
}

static int directory_write(
	struct save_files *files, const char *name, const void *bytes, size_t size, struct err *err)
{
	return file_replace(files->fd, name, bytes, size, 0644, err);
}

/* A blob that is there has the same content, or it would have another name. */
static int directory_copy(
	struct save_files *files, const char *name, int from_fd, uint64_t size, struct err *err)
{
	char buffer[COPY_BYTES];
	struct stat st;
	ssize_t n;
	int r = 0;

	if (fstatat(files->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (uint64_t)st.st_size == size)
		return 0;
	AUTO_FD int fd = openat(
		files->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(err, "open %s", name);
	do {
		n = fd_read_up_to(from_fd, buffer, sizeof(buffer), err);
		r = n > 0 ? fd_write_all(fd, buffer, (size_t)n, err) : (int)n;
	} while (r == 0 && n == sizeof(buffer));
	return r;
}

static int directory_end(struct save_files *files, int r, struct err *err)
{
	(void)err;
	fd_replace(&files->fd, -1);
	return r;
}

static int make_directory(int parent_fd, const char *path, struct err *err)
{
	if (mkdirat(parent_fd, path, 0755) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", path);
	return 0;
}

int save_files_directory(struct save_files *ret, const char *path, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = make_directory(AT_FDCWD, path, err);

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	r = make_directory(fd, "blobs", err);
	if (r == 0)
		r = make_directory(fd, "blobs/sha256", err);
	if (r < 0)
		return r;
	*ret = (struct save_files){
		.fd = TAKE_FD(fd),
		.write = directory_write,
		.copy = directory_copy,
		.end = directory_end,
	};
	return 0;
}
