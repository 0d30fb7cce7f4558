/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_mend: what belongs to networks of running containers and somebody else has removed: the
 * nftables table, a bridge, forwarding, the processes of published ports.
 *
 * Layer 3, role caller, in the network namespace that hull runs in.
 */
#pragma once

#include "engine/container/containers.h"

typedef void network_mend_fn(void *context, const char *text);

/* report: what was not as it should be, a sentence each; the table is made anew in any case. */
int networks_mend(struct arena *arena, const struct engine *engine, network_mend_fn *report,
	void *context, struct err *err);
