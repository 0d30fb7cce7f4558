/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: what a container uses.
 *
 * Layer 2, role caller. Strings and arrays live in the arena that was given.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "core/lookup.h"
#include "core/rdt/rdt.h"

/* Counters since the interface was made (proc_pid_net(5), dev). */
struct network_use {
	const char *name;
	uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};

struct container_stats {
	struct cgroup_stats cgroup;
	struct network_use *networks; /* none when the network is that of the caller */
	size_t n_networks;
	struct rdt_stats rdt;
};

/* Pure: the text of /proc/PID/net/dev. EPROTO when it is something else. */
int network_use_parse(struct arena *arena, const char *text, struct network_use **ret,
	size_t *ret_count, struct err *err);

/* ESRCH "container not running" when its first process ended before all was read. */
int stats_read(struct arena *arena, const struct container *container, struct container_stats *ret,
	struct err *err);
