/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/subnets.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	IP6_TRIES = 16,
	IP6_LENGTH = 64,
	IP4_LENGTH_MAX = 30, /* two hosts: a gateway and a container */
	IP6_LENGTH_MAX = 126,
};

/* A block of private addresses (RFC 1918) that is cut into networks of that length. */
struct pool {
	const char *block;
	unsigned length;
};

static bool is_taken(const struct subnet_list *taken, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < taken->n_prefixes; i++)
		if (ip_prefix_overlaps(&taken->prefixes[i], prefix))
			return true;
	return false;
}

/* The network behind this one, of the same length; false: there is none. */
static bool next_network(const struct ip_prefix *prefix, struct ip_prefix *ret)
{
	struct ip_prefix last = ip_prefix_last(prefix);

	return ip_prefix_next(&last, ret);
}

static bool choose_of(
	const struct pool *pool, const struct subnet_list *taken, struct ip_prefix *ret)
{
	struct ip_prefix block, prefix;

	if (ip_prefix_parse(pool->block, &block) < 0)
		return false;
	prefix = block;
	prefix.length = pool->length;
	while (ip_prefix_contains(&block, &prefix)) {
		if (!is_taken(taken, &prefix)) {
			*ret = prefix;
			return true;
		}
		if (!next_network(&prefix, &prefix))
			return false;
	}
	return false;
}

int subnet_choose(
	const struct subnet_list *taken, bool is_default, struct ip_prefix *ret, struct err *err)
{
	/* none that other engines, libvirt or Kubernetes take by themselves */
	static const struct pool pools[] = {
		{ "10.75.0.0/16", 16 }, /* the default network's */
		{ "10.76.0.0/14", 24 },
		{ "172.29.0.0/16", 24 },
		{ "192.168.224.0/19", 24 },
	};

	for (size_t i = is_default ? 0 : 1; i < COUNT_OF(pools); i++)
		if (choose_of(&pools[i], taken, ret))
			return 0;
	err_fail(err, ENOSPC,
		"no subnet is left: routes of the host and other networks have all "
		"that hull would choose");
	return err_hint(err, "name one with --subnet");
}

int subnet_choose_ip6(const struct subnet_list *taken, struct ip_prefix *ret, struct err *err)
{
	enum { GLOBAL_ID_BYTES = 5 };

	for (int i = 0; i < IP6_TRIES; i++) {
		struct ip_prefix prefix = { .family = AF_INET6, .length = IP6_LENGTH };

		prefix.bytes[0] = 0xfd;
		if (getrandom(prefix.bytes + 1, GLOBAL_ID_BYTES, 0) != GLOBAL_ID_BYTES)
			return err_sys(err, "getrandom");
		if (!is_taken(taken, &prefix)) {
			*ret = prefix;
			return 0;
		}
	}
	return err_fail(err, ENOSPC, "no IPv6 subnet was found that is free");
}

struct ip_prefix subnet_default_gateway(const struct ip_prefix *prefix)
{
	struct ip_prefix gateway = ip_prefix_first(prefix);

	ip_prefix_next(&gateway, &gateway);
	return gateway;
}

static bool is_same(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->family == b->family && ip_prefix_compare(a, b) == 0;
}

bool subnet_has_host(const struct network_subnet *subnet, const struct ip_prefix *address)
{
	struct ip_prefix first = ip_prefix_first(&subnet->prefix);
	struct ip_prefix last = ip_prefix_last(&subnet->prefix);

	return ip_prefix_contains(&subnet->prefix, address) && !is_same(address, &first) &&
	       !(address->family == AF_INET && is_same(address, &last)) &&
	       !is_same(address, &subnet->gateway);
}

static int refuse(
	const struct ip_prefix *prefix, const char *why, const char *what, struct err *err)
{
	char text[IP_PREFIX_TEXT_BYTES];

	ip_prefix_format(prefix, text);
	return err_fail(err, EINVAL, "%s %s: %s", what, text, why);
}

int subnet_check(const struct network_subnet *subnet, struct err *err)
{
	const struct ip_prefix *prefix = &subnet->prefix;
	unsigned max = prefix->family == AF_INET6 ? IP6_LENGTH_MAX : IP4_LENGTH_MAX;
	struct ip_prefix first = ip_prefix_first(prefix);
	struct ip_prefix host = subnet->gateway;

	if (!is_same(&first, prefix))
		return refuse(prefix, "bits behind the length are set", "--subnet", err);
	if (prefix->length > max || prefix->length == 0)
		return refuse(prefix,
			prefix->length ? "it has no place for a container" : "it is everything",
			"--subnet", err);
	if (subnet->gateway.family) {
		struct network_subnet without = { .prefix = *prefix };

		host.length = 8 * ip_prefix_n_bytes(&host);
		if (!subnet_has_host(&without, &host))
			return refuse(&subnet->gateway, "no host of the subnet", "--gateway", err);
	}
	if (subnet->range.family && !ip_prefix_contains(prefix, &subnet->range))
		return refuse(&subnet->range, "not in the subnet", "--ip-range", err);
	return 0;
}
