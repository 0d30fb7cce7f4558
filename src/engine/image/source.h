/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: an archive or a directory with images, as files below one directory.
 *
 * Layer 3, role caller. The files of an archive are in the stage, made by hull-unpack; those of a
 * directory are where they are. Either way they are somebody else's: found beneath the directory
 * only, sizes bounded, digests checked.
 */
#pragma once

#include "engine/store/store.h"

enum source_kind {
	SOURCE_KIND_OCI,
	SOURCE_KIND_DOCKER,
};

struct source {
	enum source_kind kind;
	int dir_fd;      /* -1: none */
	bool is_staged;  /* its files are ours and may become the store's */
	size_t n_copies; /* files of the stage, "bN" */
};

#define SOURCE_INIT ((struct source){ .dir_fd = -1 })

/* path NULL: standard input. */
int source_open(const struct store *store, const struct store_stage *stage, const char *path,
	struct source *ret, struct err *err);
void source_close(struct source *source);

/* A small file as a whole. EFBIG. */
int source_read(struct arena *arena, const struct source *source, const char *name,
	size_t max_bytes, const char **ret_bytes, size_t *ret_size, struct err *err);

/* A blob of an OCI layout; its size and digest are checked. */
int source_read_blob(struct arena *arena, const struct source *source,
	const struct oci_descriptor *descriptor, size_t max_bytes, const char **ret_bytes,
	size_t *ret_size, struct err *err);

/* A file that is in the store's file system and ours alone: the source's own or a copy. */
int source_take(struct source *source, const struct store_stage *stage, const char *name,
	int *ret_fd, uint64_t *ret_size, struct err *err);

/* The same file without its compression, for which there is no media type (xz). */
int source_decompress(const struct store *store, struct source *source,
	const struct store_stage *stage, int *fd, uint64_t *size, struct err *err);

/* A file of the stage with what is left to read of a descriptor. */
int source_copy(struct source *source, const struct store_stage *stage, int from_fd, int *ret_fd,
	uint64_t *ret_size, struct err *err);
