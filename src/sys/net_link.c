/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/net_link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

/* ---- reading ---- */

struct link_list {
	net_link_visit *visit;
	void *context;
};

static int take_link(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	const struct link_list *list = context;
	struct netlink_attribute table[IFLA_IFALIAS + 1];
	struct ifinfomsg header;
	const char *name, *alias;
	struct net_link link;

	(void)err;
	if (type != RTM_NEWLINK || size < NLMSG_ALIGN(sizeof(header)))
		return 0;
	memcpy(&header, payload, sizeof(header));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(header)),
		size - NLMSG_ALIGN(sizeof(header)), table, IFLA_IFALIAS + 1);
	name = netlink_get_string(&table[IFLA_IFNAME]);
	alias = netlink_get_string(&table[IFLA_IFALIAS]);
	link = (struct net_link){
		.index = header.ifi_index,
		.flags = header.ifi_flags,
		.mtu = netlink_get_u32(&table[IFLA_MTU]),
		.master = (int)netlink_get_u32(&table[IFLA_MASTER]),
	};
	text_copy(link.alias, sizeof(link.alias), alias ? alias : "");
	list->visit(list->context, name ? name : "", &link);
	return 0;
}

static void take_found(void *context, const char *name, const struct net_link *link)
{
	(void)name;
	*(struct net_link *)context = *link;
}

int net_link_find(struct netlink *netlink, const char *name, struct net_link *ret, struct err *err)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct net_link link = { 0 };
	struct link_list list = { take_found, &link };
	struct netlink_request request;
	int r;

	netlink_request_init(&request);
	netlink_begin(&request, RTM_GETLINK, 0, &header, sizeof(header));
	netlink_put_string(&request, IFLA_IFNAME, name);
	r = netlink_execute(netlink, &request, take_link, &list, NULL, err);
	if (r == 0 && link.index == 0)
		r = err_fail(err, ENODEV, "no such device");
	if (r == 0)
		*ret = link;
	return r;
}

int net_link_list(struct netlink *netlink, net_link_visit *visit, void *context, struct err *err)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct link_list list = { visit, context };
	struct netlink_request request;

	netlink_request_init(&request);
	netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP, &header, sizeof(header));
	return netlink_execute(netlink, &request, take_link, &list, NULL, err);
}

/* ---- making ---- */

static void begin_new(struct netlink_request *request, const char *name)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };

	netlink_begin(request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	netlink_put_string(request, IFLA_IFNAME, name);
}

static void put_mtu(struct netlink_request *request, uint32_t mtu)
{
	if (mtu > 0)
		netlink_put_u32(request, IFLA_MTU, mtu);
}

static void put_traits(struct netlink_request *request, const struct net_link_traits *traits)
{
	if (traits->mac)
		netlink_put(request, IFLA_ADDRESS, traits->mac, NET_LINK_MAC_BYTES);
	put_mtu(request, traits->mtu);
}

void net_link_put_veth(struct netlink_request *request, const char *name, const char *peer_name,
	int peer_ns_fd, const struct net_link_traits *traits)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	size_t info, data, peer;

	begin_new(request, name);
	put_mtu(request, traits->mtu);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_KIND, "veth");
	data = netlink_nest(request, IFLA_INFO_DATA);
	peer = netlink_nest(request, VETH_INFO_PEER);
	netlink_put_header(request, &header, sizeof(header));
	netlink_put_string(request, IFLA_IFNAME, peer_name);
	netlink_put_u32(request, IFLA_NET_NS_FD, (uint32_t)peer_ns_fd);
	put_traits(request, traits);
	netlink_nest_end(request, peer);
	netlink_nest_end(request, data);
	netlink_nest_end(request, info);
}

void net_link_put_bridge(
	struct netlink_request *request, const char *name, const struct net_link_traits *traits)
{
	size_t info;

	begin_new(request, name);
	put_traits(request, traits);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_KIND, "bridge");
	netlink_nest_end(request, info);
}

