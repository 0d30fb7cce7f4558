/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network: what a network of hull is: docs/formats/network.md has its files.
 *
 * Layer 3, roles caller and command. A network is a directory networks/NAME of the store. What was
 * decided when it was made stands in network.json and does not change; who is in it stands in
 * addresses/. Its interface is in the network namespace that hull runs in, and is made again when
 * it is not there.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/ip_prefix.h"
#include "engine/store/store.h"
#include "oci/config.h"

/* What a container is in when nothing else is asked; made when it is first needed. */
#define NETWORK_DEFAULT_NAME "bridge"

enum network_driver {
	NETWORK_DRIVER_BRIDGE,
	NETWORK_DRIVER_MACVLAN,
	NETWORK_DRIVER_IPVLAN,
	NETWORK_DRIVER_COUNT,
};

const char *network_driver_name(enum network_driver driver);

struct network_subnet {
	struct ip_prefix prefix;  /* its first address */
	struct ip_prefix gateway; /* with the subnet's length; family 0: none */
	struct ip_prefix range;   /* containers get addresses of it; family 0: all of the subnet */
};

struct network {
	const char *name;
	const char *id;      /* 64 hexadecimal digits */
	const char *created; /* RFC 3339 */
	enum network_driver driver;
	const char *interface; /* the bridge, or the interface of the host below; "" or longer */
	bool is_internal;      /* no way out, and no outside names */
	bool has_ip6;
	struct network_subnet *subnets;
	size_t n_subnets;
	struct oci_key_value *labels;
	size_t n_labels;
	struct oci_key_value *options; /* as they were given; what they mean: */
	size_t n_options;

	uint32_t mtu;     /* 0: the kernel's */
	bool is_isolated; /* other networks of hull do not reach it, nor it them */
	int mode;         /* enum net_link_macvlan_mode or net_link_ipvlan_mode */
};

/* An open one. */
struct network_place {
	struct network network;
	int dir_fd;
};

#define NETWORK_PLACE_INIT ((struct network_place){ .dir_fd = -1 })
#define AUTO_NETWORK_PLACE __attribute__((cleanup(network_close))) struct network_place
void network_close(struct network_place *place);

/* ---- network_options.c: what --opt says; checked for the driver ---- */

int network_read_options(struct network *network, struct err *err);

/* ---- network_json.c ---- */

const char *network_text(struct arena *arena, const struct network *network, size_t *ret_length);
int network_read(
	struct arena *arena, const char *bytes, size_t size, struct network *ret, struct err *err);

/* ---- networks.c ---- */

/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, and no word that --network has for something else. */
int network_check_name(const char *name, struct err *err);

/*
 * Makes the network: id, created and interface are filled in, a subnet is chosen if there is none,
 * a gateway for each subnet that has none and needs one. A bridge is there when it returns. EEXIST:
 * there is one of that name.
 */
int networks_create(
	struct arena *arena, const struct store *store, struct network *network, struct err *err);

/* By name, id, or a begin of the id that only one has. ENOENT: "no such network: …". */
int networks_find(struct arena *arena, const struct store *store, const char *text,
	struct network_place *ret, struct err *err);

/* The same; the default one is made if it is not there. */
int networks_open(struct arena *arena, const struct store *store, const char *text,
	struct network_place *ret, struct err *err);

/* All of them, sorted by name. */
int networks_list(struct arena *arena, const struct store *store, struct network **ret,
	size_t *ret_n, struct err *err);

/*
 * While it is held nobody removes the network: ENOENT if somebody has. networks_remove() takes it
 * alone. Ends with the descriptor.
 */
int network_hold(const struct network_place *place, const struct store *store, struct err *err);

/* The network with its bridge. Waits for whoever holds it; then check_unused() is asked, and its
 * failure is the result. */
int networks_remove(const struct store *store, struct network_place *place,
	int (*check_unused)(void *context, struct err *err), void *context, struct err *err);
