/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/wiring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/network/bridge.h"
#include "sys/net_link.h"
#include "sys/net_sysctl.h"

void wiring_done(struct wiring *wiring)
{
	netlink_close(&wiring->host);
}

int wiring_add(struct arena *arena, struct wiring *wiring, const struct network_place *place,
	const struct endpoint *endpoint, const char *container_id, struct err *err)
{
	const struct network *network = &place->network;
	struct wire wire = {
		.interface = endpoint->interface,
		.host_interface = endpoint->host_interface,
		.driver = network->driver,
		.mode = network->mode,
		.mtu = network->mtu,
		.address = endpoint->address,
		.address6 = endpoint->address6,
		.gateway = endpoint->gateway,
		.gateway6 = endpoint->gateway6,
	};
	struct net_link parent;
	int r = wiring->host.fd < 0 ? netlink_open(&wiring->host, err) : 0;

	text_format(wire.alias, sizeof(wire.alias), "hull container %.64s", container_id);
	if (r == 0 && network->driver != NETWORK_DRIVER_IPVLAN &&
		endpoint_parse_mac(endpoint->mac, wire.mac) < 0)
		r = err_fail(err, EINVAL, "%s is no MAC address", endpoint->mac);
	if (r == 0 && network->driver == NETWORK_DRIVER_BRIDGE)
		r = bridge_ensure(place, &wiring->host, &wire.index, err);
	if (r == 0 && network->driver != NETWORK_DRIVER_BRIDGE) {
		r = net_link_find(&wiring->host, network->interface, &parent, err);
		if (r < 0)
			return err_while(
				err, "network %s: interface %s", network->name, network->interface);
		wire.index = parent.index;
	}
	if (r == 0)
		ARENA_APPEND(arena, wiring->wires, wiring->n_wires) = wire;
	return r;
}

/* ---- inside of the namespace ---- */

/* Before the interface is there: nobody on the network can make routes or addresses in it. */
static int set_defaults(bool has_ip6, struct err *err)
{
	int r = net_sysctl_write("ipv6", "default", "disable_ipv6", has_ip6 ? "0" : "1", err);

	return r < 0 || !has_ip6 ? r : net_sysctl_write("ipv6", "default", "accept_ra", "0", err);
}

static int make_interface(struct netlink *host, const struct wire *wire, int ns_fd, struct err *err)
{
	const struct net_link_traits traits = { .mac = wire->mac, .mtu = wire->mtu };
	struct netlink_request request;

	netlink_request_init(&request);
	switch (wire->driver) {
	case NETWORK_DRIVER_MACVLAN:
		net_link_put_macvlan(&request, wire->interface, wire->index,
			(enum net_link_macvlan_mode)wire->mode, ns_fd, &traits);
		break;
	case NETWORK_DRIVER_IPVLAN:
		net_link_put_ipvlan(&request, wire->interface, wire->index,
			(enum net_link_ipvlan_mode)wire->mode, ns_fd, wire->mtu);
		break;
	case NETWORK_DRIVER_BRIDGE:
	case NETWORK_DRIVER_COUNT:
		net_link_put_veth(&request, wire->host_interface, wire->interface, ns_fd, &traits);
		net_link_put_change(
			&request, &(struct net_link_change){ .name = wire->host_interface,
					  .alias = wire->alias,
					  .is_up = true,
					  .has_no_ip6_own = true });
		break;
	}
	return netlink_execute(host, &request, NULL, NULL, NULL, err);
}

static void put_routes(struct netlink_request *request, int index, const struct wire *wire)
{
	bool is_layer3 = wire->driver == NETWORK_DRIVER_IPVLAN && wire->mode != NET_LINK_IPVLAN_L2;

	if (wire->gateway.family && !is_layer3)
		net_link_put_default_route(request, index, &wire->gateway, 0);
	if (wire->gateway6.family && !is_layer3)
		net_link_put_default_route(request, index, &wire->gateway6, 0);
	if (is_layer3 && wire->address.family)
		net_link_put_default_device(request, index, AF_INET, 0);
	if (is_layer3 && wire->address6.family)
		net_link_put_default_device(request, index, AF_INET6, 0);
}

static int set_up(struct netlink *inside, const struct wire *wire, struct err *err)
{
	struct netlink_request request;
	struct net_link link;
	int r = net_link_find(inside, wire->interface, &link, err);

	if (r < 0)
		return r;
	netlink_request_init(&request);
	if (wire->address.family)
		net_link_put_address(&request, link.index, &wire->address);
	if (wire->address6.family)
		net_link_put_address(&request, link.index, &wire->address6);
	net_link_put_up(&request, link.index);
	put_routes(&request, link.index, wire);
	return netlink_execute(inside, &request, NULL, NULL, NULL, err);
}

/*
 * Last: a port that has its carrier forwards at once. One that gets it later waits until the kernel
 * has told the bridge of it, and loses the container's first packets.
 */
static int join_bridge(struct netlink *host, const struct wire *wire, struct err *err)
{
	struct netlink_request request;

	netlink_request_init(&request);
	net_link_put_change(&request,
		&(struct net_link_change){ .name = wire->host_interface, .master = wire->index });
	net_link_put_hairpin(&request, wire->host_interface);
	return netlink_execute(host, &request, NULL, NULL, NULL, err);
}

static int connect_one(struct netlink *host, struct netlink *inside, const struct wire *wire,
	int ns_fd, struct err *err)
{
	int r = set_defaults(wire->address6.family != 0, err);

	if (r == 0)
		r = make_interface(host, wire, ns_fd, err);
	if (r == 0)
		r = set_up(inside, wire, err);
	if (r == 0 && wire->driver == NETWORK_DRIVER_BRIDGE)
		r = join_bridge(host, wire, err);
	if (r == -EOPNOTSUPP)
		err_hint(err, "the kernel has no such interface: modprobe veth, macvlan or ipvlan");
	return r < 0 ? err_while(err, "interface %s", wire->interface) : 0;
}

int wiring_connect(void *context, int ns_fd, struct err *err)
{
	struct wiring *wiring = context;
	AUTO_NETLINK inside = NETLINK_INIT;
	int r = netlink_open(&inside, err);

	for (size_t i = 0; r == 0 && i < wiring->n_wires; i++)
		r = connect_one(&wiring->host, &inside, &wiring->wires[i], ns_fd, err);
	return r;
}
