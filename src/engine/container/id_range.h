/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id_range: user and group ids of the host that only one container has; ids/FIRST has its id.
 *
 * Layer 3, role caller. Root's ranges are taken from those that /etc/subuid and /etc/subgid give to
 * "hull"; where they give it none, from numbers that nobody else uses. The directory's lock is held
 * while one is taken; one whose container is gone is free.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/store/store.h"

enum { ID_RANGE_SIZE = 65536 };

/* The container keeps the one that it has. EAGAIN: none is left. */
int id_range_take(struct arena *arena, const struct store *store, const char *container_id,
	uint32_t *ret_first, struct err *err);

void id_range_release(struct arena *arena, const struct store *store, const char *container_id);

/* "" or the id of the container that the file ids/NAME names, if it is there. */
const char *id_range_owner(struct arena *arena, const struct store *store, const char *name);
