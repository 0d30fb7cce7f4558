/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volumes: the volumes of containers: who uses one, making, filling and removing them.
 *
 * Layer 3, roles caller and command.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/image/image.h"
#include "engine/volume/volume.h"

/*
 * The mounts of settings get what the image and --volumes-from add, and the volumes they name are
 * made. *ret_lock_fd is held until the container's settings are written. from: as on the command
 * line, "CONTAINER[:ro|rw]".
 */
int volumes_prepare(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, const struct image *image, const char *const *from,
	size_t n_from, int *ret_lock_fd, struct err *err);

/*
 * An empty volume gets what the image has at that path, with the directory's owner and mode.
 * Before a start; the container is locked.
 */
int volumes_fill(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err);

/* The containers that mount it, by name. */
int volumes_find_users(struct arena *arena, const struct engine *engine, const char *name,
	const char ***ret_containers, size_t *ret_n, struct err *err);

/* EBUSY while a container uses it. */
int volumes_remove(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err);

/* Those without a name that only this container, which has just been removed, used. */
void volumes_remove_anonymous(struct arena *arena, const struct engine *engine,
	const struct container_settings *settings);
