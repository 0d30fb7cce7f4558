/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subnets: which addresses a new network gets.
 *
 * Layer 3, role caller; pure.
 */
#pragma once

#include "engine/network/network.h"

struct subnet_list {
	struct ip_prefix *prefixes;
	size_t n_prefixes;
};

/* The first of hull's own subnets that overlaps none that is taken. ENOSPC: none is left. */
int subnet_choose(
	const struct subnet_list *taken, bool is_default, struct ip_prefix *ret, struct err *err);

/* For IPv6: fd00::/8 with random bits (RFC 4193), a /64. */
int subnet_choose_ip6(const struct subnet_list *taken, struct ip_prefix *ret, struct err *err);

/* Gateway and range are of the subnet, the subnet is its own first address and large enough. */
int subnet_check(const struct network_subnet *subnet, struct err *err);

/* The gateway of a subnet that none was said for: its first host. */
struct ip_prefix subnet_default_gateway(const struct ip_prefix *prefix);

/* May a container have this address? Not the subnet's own, its broadcast or its gateway. */
bool subnet_has_host(const struct network_subnet *subnet, const struct ip_prefix *address);
