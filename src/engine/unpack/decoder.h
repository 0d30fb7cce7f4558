/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoder: compressed bytes to plain ones.
 *
 * Layer 3, role unpacker. One file per format; which one a stream has is told by its first bytes,
 * never by a name. A stream may be several compressed ones in a row, as gzip and zstd allow.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Bytes that are at hand, and room for what comes of them. */
struct decoder_io {
	const uint8_t *in;
	size_t in_size;
	uint8_t *out;
	size_t out_size;
	bool in_is_last; /* nothing follows these */
};

struct decoder {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
	void *(*new)(struct err *err); /* NULL on failure */
	/* Takes and gives what it can, moving in and out. 1: the whole stream has ended. */
	int (*run)(void *state, struct decoder_io *io, struct err *err);
	void (*free)(void *state);
};

extern const struct decoder decoder_gzip, decoder_zstd, decoder_xz, decoder_plain;

/* By the first bytes of a stream; plain if nothing else fits. */
const struct decoder *decoder_find(const uint8_t *bytes, size_t size);

/* From one descriptor to the other. EFBIG for more than max_bytes. */
int decoder_copy(int in_fd, int out_fd, uint64_t max_bytes, struct err *err);
