/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint: one container in one network: its interface, and what it is reached by.
 *
 * Layer 3, roles caller and command. containers/ID/networks.json has those of a container that runs
 * or is being started; it is written before anything is made that belongs to it, and goes with the
 * container's end.
 */
#pragma once

#include "engine/network/network.h"

enum {
	ENDPOINT_MAC_BYTES = 6,
	ENDPOINT_MAC_TEXT_BYTES = 18,
	ENDPOINTS_MAX = 64, /* of a container */
};

struct endpoint {
	const char *network; /* name */
	const char *network_id;
	const char *interface;      /* in the container, "eth0" */
	const char *host_interface; /* its other end; "": it has none (macvlan, ipvlan) */
	const char *mac;            /* "02:48:0a:4b:00:02" */
	struct ip_prefix address;   /* with the subnet's length; family 0: none */
	struct ip_prefix address6;
	struct ip_prefix gateway; /* that its default route goes to; family 0: none */
	struct ip_prefix gateway6;
	struct ip_prefix host; /* the host's own address there; family 0: it has none */
	struct ip_prefix host6;
	struct ip_prefix server; /* that it asks for names; family 0: hull serves none there */
	const char **names; /* in this network: name of the container, begin of its id, aliases */
	size_t n_names;
};

struct endpoint_list {
	struct endpoint *endpoints;
	size_t n_endpoints;
};

/* None where there is no file. */
int endpoints_read(
	struct arena *arena, int container_fd, struct endpoint_list *ret, struct err *err);
int endpoints_write(
	struct arena *arena, int container_fd, const struct endpoint_list *list, struct err *err);
void endpoints_forget(int container_fd);

/* "02:48:0a:4b:00:02"; EINVAL also for those of several stations. */
int endpoint_parse_mac(const char *text, uint8_t ret[ENDPOINT_MAC_BYTES]);
void endpoint_format_mac(const uint8_t mac[ENDPOINT_MAC_BYTES], char text[ENDPOINT_MAC_TEXT_BYTES]);

/* Of the host: "veth", eight random digits, "_", the number of the interface. Another one at each
 * start: the pair of the last one goes some time after the container's end. */
int endpoint_host_interface(
	struct arena *arena, unsigned number, const char **ret, struct err *err);
