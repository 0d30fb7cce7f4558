/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_files: hostname, hosts and resolv.conf of a container, which it sees in /etc; with --init its
 * copy of hull-reaper.
 *
 * Layer 3, role caller. Written at each start; with the host's network they are the host's.
 */
#pragma once

#include "engine/container/userns.h"
#include "engine/network/endpoint.h"

/* In a user namespace they belong to its root. endpoints: its interfaces in networks of hull. */
int own_files_write(struct arena *arena, const struct engine_container *container,
	const struct userns *userns, const struct endpoint_list *endpoints, struct err *err);
