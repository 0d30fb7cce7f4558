/* SPDX-License-Identifier: Apache-2.0 */
/*
 * firewall: what networks and published ports mean in hull's nftables table (rules.h).
 *
 * Layer 3, role caller, in the host's network namespace, with CAP_NET_ADMIN. Each function is one
 * batch: all of it or nothing. Adding what is there and removing what is not there is success.
 * Nothing here knows where networks and ports are written down; if the table has gone (-ENOENT), or
 * was never made, the caller fills it anew from there (firewall_fill()).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/ip_prefix.h"

enum { FIREWALL_BRIDGE_BYTES = 16 };

/* One bridge. */
struct firewall_network {
	const char *bridge; /* its name, at most 15 bytes */
	const struct ip_prefix *subnets;
	size_t n_subnets;
	bool is_internal, is_isolated;
};

enum firewall_protocol {
	FIREWALL_PROTOCOL_TCP,
	FIREWALL_PROTOCOL_UDP,
	FIREWALL_PROTOCOL_COUNT,
};

const char *firewall_protocol_name(enum firewall_protocol protocol);

/* Prefixes have all bits; the host's is all zeros for every address of that family. Both ends have
 * the same family. */
struct firewall_port {
	enum firewall_protocol protocol;
	struct ip_prefix host, container;
	uint16_t host_port, container_port;
};

/* An address of all zeros. */
bool firewall_is_any(const struct ip_prefix *address);

/* In 127.0.0.0/8, or ::1. */
bool firewall_is_loopback(const struct ip_prefix *address);

/* On ::1: the kernel translates nothing that is sent to it, so a process takes it (hull-forward).
 * Its container's address may have the other family. */
bool firewall_is_forwarded(const struct firewall_port *port);

/* The whole table, in the place of what is there. */
int firewall_fill(struct arena *arena, const struct firewall_network *networks, size_t n_networks,
	const struct firewall_port *ports, size_t n_ports, struct err *err);

/* Its bridge is in the table; what else belongs to it was in the same batch. */
int firewall_has_network(const struct firewall_network *network, bool *ret, struct err *err);

/* ENOENT: see above. */
int firewall_add_network(
	struct arena *arena, const struct firewall_network *network, struct err *err);
int firewall_remove_network(
	struct arena *arena, const struct firewall_network *network, struct err *err);
int firewall_add_ports(
	struct arena *arena, const struct firewall_port *ports, size_t n_ports, struct err *err);
int firewall_remove_ports(
	struct arena *arena, const struct firewall_port *ports, size_t n_ports, struct err *err);

/* The table goes; success when there is none. */
int firewall_remove(struct arena *arena, struct err *err);
