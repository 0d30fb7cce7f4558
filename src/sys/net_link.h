/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_link: interfaces, as messages for a netlink request.
 *
 * Layer sys, role caller. Source: rtnetlink(7), veth(4), the kernel's rt-link and rt-addr
 * specifications (Documentation/netlink/specs).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ip_prefix.h"
#include "sys/netlink.h"

enum {
	NET_LINK_LOOPBACK_INDEX = 1, /* in every network namespace */
	NET_LINK_MAC_BYTES = 6,
	NET_LINK_ALIAS_BYTES = 256, /* IFALIASZ */
};

struct net_link {
	int index;
	unsigned flags; /* IFF_… */
	uint32_t mtu;
	int master;                       /* index of its bridge; 0: none */
	char alias[NET_LINK_ALIAS_BYTES]; /* what ip(8) calls so; "": none */
};

/* The interface of that name. ENODEV: there is none. */
int net_link_find(struct netlink *netlink, const char *name, struct net_link *ret, struct err *err);

/* Every interface; the name is the visitor's for the call only. EINTR as netlink_execute(). */
typedef void net_link_visit(void *context, const char *name, const struct net_link *link);
int net_link_list(struct netlink *netlink, net_link_visit *visit, void *context, struct err *err);

/* What a new interface gets beside its name; 0 and NULL: the kernel chooses. */
struct net_link_traits {
	const uint8_t *mac; /* NET_LINK_MAC_BYTES */
	uint32_t mtu;
};

/*
 * A pair: name here, peer_name in the network namespace peer_ns_fd, which gets the traits; of them
 * name here has the MTU only. Both are down: a peer cannot be up in this message.
 */
void net_link_put_veth(struct netlink_request *request, const char *name, const char *peer_name,
	int peer_ns_fd, const struct net_link_traits *traits);

/* With a MAC address of its own: otherwise it would have that of a port, and change with them. */
void net_link_put_bridge(
	struct netlink_request *request, const char *name, const struct net_link_traits *traits);

enum net_link_macvlan_mode {
	NET_LINK_MACVLAN_BRIDGE, /* its siblings are reached directly */
	NET_LINK_MACVLAN_PRIVATE,
	NET_LINK_MACVLAN_VEPA,
	NET_LINK_MACVLAN_PASSTHRU,
	NET_LINK_MACVLAN_COUNT,
};

/* On top of an interface of ours, in the network namespace ns_fd. */
void net_link_put_macvlan(struct netlink_request *request, const char *name, int parent_index,
	enum net_link_macvlan_mode mode, int ns_fd, const struct net_link_traits *traits);

enum net_link_ipvlan_mode {
	NET_LINK_IPVLAN_L2,
	NET_LINK_IPVLAN_L3,
	NET_LINK_IPVLAN_L3S,
	NET_LINK_IPVLAN_COUNT,
};

/* It has its parent's MAC address. */
void net_link_put_ipvlan(struct netlink_request *request, const char *name, int parent_index,
	enum net_link_ipvlan_mode mode, int ns_fd, uint32_t mtu);

/* Changes of one that is there, by its name or (NULL) its index. */
struct net_link_change {
	const char *name;
	int index;
	int master;          /* index of the bridge it becomes a port of; 0: as it is */
	const char *alias;   /* NULL: as it is */
	bool is_up;          /* false: as it is */
	bool has_no_ip6_own; /* the kernel makes up no link-local address */
};
void net_link_put_change(struct netlink_request *request, const struct net_link_change *change);

/* A port of a bridge, by its name: what comes from it may go back to it, as it has to when a
 * container reaches itself by an address that is translated. */
void net_link_put_hairpin(struct netlink_request *request, const char *name);

void net_link_put_up(struct netlink_request *request, int index);
void net_link_put_delete(struct netlink_request *request, int index);

/* The address is there at once, without a search for duplicates. */
void net_link_put_address(
	struct netlink_request *request, int index, const struct ip_prefix *address);

/* The default route of the gateway's family; metric 0: the kernel's own. */
void net_link_put_default_route(struct netlink_request *request, int index,
	const struct ip_prefix *gateway, uint32_t metric);

/* The default route by an interface without a gateway: everything is on the link. */
void net_link_put_default_device(
	struct netlink_request *request, int index, int family, uint32_t metric);

/* The destination of every route of the main table, the default ones excepted. EINTR as above. */
typedef void net_route_visit(void *context, const struct ip_prefix *destination);
int net_route_list(struct netlink *netlink, net_route_visit *visit, void *context, struct err *err);
