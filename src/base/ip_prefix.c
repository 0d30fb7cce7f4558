/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip_prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "base/text.h"

unsigned ip_prefix_n_bytes(const struct ip_prefix *prefix)
{
	return prefix->family == AF_INET6 ? 16 : 4;
}

int ip_prefix_parse(const char *text, struct ip_prefix *ret)
{
	struct ip_prefix prefix = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	uint32_t length;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(prefix.family, address, prefix.bytes) != 1 ||
		parse_u32(slash + 1, &length) < 0 || length > 8 * ip_prefix_n_bytes(&prefix))
		return -EINVAL;
	prefix.length = length;
	*ret = prefix;
	return 0;
}

int ip_address_parse(const char *text, struct ip_prefix *ret)
{
	struct ip_prefix address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(address.family, text, address.bytes) != 1)
		return -EINVAL;
	address.length = 8 * ip_prefix_n_bytes(&address);
	*ret = address;
	return 0;
}

/* The host's part of the address, all bits 0 or all bits 1. */
static struct ip_prefix with_host_bits(const struct ip_prefix *prefix, bool are_ones)
{
	struct ip_prefix changed = *prefix;

	for (unsigned bit = prefix->length; bit < 8 * ip_prefix_n_bytes(prefix); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (are_ones)
			changed.bytes[bit / 8] |= mask;
		else
			changed.bytes[bit / 8] &= (uint8_t)~mask;
	}
	return changed;
}

static bool is_same(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

int ip_prefix_neighbour(const struct ip_prefix *prefix, struct ip_prefix *ret)
{
	unsigned last = ip_prefix_n_bytes(prefix) - 1;
	unsigned host_bits = 8 * ip_prefix_n_bytes(prefix) - prefix->length;
	struct ip_prefix network = with_host_bits(prefix, false);
	struct ip_prefix broadcast = with_host_bits(prefix, true);
	struct ip_prefix other = network;

	if (host_bits == 0)
		return -EADDRNOTAVAIL;
	if (host_bits == 1) {
		other = *prefix;
		other.bytes[last] ^= 1;
		*ret = other;
		return 0;
	}
	if (is_same(prefix, &network) || (prefix->family == AF_INET && is_same(prefix, &broadcast)))
		return -EADDRNOTAVAIL;
	other.bytes[last] |= 1;
	if (is_same(prefix, &other))
		other.bytes[last] ^= 3;
	*ret = other;
	return 0;
}

struct ip_prefix ip_prefix_first(const struct ip_prefix *prefix)
{
	return with_host_bits(prefix, false);
}

struct ip_prefix ip_prefix_last(const struct ip_prefix *prefix)
{
	return with_host_bits(prefix, true);
}

bool ip_prefix_next(const struct ip_prefix *prefix, struct ip_prefix *ret)
{
	struct ip_prefix next = *prefix;

	for (unsigned i = ip_prefix_n_bytes(prefix); i-- > 0;)
		if (++next.bytes[i] != 0) {
			*ret = next;
			return true;
		}
	return false;
}

int ip_prefix_compare(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return memcmp(a->bytes, b->bytes, ip_prefix_n_bytes(a));
}

bool ip_prefix_contains(const struct ip_prefix *outer, const struct ip_prefix *inner)
{
	struct ip_prefix first = *inner, own;

	if (outer->family != inner->family || outer->length > inner->length)
		return false;
	first.length = outer->length;
	first = ip_prefix_first(&first);
	own = ip_prefix_first(outer);
	return is_same(&first, &own);
}

bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return ip_prefix_contains(a, b) || ip_prefix_contains(b, a);
}

void ip_address_format(const struct ip_prefix *address, char text[IP_PREFIX_TEXT_BYTES])
{
	text_copy(text, IP_PREFIX_TEXT_BYTES, "");
	inet_ntop(address->family, address->bytes, text, IP_PREFIX_TEXT_BYTES);
}

void ip_prefix_format(const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_BYTES])
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(prefix->family, prefix->bytes, address, sizeof(address));
	text_format(text, IP_PREFIX_TEXT_BYTES, "%s/%u", address, prefix->length);
}
