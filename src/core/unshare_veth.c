/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unshare_veth.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/net_link.h"
#include "sys/nsfs.h"

enum {
	PATH_BYTES = 64,
	CARRIER_STEP_USEC = 5000,
	CARRIER_TRIES = 400,
};

static const char inside_name[] = "eth0";

static int make_pair(struct netlink *netlink, const char *name, int ns_fd, struct err *err)
{
	const struct net_link_traits any = { 0 };
	struct netlink_request request;
	int r;

	netlink_request_init(&request);
	net_link_put_veth(&request, name, inside_name, ns_fd, &any);
	r = netlink_execute(netlink, &request, NULL, NULL, NULL, err);
	if (r == -EOPNOTSUPP)
		return err_hint(err, "the kernel needs the module veth");
	return r;
}

static int bring_up(struct netlink *netlink, const char *name, const struct ip_prefix *address,
	bool with_loopback, struct err *err)
{
	struct netlink_request request;
	char text[IP_PREFIX_TEXT_BYTES];
	struct net_link link;
	int r = net_link_find(netlink, name, &link, err);

	if (r == 0) {
		netlink_request_init(&request);
		net_link_put_address(&request, link.index, address);
		net_link_put_up(&request, link.index);
		if (with_loopback)
			net_link_put_up(&request, NET_LINK_LOOPBACK_INDEX);
		r = netlink_execute(netlink, &request, NULL, NULL, NULL, err);
	}
	ip_prefix_format(address, text);
	return r < 0 ? err_while(err, "%s with %s", name, text) : 0;
}

/*
 * IPv6 has no route before the kernel has told it of the carrier, which takes up to a second when
 * links come and go. If it takes longer, so be it.
 */
static int wait_for_carrier(
	struct netlink *netlink, const struct ip_prefix *address, struct err *err)
{
	struct net_link link = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && address->family == AF_INET6 && i < CARRIER_TRIES; i++) {
		r = net_link_find(netlink, inside_name, &link, err);
		if (link.flags & IFF_RUNNING)
			break;
		usleep(CARRIER_STEP_USEC);
	}
	return r;
}

static int connect_pair(const struct unshare_veth *veth, pid_t pid, struct err *err)
{
	AUTO_NETLINK outside = NETLINK_INIT;
	AUTO_NETLINK inside = NETLINK_INIT;
	AUTO_FD int ns_fd = -1;
	char path[PATH_BYTES], name[IF_NAMESIZE];
	int r;

	text_format(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	text_format(name, sizeof(name), "veth%d", (int)pid);
	r = nsfs_open(path, CLONE_NEWNET, &ns_fd, err);
	if (r == 0)
		r = netlink_open(&outside, err);
	if (r == 0)
		r = netlink_open_in(ns_fd, &inside, err);
	if (r == 0)
		r = make_pair(&outside, name, ns_fd, err);
	if (r == 0)
		r = bring_up(&inside, inside_name, &veth->inside, true, err);
	if (r == 0)
		r = bring_up(&outside, name, &veth->outside, false, err);
	return r < 0 ? r : wait_for_carrier(&inside, &veth->inside, err);
}

int unshare_veth_connect(const struct unshare_veth *veth, pid_t pid, struct err *err)
{
	int r = connect_pair(veth, pid, err);

	if (r == -EPERM)
		err_hint(err, "an interface of the host takes its root");
	return r < 0 ? err_while(err, "pair of interfaces") : 0;
}
