/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "inspect/holders.h"
#include "sys/netlink.h"

enum { DUMP_TRIES = 8 };

struct interface {
	int index;
	unsigned flags;
	const char *name;
	int peer;               /* index on the other side; 0: none */
	bool is_peer_elsewhere; /* in the namespace that this one knows by the number */
	int peer_netnsid;
	const char *addresses; /* " 10.0.0.2/24 fe80::1/64" */
};

struct interfaces {
	struct arena *arena;
	struct interface *items;
	size_t n_items;
};

/* ---- of one namespace ---- */

static int take_link(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct interfaces *interfaces = context;
	struct netlink_attribute attributes[IFLA_LINK_NETNSID + 1];
	struct ifinfomsg header;
	const char *name;

	if (type != RTM_NEWLINK || size < sizeof(header))
		return 0;
	(void)err;
	memcpy(&header, payload, sizeof(header));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(header)),
		size - NLMSG_ALIGN(sizeof(header)), attributes, IFLA_LINK_NETNSID + 1);
	name = netlink_get_string(&attributes[IFLA_IFNAME]);
	ARENA_APPEND(
		interfaces->arena, interfaces->items, interfaces->n_items) = (struct interface){
		.index = header.ifi_index,
		.flags = header.ifi_flags,
		.name = arena_strdup(interfaces->arena, name ? name : "?"),
		.peer = (int)netlink_get_u32(&attributes[IFLA_LINK]),
		.is_peer_elsewhere = attributes[IFLA_LINK_NETNSID].data,
		.peer_netnsid = (int)netlink_get_u32(&attributes[IFLA_LINK_NETNSID]),
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

static int read_all(int ns_fd, struct interfaces *interfaces, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open_in(ns_fd, &netlink, err);

	if (r < 0)
		return r;
	/* EINTR: what is listed changed meanwhile */
	for (int i = 0; i < DUMP_TRIES; i++) {
		r = dump_all(&netlink, interfaces, err);
		if (r != -EINTR)
			break;
	}
	return r;
}

/* Read once; none where they may not be asked for. */
static const struct interfaces *interfaces_of(
	const struct view *view, struct view_namespace *namespace)
{
	struct interfaces *interfaces;
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	if (namespace->interfaces)
		return namespace->interfaces;
	interfaces = ARENA_NEW(view->arena, struct interfaces);
	interfaces->arena = view->arena;
	if (holders_open(view, namespace, &fd, &ignored) < 0 ||
		read_all(fd, interfaces, &ignored) < 0)
		interfaces->n_items = 0;
	namespace->interfaces = interfaces;
	return interfaces;
}

const char *interfaces_text(const struct view *view, struct view_namespace *namespace)
{
	const struct interfaces *interfaces = interfaces_of(view, namespace);
	struct arena *arena = view->arena;
	const char *text = NULL;

	for (size_t i = 0; i < interfaces->n_items; i++) {
		const struct interface *item = &interfaces->items[i];
		const char *peer = item->peer ? arena_printf(arena, "@if%d", item->peer) : "";

		if (item->flags & IFF_LOOPBACK)
			continue;
		text = arena_printf(arena, "%s%s%s%s %s%s", text ? text : "", text ? "\n" : "",
			item->name, peer, item->flags & IFF_UP ? "up" : "down", item->addresses);
	}
	return text;
}

/* ---- between namespaces ---- */

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

static int ask_number(struct netlink *netlink, int ns_fd, int *ret, struct err *err)
{
	const struct rtgenmsg header = { .rtgen_family = AF_UNSPEC };
	struct netlink_request request;
	int number = -1;
	int r;

	netlink_request_init(&request);
	netlink_begin(&request, RTM_GETNSID, 0, &header, sizeof(header));
	netlink_put_u32(&request, NETNSA_FD, (uint32_t)ns_fd);
	r = netlink_execute(netlink, &request, take_number, &number, NULL, err);
	if (r == 0)
		*ret = number;
	return r;
}

int interfaces_netnsid(int ns_fd, int *ret, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open(&netlink, err);

	return r < 0 ? r : ask_number(&netlink, ns_fd, ret, err);
}

/* Namespace one knows the other by that number. */
static bool knows_by(const struct view *view, const struct view_namespace *one,
	const struct view_namespace *other, int number)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	AUTO_FD int one_fd = -1;
	AUTO_FD int other_fd = -1;
	struct err ignored = ERR_INIT;
	int found;

	return holders_open(view, one, &one_fd, &ignored) == 0 &&
	       holders_open(view, other, &other_fd, &ignored) == 0 &&
	       netlink_open_in(one_fd, &netlink, &ignored) == 0 &&
	       ask_number(&netlink, other_fd, &found, &ignored) == 0 && found == number;
}

/* The interface that has this one as its peer, too; NULL: none there. */
static const struct interface *peer_in(
	const struct view *view, struct view_namespace *other, const struct interface *item)
{
	const struct interfaces *interfaces = interfaces_of(view, other);

	for (size_t i = 0; i < interfaces->n_items; i++)
		if (interfaces->items[i].index == item->peer &&
			interfaces->items[i].peer == item->index)
			return &interfaces->items[i];
	return NULL;
}

static const char *peer_text(
	const struct view *view, struct view_namespace *namespace, const struct interface *item)
{
	for (size_t i = 0; i < view->n_namespaces; i++) {
		struct view_namespace *other = view->namespaces[i];
		const struct interface *peer;

		if (other->kind != NAMESPACE_KIND_NET ||
			item->is_peer_elsewhere == (other == namespace))
			continue;
		peer = peer_in(view, other, item);
		if (peer && (other == namespace ||
				    knows_by(view, namespace, other, item->peer_netnsid)))
			return arena_printf(view->arena, "%s is %s in %llu", item->name, peer->name,
				(unsigned long long)other->inode);
	}
	return NULL;
}

const char *interfaces_peers(const struct view *view, struct view_namespace *namespace)
{
	const struct interfaces *interfaces = interfaces_of(view, namespace);
	const char *text = NULL;

	for (size_t i = 0; i < interfaces->n_items; i++) {
		const struct interface *item = &interfaces->items[i];
		const char *peer = item->peer ? peer_text(view, namespace, item) : NULL;

		if (peer)
			text = arena_printf(
				view->arena, "%s%s%s", text ? text : "", text ? "\n" : "", peer);
	}
	return text;
}
