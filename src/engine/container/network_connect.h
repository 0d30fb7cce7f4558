/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_connect: another network for a container that is there already, and one less.
 *
 * Layer 3, role caller, with the container's lock held. It is a setting of the container, so a
 * later start has it, too; of one that runs the interface comes and goes at once.
 */
#pragma once

#include "engine/container/containers.h"

/* wanted: kept. EEXIST: it is in it already. */
int network_connect(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_network *wanted,
	struct err *err);

/* ENOENT: it is not in it. */
int network_disconnect(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *name, struct err *err);
