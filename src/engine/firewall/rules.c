/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/rules.h"

#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

enum {
	ADDRESS4 = 4,
	ADDRESS6 = 16,
	PROTOCOL = 4, /* parts of a concatenation have whole registers */
	SERVICE = 4,
	NAME = 16,

	SOURCE4 = 12, /* offsets in the header */
	DESTINATION4 = 16,
	SOURCE6 = 8,
	DESTINATION6 = 24,
	DESTINATION_PORT = 2, /* of TCP and UDP */
	PORT_BYTES = 2,

	PRIORITY_RAW = -300, /* before connections are tracked and addresses translated */
	PRIORITY_DNAT = -100,
	PRIORITY_SNAT = 100,
	PRIORITY_LAST = 10, /* after what the host's own filters have let through */
};

const struct nft_table rules_table = { .family = NFPROTO_INET, .name = "hull" };

const struct nft_set rules_sets[RULES_SET_COUNT] = {
	[RULES_SET_BRIDGES] = { "bridges", NFT_TYPE_IFNAME, NAME, 0, 0, 0 },
	[RULES_SET_INSIDE] = { "inside", NFT_TYPE_2(NFT_TYPE_IFNAME, NFT_TYPE_IFNAME), NAME + NAME,
		0, 0, 0 },
	[RULES_SET_INTERNAL] = { "internal", NFT_TYPE_IFNAME, NAME, 0, 0, 0 },
	[RULES_SET_ISOLATED] = { "isolated", NFT_TYPE_IFNAME, NAME, 0, 0, 0 },
	[RULES_SET_OUTGOING4] = { "outgoing4", NFT_TYPE_IPV4_ADDR, ADDRESS4, 0, 0,
		NFT_SET_INTERVAL },
	[RULES_SET_OUTGOING6] = { "outgoing6", NFT_TYPE_IPV6_ADDR, ADDRESS6, 0, 0,
		NFT_SET_INTERVAL },
	[RULES_SET_PORTS4] = { "ports4",
		NFT_TYPE_3(NFT_TYPE_IPV4_ADDR, NFT_TYPE_INET_PROTO, NFT_TYPE_INET_SERVICE),
		ADDRESS4 + PROTOCOL + SERVICE,
		NFT_TYPE_2(NFT_TYPE_IPV4_ADDR, NFT_TYPE_INET_SERVICE), ADDRESS4 + SERVICE, 0 },
	[RULES_SET_PORTS6] = { "ports6",
		NFT_TYPE_3(NFT_TYPE_IPV6_ADDR, NFT_TYPE_INET_PROTO, NFT_TYPE_INET_SERVICE),
		ADDRESS6 + PROTOCOL + SERVICE,
		NFT_TYPE_2(NFT_TYPE_IPV6_ADDR, NFT_TYPE_INET_SERVICE), ADDRESS6 + SERVICE, 0 },
	[RULES_SET_ANY4] = { "any4", NFT_TYPE_2(NFT_TYPE_INET_PROTO, NFT_TYPE_INET_SERVICE),
		PROTOCOL + SERVICE, NFT_TYPE_2(NFT_TYPE_IPV4_ADDR, NFT_TYPE_INET_SERVICE),
		ADDRESS4 + SERVICE, 0 },
	[RULES_SET_ANY6] = { "any6", NFT_TYPE_2(NFT_TYPE_INET_PROTO, NFT_TYPE_INET_SERVICE),
		PROTOCOL + SERVICE, NFT_TYPE_2(NFT_TYPE_IPV6_ADDR, NFT_TYPE_INET_SERVICE),
		ADDRESS6 + SERVICE, 0 },
};

static const struct nft_chain chains[] = {
	{ "guard", "filter", NF_INET_PRE_ROUTING, PRIORITY_RAW },
	{ "publish", NULL, 0, 0 },
	{ "arriving", "nat", NF_INET_PRE_ROUTING, PRIORITY_DNAT },
	{ "local", "nat", NF_INET_LOCAL_OUT, PRIORITY_DNAT },
	{ "leaving", "nat", NF_INET_POST_ROUTING, PRIORITY_SNAT },
	{ "between", "filter", NF_INET_FORWARD, PRIORITY_LAST },
};

/* ---- expressions that rules share ---- */

static const uint32_t loopback_index = 1;
static const uint8_t loopback_net[] = { 127 };
static const uint8_t ipv4[] = { NFPROTO_IPV4 };
static const uint8_t ipv6[] = { NFPROTO_IPV6 };
static const uint32_t local = RTN_LOCAL;

/* clang-format off */
#define FROM_OUTSIDE \
	NFT_META(0, NFT_META_IIF), NFT_COMPARE(0, NFT_CMP_NEQ, &loopback_index, sizeof(loopback_index))
#define IS(family) \
	NFT_META(0, NFT_META_NFPROTO), NFT_COMPARE(0, NFT_CMP_EQ, family, sizeof(family))
#define IS_LOOPBACK(offset) \
	IS(ipv4), NFT_NETWORK(0, offset, 1), \
	NFT_COMPARE(0, NFT_CMP_EQ, loopback_net, sizeof(loopback_net))
#define IS_LOCAL NFT_FIB_TYPE(0), NFT_COMPARE(0, NFT_CMP_EQ, &local, sizeof(local))
#define PROTOCOL_AND_PORT(at) \
	NFT_META(at, NFT_META_L4PROTO), NFT_TRANSPORT((at) + 1, DESTINATION_PORT, PORT_BYTES)
