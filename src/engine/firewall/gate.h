/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: what the host needs so that a network's packets get where they may: forwarding, the
 * network's elements in hull's nftables table, a place in other firewalls.
 *
 * Layer 3, role caller, in the network namespace that hull runs in. gate_open() is asked at each
 * start of a container: it mends what somebody has flushed meanwhile.
 */
#pragma once

#include "engine/network/network.h"

/* Other drivers than the bridge need nothing of it. */
int gate_open(struct arena *arena, const struct store *store, const struct network *network,
	struct err *err);

/* The network is being removed. */
int gate_close(struct arena *arena, const struct store *store, const struct network *network,
	struct err *err);

/* The table anew, from the networks and ports that are written down. The first needs the lock of
 * ports.h, the second takes it. */
int gate_fill(struct arena *arena, const struct store *store, struct err *err);
int gate_reload(struct arena *arena, const struct store *store, struct err *err);

/* ---- forwarding.c ---- */

/* The host hands packets on. If it has not until now that is said as a warning. has_ip6: also
 * those of IPv6; whoever the host has as its router of IPv6 stays. */
int forwarding_ensure(bool has_ip6, struct err *err);

/* "ipv4", "ipv6": does it? */
bool forwarding_is_on(const char *family);
