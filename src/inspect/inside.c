/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "sys/netlink.h"
#include "sys/nsfs_run.h"

/* ---- host name ---- */

static int ask_name(void *argument, struct err *err)
{
	if (uname(argument) < 0)
		return err_sys(err, "uname");
	return 0;
}

int inside_host_name(struct arena *arena, int ns_fd, const char **ret, struct err *err)
{
	struct utsname names = { 0 };
	int r = nsfs_run_in(ns_fd, CLONE_NEWUTS, ask_name, &names, err);

	if (r < 0)
		return err_while(err, "host name");
	*ret = arena_strdup(arena, names.nodename);
	return 0;
}

/* ---- interfaces ---- */

enum { DUMP_TRIES = 8 };

struct interface {
	int index;
	unsigned flags;
	const char *name;
	uint32_t peer;         /* index on the other side; 0: none */
	const char *addresses; /* " 10.0.0.2/24 fe80::1/64" */
};

struct interfaces {
	struct arena *arena;
	struct interface *items;
	size_t n_items;
};

static int take_link(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct interfaces *interfaces = context;
	struct netlink_attribute attributes[IFLA_LINK + 1];
	struct ifinfomsg header;
	const char *name;

	if (type != RTM_NEWLINK || size < sizeof(header))
		return 0;
	(void)err;
	memcpy(&header, payload, sizeof(header));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(header)),
		size - NLMSG_ALIGN(sizeof(header)), attributes, IFLA_LINK + 1);
	name = netlink_get_string(&attributes[IFLA_IFNAME]);
	ARENA_APPEND(
		interfaces->arena, interfaces->items, interfaces->n_items) = (struct interface){
		.index = header.ifi_index,
		.flags = header.ifi_flags,
		.name = arena_strdup(interfaces->arena, name ? name : "?"),
		.peer = netlink_get_u32(&attributes[IFLA_LINK]),
		.addresses = "",
	};
	return 0;
}

static int take_address(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct interfaces *interfaces = context;
	struct netlink_attribute attributes[IFA_LOCAL + 1], *address;
	struct ifaddrmsg header;
	char text[INET6_ADDRSTRLEN];

	if (type != RTM_NEWADDR || size < sizeof(header))
		return 0;
	(void)err;
	memcpy(&header, payload, sizeof(header));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(header)),
		size - NLMSG_ALIGN(sizeof(header)), attributes, IFA_LOCAL + 1);
	/* of a point-to-point link IFA_ADDRESS is the other end */
	address = &attributes[attributes[IFA_LOCAL].data ? IFA_LOCAL : IFA_ADDRESS];
	if (!address->data || address->size < (header.ifa_family == AF_INET6 ? 16 : 4) ||
		!inet_ntop(header.ifa_family, address->data, text, sizeof(text)))
		return 0;
	for (size_t i = 0; i < interfaces->n_items; i++) {
		struct interface *item = &interfaces->items[i];

		if (item->index == (int)header.ifa_index)
			item->addresses = arena_printf(interfaces->arena, "%s %s/%u",
				item->addresses, text, header.ifa_prefixlen);
	}
	return 0;
}

static int dump(struct netlink *netlink, uint16_t type, const void *header, size_t size,
	netlink_visit *visit, struct interfaces *interfaces, struct err *err)
{
	struct netlink_request request;

	netlink_request_init(&request);
	netlink_begin(&request, type, NLM_F_DUMP, header, size);
	return netlink_execute(netlink, &request, visit, interfaces, NULL, err);
}

static int dump_all(struct netlink *netlink, struct interfaces *interfaces, struct err *err)
{
	const struct ifinfomsg any_link = { .ifi_family = AF_UNSPEC };
	const struct ifaddrmsg any_address = { .ifa_family = AF_UNSPEC };
	int r;

	interfaces->n_items = 0;
	r = dump(netlink, RTM_GETLINK, &any_link, sizeof(any_link), take_link, interfaces, err);
	if (r < 0)
		return r;
	return dump(netlink, RTM_GETADDR, &any_address, sizeof(any_address), take_address,
		interfaces, err);
}

static const char *interfaces_text(struct arena *arena, const struct interfaces *interfaces)
{
	const char *text = "";

	for (size_t i = 0; i < interfaces->n_items; i++) {
		const struct interface *item = &interfaces->items[i];
		const char *peer = item->peer ? arena_printf(arena, "@if%u", item->peer) : "";

		if (item->flags & IFF_LOOPBACK)
			continue;
		text = arena_printf(arena, "%s%s%s%s %s%s", text, text[0] ? "\n" : "", item->name,
			peer, item->flags & IFF_UP ? "up" : "down", item->addresses);
	}
	return text;
}

int inside_interfaces(struct arena *arena, int ns_fd, const char **ret, struct err *err)
{
	struct interfaces interfaces = { .arena = arena };
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open_in(ns_fd, &netlink, err);

	if (r < 0)
		return r;
	/* EINTR: what is listed changed meanwhile */
	for (int i = 0; i < DUMP_TRIES; i++) {
		r = dump_all(&netlink, &interfaces, err);
		if (r != -EINTR)
			break;
	}
	if (r < 0)
		return err_while(err, "interfaces");
	*ret = interfaces_text(arena, &interfaces);
	return 0;
}

/* ---- number of a network namespace ---- */

static int take_number(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct netlink_attribute attributes[NETNSA_NSID + 1];

	(void)err;
	if (type != RTM_NEWNSID || size < NLMSG_ALIGN(sizeof(struct rtgenmsg)))
		return 0;
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(struct rtgenmsg)),
		size - NLMSG_ALIGN(sizeof(struct rtgenmsg)), attributes, NETNSA_NSID + 1);
	if (attributes[NETNSA_NSID].data)
		*(int *)context = (int)netlink_get_u32(&attributes[NETNSA_NSID]);
	return 0;
}

int inside_netnsid(int ns_fd, int *ret, struct err *err)
{
	const struct rtgenmsg header = { .rtgen_family = AF_UNSPEC };
	AUTO_NETLINK netlink = NETLINK_INIT;
	struct netlink_request request;
	int number = -1;
	int r = netlink_open(&netlink, err);

	if (r < 0)
		return r;
	netlink_request_init(&request);
	netlink_begin(&request, RTM_GETNSID, 0, &header, sizeof(header));
	netlink_put_u32(&request, NETNSA_FD, (uint32_t)ns_fd);
	r = netlink_execute(&netlink, &request, take_number, &number, NULL, err);
	if (r == 0)
		*ret = number;
	return r;
}