#define COMES_FROM(set) NFT_META(0, NFT_META_IIFNAME), NFT_IN(0, set)
#define GOES_TO(set) NFT_META(0, NFT_META_OIFNAME), NFT_IN(0, set)
#define COMES_NOT_FROM(set) NFT_META(0, NFT_META_IIFNAME), NFT_NOT_IN(0, set)
#define GOES_NOT_TO(set) NFT_META(0, NFT_META_OIFNAME), NFT_NOT_IN(0, set)
#define IS_PUBLISHED NFT_CT(0, NFT_CT_STATUS), NFT_HAS_BITS(0, IPS_DST_NAT)
#define IS_KNOWN \
	NFT_CT(0, NFT_CT_STATE), \
	NFT_HAS_BITS(0, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED))
#define FROM_SUBNET4 IS(ipv4), NFT_NETWORK(0, SOURCE4, ADDRESS4), NFT_IN(0, "outgoing4")
#define FROM_SUBNET6 IS(ipv6), NFT_NETWORK(0, SOURCE6, ADDRESS6), NFT_IN(0, "outgoing6")
#define ACCEPT NFT_VERDICT(NF_ACCEPT)
#define DROP NFT_VERDICT(NF_DROP)

#define RULE(chain, ...) \
	{ chain, (const struct nft_expression[]){ __VA_ARGS__ }, \
	  sizeof((const struct nft_expression[]){ __VA_ARGS__ }) / sizeof(struct nft_expression) }

static const struct rule {
	const char *chain;
	const struct nft_expression *expressions;
	size_t n_expressions;
} rules[] = {
	/* With route_localnet an interface takes what is sent to 127.0.0.1 from outside
	 * (CVE-2020-8558): nobody but the host itself may. */
	RULE("guard", FROM_OUTSIDE, IS_LOOPBACK(DESTINATION4), DROP),
	RULE("guard", FROM_OUTSIDE, IS_LOOPBACK(SOURCE4), DROP),

	/* Only for the very address, or one of the host's: what goes to another machine's port of
	 * the same number goes there (CVE-2025-67499). */
	RULE("publish", IS(ipv4), NFT_NETWORK(0, DESTINATION4, ADDRESS4), PROTOCOL_AND_PORT(1),
		NFT_MAP(0, "ports4"), NFT_DNAT(0, NFPROTO_IPV4)),
	RULE("publish", IS(ipv4), IS_LOCAL, PROTOCOL_AND_PORT(0),
		NFT_MAP(0, "any4"), NFT_DNAT(0, NFPROTO_IPV4)),
	RULE("publish", IS(ipv6), NFT_NETWORK(0, DESTINATION6, ADDRESS6), PROTOCOL_AND_PORT(4),
		NFT_MAP(0, "ports6"), NFT_DNAT(0, NFPROTO_IPV6)),
	RULE("publish", IS(ipv6), IS_LOCAL, PROTOCOL_AND_PORT(0),
		NFT_MAP(0, "any6"), NFT_DNAT(0, NFPROTO_IPV6)),
	RULE("arriving", NFT_GO_TO(NFT_JUMP, "publish")),
	RULE("local", NFT_GO_TO(NFT_JUMP, "publish")),

	/* The answer has to come back here: to the host's 127.0.0.1, and to a container that
	 * reaches its neighbour by a published port and would get it directly. */
	RULE("leaving", GOES_TO("bridges"), IS_LOOPBACK(SOURCE4), NFT_MASQUERADE),
	RULE("leaving", GOES_TO("bridges"), IS_PUBLISHED, FROM_SUBNET4, NFT_MASQUERADE),
	RULE("leaving", GOES_TO("bridges"), IS_PUBLISHED, FROM_SUBNET6, NFT_MASQUERADE),
	RULE("leaving", GOES_NOT_TO("bridges"), FROM_SUBNET4, NFT_MASQUERADE),
	RULE("leaving", GOES_NOT_TO("bridges"), FROM_SUBNET6, NFT_MASQUERADE),

	RULE("between", COMES_NOT_FROM("bridges"), GOES_NOT_TO("bridges"), ACCEPT),
	RULE("between", IS_KNOWN, ACCEPT),
	RULE("between", NFT_META(0, NFT_META_IIFNAME), NFT_META(4, NFT_META_OIFNAME),
		NFT_IN(0, "inside"), ACCEPT),
	RULE("between", COMES_FROM("internal"), DROP),
	RULE("between", GOES_TO("internal"), DROP),
	RULE("between", GOES_TO("bridges"), IS_PUBLISHED, ACCEPT),
	RULE("between", COMES_FROM("isolated"), GOES_TO("bridges"), DROP),
	RULE("between", COMES_FROM("bridges"), GOES_TO("isolated"), DROP),
	/* Whoever has this host as its router does not reach containers past what is published. */
	RULE("between", COMES_NOT_FROM("bridges"), DROP),
};
/* clang-format on */

void rules_put(struct netlink_request *request)
{
	/* What is not there cannot be removed, so it is made first. */
	nft_put_table(request, &rules_table, 0);
	nft_put_table_removal(request, &rules_table);
	nft_put_table(request, &rules_table, 0);
	for (uint32_t i = 0; i < RULES_SET_COUNT; i++)
		nft_put_set(request, &rules_table, &rules_sets[i], i + 1);
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		nft_put_chain(request, &rules_table, &chains[i]);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		nft_put_rule(request, &rules_table, rules[i].chain, rules[i].expressions,
			rules[i].n_expressions);
}
