/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_view: a container's files as they are seen inside, for a run of hull-unpack.
 *
 * Layer 3, role caller. Nothing of a container is ever looked for by the host's root: who works on
 * its files is a process whose root they are (engine/unpack/confine.h). Of a container that runs
 * that is a copy of its mount namespace; of another one its overlay, and on it its volumes and the
 * host's directories, mounted for that process only. Meanwhile such a container cannot be started:
 * the view holds its lock.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/image/unpacker.h"

enum files_view_kind {
	FILES_VIEW_ALL,  /* with volumes and whatever else is mounted */
	FILES_VIEW_ROOT, /* only its root file system */
};

struct files_view {
	struct unpacker_view view; /* for one run */
	const char **words;        /* that belong to it */
	size_t n_words;
	const struct engine_container *container;
	bool is_locked;
	int mount_fds[UNPACK_MOUNTS_MAX];
	const char *targets[UNPACK_MOUNTS_MAX];
};

#define FILES_VIEW_INIT ((struct files_view){ .view = UNPACKER_VIEW_INIT })
#define AUTO_FILES_VIEW __attribute__((cleanup(files_view_done))) struct files_view

int files_view_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, enum files_view_kind kind, struct files_view *ret,
	struct err *err);
void files_view_done(struct files_view *view);
