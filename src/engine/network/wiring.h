/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wiring: the interfaces of a container's network namespace.
 *
 * Layer 3. What is to be made is decided by the caller (wiring_add()); wiring_connect() makes it,
 * inside of the namespace, in a thread or a process that shares the caller's memory, while the rest
 * of the container is made: it allocates nothing. The pair of a bridge's network goes with the
 * container's namespace; nothing has to be removed.
 */
#pragma once

#include "engine/network/endpoint.h"
#include "sys/netlink.h"

struct wire {
	const char *interface, *host_interface;
	enum network_driver driver;
	int mode;  /* of macvlan or ipvlan */
	int index; /* of the bridge, or of the parent */
	uint32_t mtu;
	uint8_t mac[ENDPOINT_MAC_BYTES];
	struct ip_prefix address, address6, gateway, gateway6;
	char alias[128]; /* of the host's end */
};

struct wiring {
	struct netlink host; /* of the namespace that hull runs in */
	struct wire *wires;
	size_t n_wires;
};

#define WIRING_INIT ((struct wiring){ .host = NETLINK_INIT })
void wiring_done(struct wiring *wiring);

/* Its bridge is made if it is not there. The wiring's strings are those of endpoint and place. */
int wiring_add(struct arena *arena, struct wiring *wiring, const struct network_place *place,
	const struct endpoint *endpoint, const char *container_id, struct err *err);

/* A container_network_fn; context: the wiring. */
int wiring_connect(void *context, int ns_fd, struct err *err);
