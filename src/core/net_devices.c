/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net_devices.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "sys/net_link.h"
#include "sys/netlink.h"
#include "sys/nsfs.h"

enum {
	NET_DEVICES_DUMP_TRIES = 8,
	NET_DEVICES_NAME_NUMBERS = 1024,
};

/* One address as the kernel described it; message and attributes are copies in the arena. */
struct address {
	struct ifaddrmsg header;
	const void *attributes;
	size_t size;
};

struct device {
	const char *host_name;
	const char *name; /* inside, without a template's %d */
	int index;        /* on the host, then inside */
	bool was_up;
	bool has_moved;
	struct address *addresses;
	size_t n_addresses;
};

struct net_devices {
	struct arena *arena;
	int own_ns, inside_ns;
	struct netlink host, inside;
	struct device *devices;
	size_t n_devices;
};

/* ---- addresses ---- */

struct address_list {
	struct arena *arena;
	struct device *device;
};

/* Flags beyond the first eight are in an attribute only. */
static uint32_t address_flags(const struct ifaddrmsg *header, const void *attributes, size_t size)
{
	struct netlink_attribute table[IFA_FLAGS + 1];

	netlink_parse(attributes, size, table, IFA_FLAGS + 1);
	return table[IFA_FLAGS].data ? netlink_get_u32(&table[IFA_FLAGS]) : header->ifa_flags;
}

static int take_address(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct address_list *list = context;
	struct device *device = list->device;
	struct address address;
	const char *attributes = (const char *)payload + NLMSG_ALIGN(sizeof(address.header));
	char *copy;

	(void)err;
	if (type != RTM_NEWADDR || size < NLMSG_ALIGN(sizeof(address.header)))
		return 0;
	memcpy(&address.header, payload, sizeof(address.header));
	address.size = size - NLMSG_ALIGN(sizeof(address.header));
	if ((int)address.header.ifa_index != device->index ||
		address.header.ifa_scope != RT_SCOPE_UNIVERSE ||
		!(address_flags(&address.header, attributes, address.size) & IFA_F_PERMANENT))
		return 0;
	copy = arena_alloc(list->arena, address.size);
	memcpy(copy, attributes, address.size);
	address.attributes = copy;
	ARENA_APPEND(list->arena, device->addresses, device->n_addresses) = address;
	return 0;
}

static int read_addresses(struct net_devices *devices, struct device *device, struct err *err)
{
	const struct ifaddrmsg header = { .ifa_index = (uint32_t)device->index };
	struct address_list list = { .arena = devices->arena, .device = device };
	struct err changed;
	int r = -EINTR;

	for (int i = 0; r == -EINTR && i < NET_DEVICES_DUMP_TRIES; i++) {
		struct netlink_request request;

		changed = ERR_INIT;
		device->n_addresses = 0;
		netlink_request_init(&request);
		netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP, &header, sizeof(header));
		r = netlink_execute(&devices->host, &request, take_address, &list, NULL, &changed);
	}
	if (r < 0) {
		*err = changed;
		return err_while(err, "read its addresses");
	}
	return 0;
}

/* The kernel's own notes about the address stay behind, and the name of the device. */
static bool is_of_address(unsigned type)
{
	return type == IFA_ADDRESS || type == IFA_LOCAL || type == IFA_BROADCAST ||
	       type == IFA_ANYCAST || type == IFA_RT_PRIORITY;
}

static void put_address(
	struct netlink_request *request, const struct address *address, int device_index)
{
	const uint32_t kept = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_NOPREFIXROUTE |
			      IFA_F_MANAGETEMPADDR | IFA_F_MCAUTOJOIN;
	struct netlink_attribute table[IFA_RT_PRIORITY + 1];
	struct ifaddrmsg header = address->header;

	header.ifa_index = (uint32_t)device_index;
	header.ifa_flags = 0;
	netlink_begin(request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof(header));
	netlink_parse(address->attributes, address->size, table, IFA_RT_PRIORITY + 1);
	for (unsigned type = 0; type <= IFA_RT_PRIORITY; type++)
		if (table[type].data && is_of_address(type))
			netlink_put(request, (uint16_t)type, table[type].data, table[type].size);
	netlink_put_u32(request, IFA_FLAGS,
		kept & address_flags(&address->header, address->attributes, address->size));
}

/* ---- moving ---- */

static int send_to(struct netlink *netlink, int index, int ns_fd, const char *name, struct err *err)
{
	const struct ifinfomsg header = { .ifi_index = index };
	struct netlink_request request;

	netlink_request_init(&request);
	netlink_begin(&request, RTM_NEWLINK, 0, &header, sizeof(header));
	netlink_put_u32(&request, IFLA_NET_NS_FD, (uint32_t)ns_fd);
	netlink_put_string(&request, IFLA_IFNAME, name);
	return netlink_execute(netlink, &request, NULL, NULL, NULL, err);
}

static int set_up(struct netlink *netlink, const struct device *device, bool up, struct err *err)
{
	struct netlink_request request;

	netlink_request_init(&request);
	for (size_t i = 0; i < device->n_addresses; i++)
		put_address(&request, &device->addresses[i], device->index);
	if (up)
		net_link_put_up(&request, device->index);
	return netlink_execute(netlink, &request, NULL, NULL, NULL, err);
}

