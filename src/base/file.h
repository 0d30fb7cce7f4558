/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: small files as a whole. Layer 0, roles caller and command.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Reads the file at path (relative to dir_fd, or AT_FDCWD), NUL-terminated in arena. EFBIG when it
 * has more than max_bytes; EISDIR, EINVAL for what is no regular file.
 */
int file_read_at(struct arena *arena, int dir_fd, const char *path, size_t max_bytes,
	const char **ret_text, size_t *ret_length, struct err *err);

/* Makes the file, which must not exist, with that content. A crash may leave a part of it. */
int file_create(
	int dir_fd, const char *name, const void *bytes, size_t size, mode_t mode, struct err *err);

/*
 * Reads what an open file, pipe or file of /proc gives until its end, NUL-terminated in arena.
 * EFBIG when that is more than max_bytes. name is for errors.
 */
int file_read_fd(struct arena *arena, int fd, const char *name, size_t max_bytes,
	const char **ret_text, size_t *ret_length, struct err *err);

/* Opens the file at path to append to; one that is missing is made, for its owner alone. */
int file_open_log(const char *path, int *ret_fd, struct err *err);

/*
 * Writes ".name.PID" beside it and renames that over name: readers see the old or the new content,
 * never a part, whatever happens in between.
 */
int file_replace(
	int dir_fd, const char *name, const void *bytes, size_t size, mode_t mode, struct err *err);
