/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses: who has which address of a network: a symbolic link addresses/ADDRESS to the
 * container's id. A link is made with its content, or not, in one system call: two containers never
 * have the same address, and whoever dies half-way leaves one that says whose it was.
 *
 * Layer 3, role caller. Entries of a container are removed by who holds the container's lock. One
 * whose container's directory is gone was left by a death: it is free, and is taken over under a
 * lock of addresses/.
 */
#pragma once

#include "engine/network/subnets.h"

struct network_address {
	struct ip_prefix address;
	const char *owner; /* id of a container */
};

/* Sorted; addresses of both families, IPv4 first. */
int addresses_list(struct arena *arena, const struct network_place *place,
	struct network_address **ret, size_t *ret_n, struct err *err);

/*
 * The lowest free address of the subnet (or of its range), with the subnet's length; which it is
 * goes to *ret. ENOSPC: there is none.
 */
int addresses_take(struct arena *arena, const struct store *store,
	const struct network_place *place, const struct network_subnet *subnet, const char *owner,
	struct ip_prefix *ret, struct err *err);

/* This one. EADDRINUSE: somebody has it; EINVAL: no container of this network may have it. */
int addresses_take_this(const struct store *store, const struct network_place *place,
	const struct network_subnet *subnet, const struct ip_prefix *address, const char *owner,
	struct err *err);

/* Nothing happens if it is another container's. */
void addresses_release(
	const struct network_place *place, const struct ip_prefix *address, const char *owner);
