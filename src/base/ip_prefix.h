/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip_prefix: an address with the length of its network's prefix, "10.0.0.2/24", "fd00::2/64".
 *
 * Layer 0, roles caller and command. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	IP_PREFIX_BYTES_MAX = 16,
	IP_PREFIX_TEXT_BYTES = 64,
};

struct ip_prefix {
	int family;                         /* AF_INET, AF_INET6 */
	uint8_t bytes[IP_PREFIX_BYTES_MAX]; /* the first 4 or all 16, in network order */
	unsigned length;                    /* bits */
};

/* EINVAL: no address, no length behind it, or one that is too long. */
int ip_prefix_parse(const char *text, struct ip_prefix *ret);

/* 4 or 16. */
unsigned ip_prefix_n_bytes(const struct ip_prefix *prefix);

/*
 * For the other end of a cable: the network's first address, or its second if this is the first; of
 * a network of two the other one. EADDRNOTAVAIL: the network has no other, or prefix is the
 * network's own address, or its broadcast address.
 */
int ip_prefix_neighbour(const struct ip_prefix *prefix, struct ip_prefix *ret);

void ip_prefix_format(const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_BYTES]);

/* An address alone, "10.0.0.2": a prefix with all its bits. */
int ip_address_parse(const char *text, struct ip_prefix *ret);
void ip_address_format(const struct ip_prefix *address, char text[IP_PREFIX_TEXT_BYTES]);

/* The first and the last address of the network, with the same length. */
struct ip_prefix ip_prefix_first(const struct ip_prefix *prefix);
struct ip_prefix ip_prefix_last(const struct ip_prefix *prefix);

/* The one behind it, as if the address were a number; false: there is none. */
bool ip_prefix_next(const struct ip_prefix *prefix, struct ip_prefix *ret);

/* As numbers, of one family: < 0, 0, > 0. The lengths do not count. */
int ip_prefix_compare(const struct ip_prefix *a, const struct ip_prefix *b);

/* Every address of inner is one of outer. */
bool ip_prefix_contains(const struct ip_prefix *outer, const struct ip_prefix *inner);
bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);
