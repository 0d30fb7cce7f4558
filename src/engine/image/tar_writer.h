/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar_writer: an archive of regular files with short names, as images are carried in.
 *
 * Layer 3, role caller. ustar (pax(1)), sizes beyond 8 GiB in base 256 as GNU has them; the same
 * content gives the same bytes: no owner, no time.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

int tar_write_file(int out_fd, const char *name, const void *bytes, size_t size, struct err *err);

/* size bytes of from_fd from its offset on; EBADMSG if it has less. */
int tar_write_fd(int out_fd, const char *name, int from_fd, uint64_t size, struct err *err);

int tar_write_directory(int out_fd, const char *name, struct err *err);

int tar_write_end(int out_fd, struct err *err);