void net_link_put_macvlan(struct netlink_request *request, const char *name, int parent_index,
	enum net_link_macvlan_mode mode, int ns_fd, const struct net_link_traits *traits)
{
	static const uint32_t modes[NET_LINK_MACVLAN_COUNT] = {
		[NET_LINK_MACVLAN_BRIDGE] = MACVLAN_MODE_BRIDGE,
		[NET_LINK_MACVLAN_PRIVATE] = MACVLAN_MODE_PRIVATE,
		[NET_LINK_MACVLAN_VEPA] = MACVLAN_MODE_VEPA,
		[NET_LINK_MACVLAN_PASSTHRU] = MACVLAN_MODE_PASSTHRU,
	};
	size_t info, data;

	begin_new(request, name);
	netlink_put_u32(request, IFLA_LINK, (uint32_t)parent_index);
	netlink_put_u32(request, IFLA_NET_NS_FD, (uint32_t)ns_fd);
	put_traits(request, traits);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_KIND, "macvlan");
	data = netlink_nest(request, IFLA_INFO_DATA);
	netlink_put_u32(request, IFLA_MACVLAN_MODE, modes[mode]);
	netlink_nest_end(request, data);
	netlink_nest_end(request, info);
}

void net_link_put_ipvlan(struct netlink_request *request, const char *name, int parent_index,
	enum net_link_ipvlan_mode mode, int ns_fd, uint32_t mtu)
{
	static const uint16_t modes[NET_LINK_IPVLAN_COUNT] = {
		[NET_LINK_IPVLAN_L2] = IPVLAN_MODE_L2,
		[NET_LINK_IPVLAN_L3] = IPVLAN_MODE_L3,
		[NET_LINK_IPVLAN_L3S] = IPVLAN_MODE_L3S,
	};
	size_t info, data;

	begin_new(request, name);
	netlink_put_u32(request, IFLA_LINK, (uint32_t)parent_index);
	netlink_put_u32(request, IFLA_NET_NS_FD, (uint32_t)ns_fd);
	put_mtu(request, mtu);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_KIND, "ipvlan");
	data = netlink_nest(request, IFLA_INFO_DATA);
	netlink_put(request, IFLA_IPVLAN_MODE, &modes[mode], sizeof(modes[mode]));
	netlink_nest_end(request, data);
	netlink_nest_end(request, info);
}

/* ---- changing ---- */

static void put_no_ip6_own(struct netlink_request *request)
{
	const uint8_t mode = IN6_ADDR_GEN_MODE_NONE;
	size_t families = netlink_nest(request, IFLA_AF_SPEC);
	size_t family = netlink_nest(request, AF_INET6);

	netlink_put(request, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof(mode));
	netlink_nest_end(request, family);
	netlink_nest_end(request, families);
}

void net_link_put_change(struct netlink_request *request, const struct net_link_change *change)
{
	const struct ifinfomsg header = {
		.ifi_index = change->name ? 0 : change->index,
		.ifi_flags = change->is_up ? IFF_UP : 0,
		.ifi_change = change->is_up ? IFF_UP : 0,
	};

	netlink_begin(request, RTM_NEWLINK, 0, &header, sizeof(header));
	if (change->name)
		netlink_put_string(request, IFLA_IFNAME, change->name);
	if (change->alias)
		netlink_put(request, IFLA_IFALIAS, change->alias, strlen(change->alias));
	if (change->master)
		netlink_put_u32(request, IFLA_MASTER, (uint32_t)change->master);
	if (change->has_no_ip6_own)
		put_no_ip6_own(request);
}

void net_link_put_hairpin(struct netlink_request *request, const char *name)
{
	const struct ifinfomsg header = { .ifi_index = 0 };
	const uint8_t on = 1;
	size_t info, data;

	netlink_begin(request, RTM_NEWLINK, 0, &header, sizeof(header));
	netlink_put_string(request, IFLA_IFNAME, name);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_SLAVE_KIND, "bridge");
	data = netlink_nest(request, IFLA_INFO_SLAVE_DATA);
	netlink_put(request, IFLA_BRPORT_MODE, &on, sizeof(on));
	netlink_nest_end(request, data);
	netlink_nest_end(request, info);
}

