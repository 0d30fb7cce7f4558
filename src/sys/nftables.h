/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nftables: tables, chains, rules and sets of nf_tables as messages of one batch.
 *
 * Layer sys, role caller. Source: nft(8), linux/netfilter/nf_tables.h; maps whose keys and values
 * are concatenations are in every kernel since 4.1, the `fib` expression since 4.10, the inet
 * family for nat since 5.2.
 *
 * Rules are arrays of expressions; an expression reads or writes registers of four bytes, numbered
 * from 0. What is longer takes several, a concatenation has its parts one behind the other. A batch
 * is taken as a whole or not at all (netlink_execute_batch()).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sys/netlink.h"

enum nft_expression_kind {
	NFT_EXPRESSION_META,      /* value: NFT_META_… */
	NFT_EXPRESSION_CT,        /* value: NFT_CT_… */
	NFT_EXPRESSION_NETWORK,   /* value: offset in the header of IP; length */
	NFT_EXPRESSION_TRANSPORT, /* the same of what is behind it */
	NFT_EXPRESSION_FIB_TYPE,  /* of the destination: RTN_… */
	NFT_EXPRESSION_COMPARE,   /* value: NFT_CMP_…; data, length */
	NFT_EXPRESSION_HAS_BITS,  /* value: at least one of these, in the machine's order */
	NFT_EXPRESSION_LOOKUP,    /* name: set; value: NFT_LOOKUP_F_… */
	NFT_EXPRESSION_MAP,       /* name: map; what it says goes to the same registers */
	NFT_EXPRESSION_VERDICT,   /* value: NF_ACCEPT, NF_DROP, NFT_JUMP; name: chain */
	NFT_EXPRESSION_DNAT,      /* value: NFPROTO_…; address at the register, port behind it */
	NFT_EXPRESSION_MASQUERADE,
	NFT_EXPRESSION_COUNTER,
	NFT_EXPRESSION_COUNT,
};

struct nft_expression {
	enum nft_expression_kind kind;
	unsigned at; /* first register */
	uint32_t value;
	uint32_t length; /* bytes */
	const char *name;
	const void *data;
};

/* clang-format off */
#define NFT_META(register_, key) \
	{ .kind = NFT_EXPRESSION_META, .at = (register_), .value = (key) }
#define NFT_CT(register_, key) \
	{ .kind = NFT_EXPRESSION_CT, .at = (register_), .value = (key) }
#define NFT_NETWORK(register_, offset, bytes) \
	{ .kind = NFT_EXPRESSION_NETWORK, .at = (register_), .value = (offset), .length = (bytes) }
#define NFT_TRANSPORT(register_, offset, bytes) \
	{ .kind = NFT_EXPRESSION_TRANSPORT, .at = (register_), .value = (offset), .length = (bytes) }
#define NFT_FIB_TYPE(register_) { .kind = NFT_EXPRESSION_FIB_TYPE, .at = (register_) }
#define NFT_COMPARE(register_, operation, bytes, size) \
	{ .kind = NFT_EXPRESSION_COMPARE, .at = (register_), .value = (operation), \
	  .data = (bytes), .length = (size) }
#define NFT_HAS_BITS(register_, bits) \
	{ .kind = NFT_EXPRESSION_HAS_BITS, .at = (register_), .value = (bits) }
#define NFT_IN(register_, set) \
	{ .kind = NFT_EXPRESSION_LOOKUP, .at = (register_), .name = (set) }
#define NFT_NOT_IN(register_, set) \
	{ .kind = NFT_EXPRESSION_LOOKUP, .at = (register_), .name = (set), .value = 1 }
#define NFT_MAP(register_, map) \
	{ .kind = NFT_EXPRESSION_MAP, .at = (register_), .name = (map) }
#define NFT_VERDICT(verdict) { .kind = NFT_EXPRESSION_VERDICT, .value = (uint32_t)(verdict) }
#define NFT_GO_TO(verdict, chain) \
	{ .kind = NFT_EXPRESSION_VERDICT, .value = (uint32_t)(verdict), .name = (chain) }
#define NFT_DNAT(register_, family) \
	{ .kind = NFT_EXPRESSION_DNAT, .at = (register_), .value = (family) }
