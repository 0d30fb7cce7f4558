/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layer_job: a blob becomes a layer's directory, in a stage; several at a time.
 *
 * Layer 3, role caller. The caller's own code computes both digests: the blob's before a parser
 * sees a byte of it, the layer's between the two runs of hull-unpack that decompress and unpack.
 */
#pragma once

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>

#include "engine/store/store.h"

/* Asked by the caller, answered by the process that does it; in memory that both share. */
struct layer_job {
	int blob_fd; /* a regular file, at its begin */
	uint64_t blob_bytes;
	char digest[OCI_DIGEST_BYTES];  /* of the blob; "": not known, it is answered */
	char diff_id[OCI_DIGEST_BYTES]; /* of the plain layer; "" likewise */
	char directory[PATH_MAX];       /* absolute, not there yet: it gets fs/ and size */

	_Atomic uint64_t n_read; /* of the blob, for showing */
	_Atomic uint64_t has_ended;
	bool is_plain;      /* not compressed */
	uint64_t tar_bytes; /* of the plain layer */
	uint64_t n_devices_skipped;
	struct err err;
};

/* n zeroed jobs; layer_jobs_free() ends them. */
struct layer_job *layer_jobs_new(size_t n);
void layer_jobs_free(struct layer_job *jobs, size_t n);

/* Called some times a second while jobs run. */
typedef void layer_progress_fn(void *context, const struct layer_job *jobs, size_t n);

/* All of them; the first failure ends the others. progress may be NULL. */
int layer_jobs_run(const struct store *store, struct layer_job *jobs, size_t n,
	layer_progress_fn *progress, void *context, struct err *err);

/* What the first bytes of a file say. */
int layer_file_is_compressed(int fd, bool *ret, struct err *err);
