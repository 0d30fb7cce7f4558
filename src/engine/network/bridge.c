/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/net_link.h"
#include "sys/net_sysctl.h"

enum { BRIDGE_NUMBERS = 10000 };

void bridge_alias(const struct network *network, char alias[BRIDGE_ALIAS_BYTES])
{
	text_format(
		alias, BRIDGE_ALIAS_BYTES, "hull network %.40s %.64s", network->name, network->id);
}

void bridge_mac(const struct ip_prefix *address, uint8_t mac[BRIDGE_MAC_BYTES])
{
	unsigned n = ip_prefix_n_bytes(address);

	mac[0] = 0x02; /* chosen locally, one station (IEEE 802) */
	mac[1] = address->family == AF_INET6 ? 0x68 : 0x48;
	memcpy(mac + 2, address->bytes + n - 4, 4);
}

/* 0: not there. A bridge with another alias is not ours. */
static int find(
	const struct network *network, struct netlink *host, struct net_link *ret, struct err *err)
{
	char alias[BRIDGE_ALIAS_BYTES];
	struct err problem = ERR_INIT;
	int r = net_link_find(host, network->interface, ret, &problem);

	if (r == -ENODEV)
		return 0;
	if (r < 0) {
		*err = problem;
		return err_while(err, "interface %s", network->interface);
	}
	bridge_alias(network, alias);
	if (text_equal(ret->alias, alias))
		return 1;
	err_fail(err, EEXIST, "interface %s is there and is not network %s's", network->interface,
		network->name);
	return err_hint(err, "rename or remove it, or remove the network and make it again");
}

static int create(const struct network *network, struct netlink *host, struct err *err)
{
	uint8_t mac[BRIDGE_MAC_BYTES];
	char alias[BRIDGE_ALIAS_BYTES];
	struct net_link_traits traits = { .mtu = network->mtu };
	struct netlink_request request;

	for (size_t i = 0; i < network->n_subnets && !traits.mac; i++)
		if (network->subnets[i].gateway.family) {
			bridge_mac(&network->subnets[i].gateway, mac);
			traits.mac = mac;
		}
	bridge_alias(network, alias);
	netlink_request_init(&request);
	net_link_put_bridge(&request, network->interface, &traits);
	net_link_put_change(&request,
		&(struct net_link_change){
			.name = network->interface, .alias = alias, .has_no_ip6_own = true });
	return netlink_execute(host, &request, NULL, NULL, NULL, err);
}

static int set_sysctls(const struct network *network, struct err *err)
{
	int r = net_sysctl_write("ipv6", network->interface, "accept_ra", "0", err);

	if (r == 0)
		r = net_sysctl_write("ipv6", network->interface, "disable_ipv6",
			network->has_ip6 ? "0" : "1", err);
	return r;
}

static int add_address(
	const struct ip_prefix *address, struct netlink *host, int index, struct err *err)
{
	struct netlink_request request;
	struct err problem = ERR_INIT;
	int r;

	netlink_request_init(&request);
	net_link_put_address(&request, index, address);
	r = netlink_execute(host, &request, NULL, NULL, NULL, &problem);
	if (r == -EEXIST)
		return 0;
	if (r < 0)
		*err = problem;
	return r;
}

/* Addresses that are there already (of a command that died here) are what they should be. */
static int add_addresses(
	const struct network *network, struct netlink *host, int index, struct err *err)
{
	struct ip_prefix link_local;
	int r = 0;

	for (size_t i = 0; r == 0 && i < network->n_subnets; i++) {
		if (network->subnets[i].gateway.family)
			r = add_address(&network->subnets[i].gateway, host, index, err);
	}
	/* without one the host asks for nobody's neighbour whom it reaches by another address */
	if (r == 0 && network->has_ip6 && ip_prefix_parse("fe80::1/64", &link_local) == 0)
		r = add_address(&link_local, host, index, err);
	return r;
}

static int bring_up(struct netlink *host, int index, struct err *err)
{
	struct netlink_request request;

	netlink_request_init(&request);
	net_link_put_up(&request, index);
	return netlink_execute(host, &request, NULL, NULL, NULL, err);
}

/* Under the lock: one makes it, the others find it. */
static int make(
	const struct network *network, struct netlink *host, int *ret_index, struct err *err)
{
	struct net_link link;
	int r = find(network, host, &link, err);

	if (r == 0) {
		r = create(network, host, err);
		if (r == 0)
			r = find(network, host, &link, err);
		if (r == 0)
			r = err_fail(err, ENODEV, "it has been removed at once");
	}
	if (r < 0)
		return r;
	r = set_sysctls(network, err);
	if (r == 0)
		r = add_addresses(network, host, link.index, err);
	if (r == 0)
		r = bring_up(host, link.index, err);
	if (r == 0)
		*ret_index = link.index;
	return r;
}

static int make_locked(
	const struct network_place *place, struct netlink *host, int *ret_index, struct err *err)
{
	const struct network *network = &place->network;
	int r;

	AUTO_FD int fd = openat(
		place->dir_fd, "bridge.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "open bridge.lock");
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock bridge.lock");
	r = make(network, host, ret_index, err);
	if (r == -EPERM)
		err_hint(err, "a network takes root, or CAP_NET_ADMIN");
	return r < 0 ? err_while(err, "network %s: bridge %s", network->name, network->interface)
		     : 0;
}

int bridge_ensure(
	const struct network_place *place, struct netlink *host, int *ret_index, struct err *err)
{
	struct net_link link;
	int r = find(&place->network, host, &link, err);

	if (r < 0)
		return r;
	if (r == 1 && (link.flags & IFF_UP)) {
		*ret_index = link.index;
		return 0;
	}
	return make_locked(place, host, ret_index, err);
}

int bridge_remove(const struct network *network, struct err *err)
{
	AUTO_NETLINK host = NETLINK_INIT;
	struct netlink_request request;
	struct err problem = ERR_INIT;
	struct net_link link;
	int r = netlink_open(&host, err);

	if (r < 0)
		return r;
	r = find(network, &host, &link, &problem);
	if (r == 0 || r == -EEXIST)
		return 0;
	if (r == 1) {
		netlink_request_init(&request);
		net_link_put_delete(&request, link.index);
		problem = ERR_INIT;
		r = netlink_execute(&host, &request, NULL, NULL, NULL, &problem);
	}
	if (r < 0 && r != -ENODEV) {
		*err = problem;
		return err_while(err, "remove bridge %s", network->interface);
	}
	return 0;
}

int bridge_choose_name(struct arena *arena, const struct network *networks, size_t n,
	struct netlink *host, const char **ret, struct err *err)
{
	for (int i = 0; i < BRIDGE_NUMBERS; i++) {
		const char *name = arena_printf(arena, "hull%d", i);
		struct err problem = ERR_INIT;
		bool is_taken = false;
		struct net_link link;
		int r;

		for (size_t k = 0; k < n; k++)
			is_taken |= text_equal(networks[k].interface, name);
		if (is_taken)
			continue;
		r = net_link_find(host, name, &link, &problem);
		if (r == -ENODEV) {
			*ret = name;
			return 0;
		}
		if (r < 0) {
			*err = problem;
			return r;
		}
	}
	return err_fail(err, ENOSPC, "no name is left for a bridge");
}
