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

static int take_link(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct net_link *link = context;
	struct ifinfomsg header;

	(void)err;
	if (type != RTM_NEWLINK || size < sizeof(header))
		return 0;
	memcpy(&header, payload, sizeof(header));
	*link = (struct net_link){ .index = header.ifi_index, .flags = header.ifi_flags };
	return 0;
}

int net_link_find(struct netlink *netlink, const char *name, struct net_link *ret, struct err *err)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct netlink_request request;
	struct net_link link = { 0 };
	int r;

	netlink_request_init(&request);
	netlink_begin(&request, RTM_GETLINK, 0, &header, sizeof(header));
	netlink_put_string(&request, IFLA_IFNAME, name);
	r = netlink_execute(netlink, &request, take_link, &link, NULL, err);
	if (r == 0 && link.index == 0)
		r = err_fail(err, ENODEV, "no such device");
	if (r == 0)
		*ret = link;
	return r;
}

void net_link_put_veth(
	struct netlink_request *request, const char *name, const char *peer_name, pid_t peer_pid)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	size_t info, data, peer;

	netlink_begin(request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	netlink_put_string(request, IFLA_IFNAME, name);
	info = netlink_nest(request, IFLA_LINKINFO);
	netlink_put_string(request, IFLA_INFO_KIND, "veth");
	data = netlink_nest(request, IFLA_INFO_DATA);
	peer = netlink_nest(request, VETH_INFO_PEER);
	netlink_put_header(request, &header, sizeof(header));
	netlink_put_string(request, IFLA_IFNAME, peer_name);
	netlink_put_u32(request, IFLA_NET_NS_PID, (uint32_t)peer_pid);
	netlink_nest_end(request, peer);
	netlink_nest_end(request, data);
	netlink_nest_end(request, info);
}

void net_link_put_up(struct netlink_request *request, int index)
{
	const struct ifinfomsg header = {
		.ifi_index = index,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};

	netlink_begin(request, RTM_NEWLINK, 0, &header, sizeof(header));
}

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