void net_link_put_up(struct netlink_request *request, int index)
{
	net_link_put_change(request, &(struct net_link_change){ .index = index, .is_up = true });
}

void net_link_put_delete(struct netlink_request *request, int index)
{
	const struct ifinfomsg header = { .ifi_index = index };

	netlink_begin(request, RTM_DELLINK, 0, &header, sizeof(header));
}

/* ---- addresses and routes ---- */

void net_link_put_address(
	struct netlink_request *request, int index, const struct ip_prefix *address)
{
	const struct ifaddrmsg header = {
		.ifa_family = (unsigned char)address->family,
		.ifa_prefixlen = (unsigned char)address->length,
		.ifa_index = (uint32_t)index,
		.ifa_scope = RT_SCOPE_UNIVERSE,
	};

	netlink_begin(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	netlink_put(request, IFA_LOCAL, address->bytes, ip_prefix_n_bytes(address));
	netlink_put(request, IFA_ADDRESS, address->bytes, ip_prefix_n_bytes(address));
	netlink_put_u32(request, IFA_FLAGS, IFA_F_NODAD);
}

static void begin_default_route(
	struct netlink_request *request, int index, int family, uint32_t metric, unsigned scope)
{
	const struct rtmsg header = {
		.rtm_family = (unsigned char)family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = (unsigned char)scope,
		.rtm_type = RTN_UNICAST,
	};

	netlink_begin(request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	netlink_put_u32(request, RTA_OIF, (uint32_t)index);
	if (metric > 0)
		netlink_put_u32(request, RTA_PRIORITY, metric);
}

void net_link_put_default_route(struct netlink_request *request, int index,
	const struct ip_prefix *gateway, uint32_t metric)
{
	begin_default_route(request, index, gateway->family, metric, RT_SCOPE_UNIVERSE);
	netlink_put(request, RTA_GATEWAY, gateway->bytes, ip_prefix_n_bytes(gateway));
}

void net_link_put_default_device(
	struct netlink_request *request, int index, int family, uint32_t metric)
{
	begin_default_route(request, index, family, metric,
		family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
}

struct route_list {
	net_route_visit *visit;
	void *context;
};

static int take_route(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	const struct route_list *list = context;
	struct netlink_attribute table[RTA_TABLE + 1];
	struct ip_prefix destination = { 0 };
	struct rtmsg header;
	uint32_t number;

	(void)err;
	if (type != RTM_NEWROUTE || size < NLMSG_ALIGN(sizeof(header)))
		return 0;
	memcpy(&header, payload, sizeof(header));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(header)),
		size - NLMSG_ALIGN(sizeof(header)), table, RTA_TABLE + 1);
	number = table[RTA_TABLE].data ? netlink_get_u32(&table[RTA_TABLE]) : header.rtm_table;
	destination.family = header.rtm_family;
	destination.length = header.rtm_dst_len;
	if (number != RT_TABLE_MAIN || destination.length == 0 || !table[RTA_DST].data ||
		table[RTA_DST].size < ip_prefix_n_bytes(&destination))
		return 0;
	memcpy(destination.bytes, table[RTA_DST].data, ip_prefix_n_bytes(&destination));
	list->visit(list->context, &destination);
	return 0;
}

int net_route_list(struct netlink *netlink, net_route_visit *visit, void *context, struct err *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct route_list list = { visit, context };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct rtmsg header = { .rtm_family = (unsigned char)families[i] };
		struct netlink_request request;
		struct err problem = ERR_INIT;
		int r;

		netlink_request_init(&request);
		netlink_begin(&request, RTM_GETROUTE, NLM_F_DUMP, &header, sizeof(header));
		r = netlink_execute(netlink, &request, take_route, &list, NULL, &problem);
		if (r < 0 && r != -EAFNOSUPPORT && r != -EOPNOTSUPP) { /* a kernel without it */
			*err = problem;
			return r;
		}
	}
	return 0;
}
