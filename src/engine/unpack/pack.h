/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack: files become a tar (PAX, by libarchive).
 *
 * Layer 3, role unpacker. Whoever owns the files may change them meanwhile: each directory is found
 * from the root without a symbolic link on the way, each file is opened without following one and
 * looked at again; what went or is another thing by then is left out and counted. What is mounted
 * below and is a view of the kernel (proc, sysfs, cgroup …) is an empty directory, unless it is
 * what was asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/unpack/unpack.h"

enum { PACK_WITHOUT_MAX = 128 };

/* unpack.h, "word". */
struct pack_request {
	const char *path; /* NULL: the root */
	const char *name; /* NULL: the last component of path */
	bool is_content, follows_link, has_no_top, is_portable;
	bool is_layer; /* whiteouts and opaque directories as the OCI has them */
	const char *without[PACK_WITHOUT_MAX];
	size_t n_without;
};

int pack_files(const struct pack_request *request, struct unpack_report *report, int out_fd,
	struct err *err);
