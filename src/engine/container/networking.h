/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networking: which networks a container is in, from its start to its end.
 *
 * Layer 3, role caller; with the container's lock held. networking_join() takes addresses, writes
 * down what was taken (endpoint.h) and says what interfaces the core has to have made (wiring.h).
 * networking_leave() gives back whatever is there, also after any death in between.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/network/wiring.h"

/* The network of a container that nothing was said for; none where interfaces may not be made. */
void networking_choose_default(
	struct arena *arena, const struct store *store, struct container_settings *settings);

/* All of its networks. What fails is given back. */
int networking_join(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct endpoint_list *ret, struct wiring *wiring,
	struct err *err);

/* One more, of a container that runs. */
int networking_join_one(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct container_network *wanted,
	struct wiring *wiring, struct err *err);
void networking_leave_one(struct arena *arena, const struct store *store,
	const struct engine_container *container, const char *network);

void networking_leave(
	struct arena *arena, const struct store *store, const struct engine_container *container);
