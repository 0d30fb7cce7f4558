/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpacker: a run of hull-unpack (engine/unpack/unpack.h), seen by the one who wants it.
 *
 * Layer 3, role caller. Nothing that it says is believed before it was checked.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "engine/store/store.h"
#include "engine/unpack/unpack.h"

struct unpacker {
	int pidfd;
	int report_fd;
};

#define UNPACKER_INIT ((struct unpacker){ .pidfd = -1, .report_fd = -1 })

struct unpacker_request {
	const char *mode;
	const char *directory; /* absolute */
	int in_fd;             /* -1: nothing to read */
	int out_fd;            /* decompress; else -1 */
	uint64_t max_bytes;
};

/* Whatever happens, unpacker_finish() or unpacker_kill() ends what was begun. */
int unpacker_start(const struct store *store, const struct unpacker_request *request,
	struct unpacker *ret, struct err *err);

/* Waits for its end; its own failure is the failure. ret_report may be NULL. */
int unpacker_finish(struct unpacker *unpacker, struct unpack_report *ret_report, struct err *err);

void unpacker_kill(struct unpacker *unpacker);

/* Start and finish. */
int unpacker_run(const struct store *store, const struct unpacker_request *request,
	struct unpack_report *ret_report, struct err *err);
