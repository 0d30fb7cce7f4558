/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nat_rule: a rule of nf_tables that sends what comes for the host on to somebody else.
 *
 * Layer 3, role command; pure. Reads what engines write: nft's own expressions (payload, cmp,
 * immediate, nat), and iptables' matches and targets that are kept as they are (xt "tcp", "udp",
 * "DNAT"). Sources: linux/netfilter/nf_tables.h, linux/netfilter/nf_nat.h, xt_tcpudp.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the network. */
struct nat_address {
	uint8_t bytes[16];
	size_t size; /* 4 or 16; 0: any */
};

struct nat_rule {
	struct nat_address from; /* address of the host that it is for */
	uint16_t from_port;      /* 0: any */
	struct nat_address to;
	uint16_t to_port; /* 0: the same */
};

/* The attributes of a message NFT_MSG_NEWRULE; false: it changes no destination. */
bool nat_rule_parse(const void *attributes, size_t size, struct nat_rule *ret);