#define NFT_MASQUERADE { .kind = NFT_EXPRESSION_MASQUERADE }
#define NFT_COUNTER { .kind = NFT_EXPRESSION_COUNTER }
/* clang-format on */

struct nft_table {
	uint8_t family; /* NFPROTO_… */
	const char *name;
};

struct nft_chain {
	const char *name;
	const char *type; /* "filter", "nat"; NULL: reached by jumps only */
	uint32_t hook;    /* NF_INET_… */
	int32_t priority;
};

/* nft's numbers for what a key or a value is: the kernel keeps them for whoever lists the set. */
enum nft_type {
	NFT_TYPE_IPV4_ADDR = 7,
	NFT_TYPE_IPV6_ADDR = 8,
	NFT_TYPE_INET_PROTO = 12,
	NFT_TYPE_INET_SERVICE = 13,
	NFT_TYPE_IFNAME = 41,
	NFT_TYPE_BITS = 6, /* of a concatenation: the first is leftmost */
};
#define NFT_TYPE_2(a, b)    (((a) << NFT_TYPE_BITS) | (b))
#define NFT_TYPE_3(a, b, c) ((NFT_TYPE_2(a, b) << NFT_TYPE_BITS) | (c))

struct nft_set {
	const char *name;
	uint32_t key_type, key_length;
	uint32_t value_type, value_length; /* 0: no map */
	uint32_t flags;                    /* NFT_SET_… beside NFT_SET_MAP */
};

enum { NFT_ELEMENT_BYTES = 32, NFT_COMMENT_BYTES = 128 };

struct nft_element {
	uint8_t key[NFT_ELEMENT_BYTES];
	uint8_t value[NFT_ELEMENT_BYTES]; /* of a map */
	uint32_t flags;                   /* NFT_SET_ELEM_… */
};

void nft_put_begin(struct netlink_request *request);
void nft_put_end(struct netlink_request *request);

/* exclusive: EEXIST if it is there. */
void nft_put_table(
	struct netlink_request *request, const struct nft_table *table, uint16_t exclusive);
void nft_put_table_removal(struct netlink_request *request, const struct nft_table *table);
void nft_put_chain(struct netlink_request *request, const struct nft_table *table,
	const struct nft_chain *chain);
/* id: another one for each set of the batch. */
void nft_put_set(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, uint32_t id);
void nft_put_rule(struct netlink_request *request, const struct nft_table *table, const char *chain,
	const struct nft_expression *expressions, size_t n_expressions);

/* In front of the chain's rules, with a comment by which it is found again. */
void nft_put_first_rule(struct netlink_request *request, const struct nft_table *table,
	const char *chain, const struct nft_expression *expressions, size_t n_expressions,
	const char *comment);
void nft_put_rule_removal(struct netlink_request *request, const struct nft_table *table,
	const char *chain, uint64_t handle);

/*
 * EEXIST: the map has another value for the key; ENOENT: there is no such table, set, or, to
 * remove it, element. Split into as many messages as it takes.
 */
void nft_put_elements(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *elements, size_t n_elements);
void nft_put_elements_removal(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *elements, size_t n_elements);

/* ---- nftables_read.c: what is there; not part of a batch ---- */

/* Is the key in the set? false, too, when there is no such set or table. */
int nft_has_element(struct netlink *netlink, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *element, bool *ret, struct err *err);

/* A chain of any table; strings are valid during the call. */
struct nft_found_chain {
	uint8_t family;
	const char *table, *chain;
	const char *type; /* NULL: no base chain, and nothing of what follows */
	uint32_t hook, policy;
};
typedef void nft_chain_fn(void *context, const struct nft_found_chain *chain);
int nft_list_chains(struct netlink *netlink, nft_chain_fn *visit, void *context, struct err *err);

/* Rules with a comment, of one chain. ENOENT: there is no such chain. */
typedef void nft_rule_fn(void *context, uint64_t handle, const char *comment);
int nft_list_commented_rules(struct netlink *netlink, const struct nft_table *table,
	const char *chain, nft_rule_fn *visit, void *context, struct err *err);
