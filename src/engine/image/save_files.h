/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save_files: where saved files go, an archive or a directory.
 *
 * Layer 3, role caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/store/store.h"

struct save_files {
	int fd;             /* of the archive (borrowed) or of the directory (owned) */
	const char **names; /* what was written: each once */
	size_t n_names;

	int (*write)(struct save_files *files, const char *name, const void *bytes, size_t size,
		struct err *err);
	int (*copy)(struct save_files *files, const char *name, int from_fd, uint64_t size,
		struct err *err);
	/* r: of what went before, handed on if it is a failure. */
	int (*end)(struct save_files *files, int r, struct err *err);
};

int save_files_archive(struct save_files *ret, int out_fd);
int save_files_directory(struct save_files *ret, const char *path, struct err *err);

/* Notes the name; false: it was written before. */
bool save_is_new(struct arena *arena, struct save_files *files, const char *name);

int save_blob(struct arena *arena, const struct store *store, struct save_files *files,
	const struct oci_descriptor *descriptor, struct err *err);