/* The first name of a template such as eth%d that nobody has inside. Our own choice, so that the
 * device is found again. */
static int choose_name(
	struct net_devices *devices, const char *asked, const char **ret, struct err *err)
{
	const char *mark = strstr(asked, "%d");
	struct net_link link;

	for (int i = 0; i < (mark ? NET_DEVICES_NAME_NUMBERS : 1); i++) {
		struct err missing = ERR_INIT;
		const char *name = mark ? arena_printf(devices->arena, "%.*s%d%s",
						  (int)(mark - asked), asked, i, mark + 2)
					: asked;
		int r = net_link_find(&devices->inside, name, &link, &missing);

		if (r == -ENODEV) {
			*ret = name;
			return 0;
		}
		if (r < 0) {
			*err = missing;
			return r;
		}
	}
	return err_fail(err, EEXIST, "the container has a device %s already", asked);
}

static int move_device(struct net_devices *devices, struct device *device, struct err *err)
{
	struct net_link link;
	int r = net_link_find(&devices->host, device->host_name, &link, err);

	if (r < 0)
		return r;
	device->index = link.index;
	device->was_up = link.flags & IFF_UP;
	r = choose_name(devices, device->name, &device->name, err);
	if (r == 0)
		r = read_addresses(devices, device, err);
	if (r == 0)
		r = send_to(&devices->host, device->index, devices->inside_ns, device->name, err);
	if (r < 0)
		return r;
	device->has_moved = true;
	r = net_link_find(&devices->inside, device->name, &link, err);
	if (r < 0)
		return r;
	device->index = link.index;
	return set_up(&devices->inside, device, true, err);
}

static int open_both(struct net_devices *devices, pid_t pid, struct err *err)
{
	char path[64];
	int r = nsfs_open("/proc/self/ns/net", CLONE_NEWNET, &devices->own_ns, err);

	text_format(path, sizeof(path), "/proc/%d/ns/net", pid);
	if (r == 0)
		r = nsfs_open(path, CLONE_NEWNET, &devices->inside_ns, err);
	if (r == 0)
		r = netlink_open(&devices->host, err);
	if (r == 0)
		r = netlink_open_in(devices->inside_ns, &devices->inside, err);
	return r;
}

/* Names of devices may hold '~', which a JSON pointer writes as "~0" (RFC 6901). */
static int point_at(const char *name, struct err *err)
{
	char escaped[2 * IFNAMSIZ] = "";
	size_t n = 0;

	for (; *name && n + 2 < sizeof(escaped); name++) {
		escaped[n++] = *name;
		if (*name == '~')
			escaped[n++] = '0';
	}
	escaped[n] = '\0';
	return err_config(err, "/linux/netDevices/%s", escaped);
}

int net_devices_move(struct arena *arena, const struct oci_config *config, pid_t pid,
	struct net_devices **ret, struct err *err)
{
	const struct oci_linux *platform = &config->platform;
	struct net_devices *devices = ARENA_NEW(arena, struct net_devices);
	int r;

	*devices = (struct net_devices){
		.arena = arena,
		.own_ns = -1,
		.inside_ns = -1,
		.host = NETLINK_INIT,
		.inside = NETLINK_INIT,
		.devices = ARENA_NEW_ARRAY(arena, platform->n_net_devices, struct device),
	};
	*ret = devices;
	r = open_both(devices, pid, err);
	if (r < 0)
		return err_config(err, "/linux/netDevices");
	for (size_t i = 0; i < platform->n_net_devices; i++) {
		const struct oci_net_device *asked = &platform->net_devices[i];
		struct device *device = &devices->devices[devices->n_devices++];

		device->host_name = asked->host_name;
		device->name = asked->name ? asked->name : asked->host_name;
		r = move_device(devices, device, err);
		if (r < 0) {
			err_while(err, "network device %s", device->host_name);
			return point_at(device->host_name, err);
		}
	}
	return 0;
}

static int return_device(struct net_devices *devices, struct device *device, struct err *err)
{
	struct net_link link;
	int r = net_link_find(&devices->inside, device->name, &link, err);

	if (r == 0)
		r = send_to(&devices->inside, link.index, devices->own_ns, device->host_name, err);
	if (r == 0)
		r = net_link_find(&devices->host, device->host_name, &link, err);
	if (r < 0)
		return r;
	device->has_moved = false;
	device->index = link.index;
	return set_up(&devices->host, device, device->was_up, err);
}

void net_devices_return(struct net_devices *devices)
{
	for (size_t i = devices ? devices->n_devices : 0; i-- > 0;) {
		struct device *device = &devices->devices[i];
		struct err failed = ERR_INIT;

		if (!device->has_moved || return_device(devices, device, &failed) == 0)
			continue;
		err_while(&failed, "bring network device %s back", device->host_name);
		warn(&failed);
	}
}

void net_devices_done(struct net_devices *devices)
{
	if (!devices)
		return;
	netlink_close(&devices->host);
	netlink_close(&devices->inside);
	fd_replace(&devices->own_ns, -1);
	fd_replace(&devices->inside_ns, -1);
}
