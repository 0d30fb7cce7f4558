/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_network: the network namespace of another container ("container:NAME"), or one that is
 * somewhere on a file ("ns:PATH").
 *
 * Layer 3, role caller; at each start.
 */
#pragma once

#include "engine/container/containers.h"

struct shared_network {
	int ns_fd;             /* -1: it has one of its own, or the host's */
	const char *directory; /* of the other container, whose hosts and resolv.conf are its, too;
				  NULL: its own */
};

#define SHARED_NETWORK_INIT ((struct shared_network){ .ns_fd = -1 })

/* EINVAL: the other container does not run. */
int shared_network_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct shared_network *ret, struct err *err);
