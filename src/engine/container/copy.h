/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy: files from one place to another, as tar streams between runs of hull-unpack.
 *
 * Layer 3, role caller. Both ends are processes that see their own tree only: one packs, the other
 * places. What the first says is as untrusted as any archive.
 */
#pragma once

#include "engine/container/files_view.h"

/* A place: of a container, of the host, or the stream of an archive. */
struct copy_place {
	const struct engine_container *container; /* NULL: not of a container */
	const char *path;                         /* NULL: a stream; a slash at its end counts */
};

struct copy_request {
	const struct engine *engine;
	struct copy_place from, to; /* at least one of a container */
	int stream_fd;              /* of the one that is a stream */
	bool keeps_owners;          /* and setuid, capabilities, devices to the host */
	bool follows_link;          /* what from is */
};

/* Warnings by warn(): what changed meanwhile, what was left out. */
int engine_copy(struct arena *arena, const struct copy_request *request, struct err *err);

/* Its root file system as a tar, without what is mounted in it. */
int engine_export(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int out_fd, struct err *err);
