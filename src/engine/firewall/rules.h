/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: the one nftables table of hull, `inet hull`, as data.
 *
 * Layer 3, role caller. Pure. The rules never change: what networks and containers add are elements
 * of sets and maps, so a packet meets as many rules with a hundred containers as with one.
 * docs/ports.md shows the table as `nft list table inet hull` prints it.
 */
#pragma once

#include "sys/nftables.h"

enum rules_set {
	RULES_SET_BRIDGES,   /* bridges of hull */
	RULES_SET_INSIDE,    /* bridge . the same bridge: traffic of a network with itself */
	RULES_SET_INTERNAL,  /* bridges of internal networks */
	RULES_SET_ISOLATED,  /* bridges that no other network of hull reaches */
	RULES_SET_OUTGOING4, /* subnets that go out under the host's address */
	RULES_SET_OUTGOING6,
	RULES_SET_PORTS4, /* host address . protocol . port: container address . port */
	RULES_SET_PORTS6,
	RULES_SET_ANY4, /* protocol . port: the same on every address of the host */
	RULES_SET_ANY6,
	RULES_SET_COUNT,
};

extern const struct nft_table rules_table;
extern const struct nft_set rules_sets[RULES_SET_COUNT];

/* The table with its sets, chains and rules, in the place of what is there; no elements. */
void rules_put(struct netlink_request *request);
