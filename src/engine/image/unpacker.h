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

/* A tree of files that is no directory of the host. Everything is borrowed. */
struct unpacker_view {
	int tree_fd;     /* a detached mount, used up by one run; -1: the next */
	int mount_ns_fd; /* of a container that runs */
	int user_ns_fd;  /* that the tree or the mount namespace belongs to; -1: the caller's own */
	const int *mount_fds;       /* with tree_fd: detached mounts, used up as well */
	const char *const *targets; /* where they go */
	size_t n_mounts;            /* at most UNPACK_MOUNTS_MAX */
};

#define UNPACKER_VIEW_INIT \
	((struct unpacker_view){ .tree_fd = -1, .mount_ns_fd = -1, .user_ns_fd = -1 })

struct unpacker_request {
	const char *mode;
	const char *directory;            /* absolute; not with view */
	const struct unpacker_view *view; /* NULL: directory */
	int in_fd;                        /* -1: nothing to read */
	int out_fd;                       /* decompress, pack, changes; else -1 */
	uint64_t max_bytes;
	const char *const *words; /* unpack.h; may be NULL */
	size_t n_words;
	bool gives_owners; /* the files become the unpacker's own, whatever the archive says */
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
