/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_link: interfaces, as messages for a netlink request.
 *
 * Layer sys, role caller. Source: rtnetlink(7), veth(4), the kernel's rt-link and rt-addr
 * specifications (Documentation/netlink/specs).
 */
#pragma once

#include <sys/types.h>

#include "base/ip_prefix.h"
#include "sys/netlink.h"

enum { NET_LINK_LOOPBACK_INDEX = 1 }; /* in every network namespace */

struct net_link {
	int index;
	unsigned flags; /* IFF_… */
};

/* The interface of that name. ENODEV: there is none. */
int net_link_find(struct netlink *netlink, const char *name, struct net_link *ret, struct err *err);

/* A pair: name here, peer_name in the network namespace of process peer_pid. Both are down. */
void net_link_put_veth(
	struct netlink_request *request, const char *name, const char *peer_name, pid_t peer_pid);

void net_link_put_up(struct netlink_request *request, int index);

/* The address is there at once, without a search for duplicates. */
void net_link_put_address(
	struct netlink_request *request, int index, const struct ip_prefix *address);
