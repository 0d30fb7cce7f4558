/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bridge: a network's bridge, in the network namespace that hull runs in.
 *
 * Layer 3, role caller. It is made when the network is, and again whenever it is not there (after
 * the machine was started anew). It is up only when it is complete; its alias (ip-link(8)) says
 * whose it is, so that no interface of anybody else is taken for it. The host never believes what a
 * container says on it of IPv6 routers (CVE-2020-13401).
 */
#pragma once

#include "engine/network/network.h"
#include "sys/netlink.h"

enum { BRIDGE_ALIAS_BYTES = 128, BRIDGE_MAC_BYTES = 6 };

/* "hull network NAME ID". */
void bridge_alias(const struct network *network, char alias[BRIDGE_ALIAS_BYTES]);

/* Its index; it is there, up and complete then. host: of the namespace that it is in. */
int bridge_ensure(
	const struct network_place *place, struct netlink *host, int *ret_index, struct err *err);

/* Nothing happens where it is not there, or is somebody else's. */
int bridge_remove(const struct network *network, struct err *err);

/* hull0, hull1 …: the first that no network of the store has and no interface is. */
int bridge_choose_name(struct arena *arena, const struct network *networks, size_t n,
	struct netlink *host, const char **ret, struct err *err);

/* The same address has the same MAC address, whoever has it: what others remember stays right. */
void bridge_mac(const struct ip_prefix *address, uint8_t mac[BRIDGE_MAC_BYTES]);
