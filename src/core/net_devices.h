/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_devices: network devices of the host that a container gets (config-linux.md, "Network
 * Devices").
 *
 * Layer 2, role caller, while hull-init waits at PLAN_SYNC_NETWORK. A device goes with its
 * permanent addresses of global scope and is up afterwards. If the container is not made after all,
 * net_devices_return() brings the devices back as they were. Once it runs they are its own: at the
 * end of its network namespace the kernel gives physical devices back to the host and removes
 * virtual ones.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"

struct net_devices;

/*
 * Into the network namespace of that process. *ret is set before the first device has moved, so
 * that it can be returned also after a failure. Errors name /linux/netDevices/NAME.
 */
int net_devices_move(struct arena *arena, const struct oci_config *config, pid_t pid,
	struct net_devices **ret, struct err *err);

/* What cannot be brought back is a warning. Does not need the process. */
void net_devices_return(struct net_devices *devices);

/* Closes only. NULL is nothing. */
void net_devices_done(struct net_devices *devices);
