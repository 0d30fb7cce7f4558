/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroupfs: the files of a control group, v1 and v2.
 *
 * Layer 1, role caller. Every function names a file as a group's directory and a name in it; both
 * are the host's own (nobody but root and whom root delegated to can make names there, and never a
 * symbolic link). Values are short texts, written with one write(2): the kernel takes a value whole
 * or not at all. Errors carry the path of the file in err->path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum {
	CGROUPFS_FILE_BYTES = 4096, /* enough for every file but listings and statistics */
};

/* O_CLOEXEC is added. */
int cgroupfs_open(const char *dir, const char *file, int flags, int *ret_fd, struct err *err);

int cgroupfs_write(const char *dir, const char *file, const char *value, struct err *err);

/* Up to size − 1 bytes, NUL-terminated, without trailing newlines; returns the length. More than
 * that is EFBIG. */
int cgroupfs_read(const char *dir, const char *file, char *buffer, size_t size, struct err *err);

/* One number; "max" and the v1 spelling of no limit are UINT64_MAX. */
int cgroupfs_read_u64(const char *dir, const char *file, uint64_t *ret, struct err *err);

bool cgroupfs_has(const char *dir, const char *file);
