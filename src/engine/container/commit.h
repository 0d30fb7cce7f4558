/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: what a container has changed, as a list and as an image.
 *
 * Layer 3, role caller. The layer of the container's own (upper/ of its overlay) is what changed.
 * It is the container's to fill: names and links in it are data.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/image/image.h"

enum change_kind { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_DELETED };

struct container_change {
	enum change_kind kind;
	const char *path; /* absolute */
};

/* Sorted by path. A container of --rootfs changes that directory itself: EINVAL. */
int container_changes(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct container_change **ret, size_t *ret_n,
	struct err *err);

struct commit_request {
	const struct engine *engine;
	const struct engine_container *container;
	const char *name; /* normalised; NULL: none */
	const char *author, *message;
	const char *const *changes; /* as for image_import() */
	size_t n_changes;
	bool pauses; /* the container is frozen meanwhile, if it runs */
};

int engine_commit(struct arena *arena, const struct commit_request *request, const char **ret_id,
	struct err *err);

/* Where something is mounted in a container, and an empty file or directory only a place for it. */
const char **container_mount_points(
	struct arena *arena, const struct container_settings *settings, size_t *ret_n);
