/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_members: the containers of a network.
 *
 * Layer 3, roles caller and command.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/network/endpoint.h"

struct network_member {
	const char *id, *name; /* of the container */
	struct endpoint endpoint;
};

/* Those that run, or are being started; sorted by address. */
int network_members_list(struct arena *arena, const struct engine *engine,
	const struct network_place *place, struct network_member **ret, size_t *ret_n,
	struct err *err);

/* Removes the network. EBUSY: containers are in it; addresses of dead ones do not count. */
int network_members_remove(struct arena *arena, const struct engine *engine,
	struct network_place *place, struct err *err);

/*
 * What is left of a container that nobody works on and that does not run is removed; *ret_is_used:
 * it runs, or somebody works on it.
 */
int network_members_reclaim(struct arena *arena, const struct engine *engine,
	const struct network_place *place, const char *id, bool *ret_is_used, struct err *err);
