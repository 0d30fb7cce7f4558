/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/nftables.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

enum { ELEMENTS_OF_A_MESSAGE = 256 }; /* a nest has at most 64 KiB */

/* nf_tables has numbers in the order of the network. */
static void put_number(struct netlink_request *request, uint16_t type, uint32_t number)
{
	netlink_put_u32(request, type, htonl(number));
}

static void put_register(struct netlink_request *request, uint16_t type, unsigned index)
{
	put_number(request, type, NFT_REG32_00 + index);
}

static void begin(struct netlink_request *request, const struct nft_table *table, uint16_t type,
	uint16_t flags)
{
	const struct nfgenmsg head = { .nfgen_family = table->family };

	netlink_begin(request, (uint16_t)((NFNL_SUBSYS_NFTABLES << 8) | type), flags, &head,
		sizeof(head));
}

static void put_limit(struct netlink_request *request, uint16_t type)
{
	const struct nfgenmsg head = { .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	netlink_begin(request, type, 0, &head, sizeof(head));
}

void nft_put_begin(struct netlink_request *request)
{
	put_limit(request, NFNL_MSG_BATCH_BEGIN);
}

void nft_put_end(struct netlink_request *request)
{
	put_limit(request, NFNL_MSG_BATCH_END);
}

void nft_put_table(
	struct netlink_request *request, const struct nft_table *table, uint16_t exclusive)
{
	begin(request, table, NFT_MSG_NEWTABLE, NLM_F_CREATE | exclusive);
	netlink_put_string(request, NFTA_TABLE_NAME, table->name);
}

void nft_put_table_removal(struct netlink_request *request, const struct nft_table *table)
{
	begin(request, table, NFT_MSG_DELTABLE, 0);
	netlink_put_string(request, NFTA_TABLE_NAME, table->name);
}

void nft_put_chain(struct netlink_request *request, const struct nft_table *table,
	const struct nft_chain *chain)
{
	size_t nest;

	begin(request, table, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	netlink_put_string(request, NFTA_CHAIN_TABLE, table->name);
	netlink_put_string(request, NFTA_CHAIN_NAME, chain->name);
	if (!chain->type)
		return;
	nest = netlink_nest(request, NFTA_CHAIN_HOOK);
	put_number(request, NFTA_HOOK_HOOKNUM, chain->hook);
	put_number(request, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
	netlink_nest_end(request, nest);
	put_number(request, NFTA_CHAIN_POLICY, NF_ACCEPT);
	netlink_put_string(request, NFTA_CHAIN_TYPE, chain->type);
}

/* For nft(8), which would print the name backwards: a note (type, length, value) that the key is in
 * the machine's order. */
static void put_byte_order(struct netlink_request *request)
{
	const struct {
		uint8_t type, length;
		uint32_t value;
	} __attribute__((packed)) note = { .type = 0, .length = sizeof(note.value), .value = 1 };

	netlink_put(request, NFTA_SET_USERDATA, &note, sizeof(note));
}

void nft_put_set(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, uint32_t id)
{
	begin(request, table, NFT_MSG_NEWSET, NLM_F_CREATE);
	netlink_put_string(request, NFTA_SET_TABLE, table->name);
	netlink_put_string(request, NFTA_SET_NAME, set->name);
	put_number(request, NFTA_SET_ID, id);
	put_number(request, NFTA_SET_FLAGS, set->flags | (set->value_length ? NFT_SET_MAP : 0));
	put_number(request, NFTA_SET_KEY_TYPE, set->key_type);
	put_number(request, NFTA_SET_KEY_LEN, set->key_length);
	if (set->key_type == NFT_TYPE_IFNAME)
		put_byte_order(request);
	if (!set->value_length)
		return;
	put_number(request, NFTA_SET_DATA_TYPE, set->value_type);
	put_number(request, NFTA_SET_DATA_LEN, set->value_length);
}

/* ---- elements ---- */

static void put_data(
	struct netlink_request *request, uint16_t type, const void *bytes, uint32_t length)
{
	size_t nest = netlink_nest(request, type);

	netlink_put(request, NFTA_DATA_VALUE, bytes, length);
	netlink_nest_end(request, nest);
}

static void put_element(struct netlink_request *request, const struct nft_set *set,
	const struct nft_element *element, bool has_value)
{
	size_t nest = netlink_nest(request, NFTA_LIST_ELEM);

	if (element->flags)
		put_number(request, NFTA_SET_ELEM_FLAGS, element->flags);
	put_data(request, NFTA_SET_ELEM_KEY, element->key, set->key_length);
	if (has_value && set->value_length)
		put_data(request, NFTA_SET_ELEM_DATA, element->value, set->value_length);
	netlink_nest_end(request, nest);
}

static void put_elements(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *elements, size_t n_elements,
	uint16_t type)
{
	for (size_t done = 0; done < n_elements;) {
		size_t n = n_elements - done;
		size_t nest;

		if (n > ELEMENTS_OF_A_MESSAGE)
			n = ELEMENTS_OF_A_MESSAGE;
		begin(request, table, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
		netlink_put_string(request, NFTA_SET_ELEM_LIST_TABLE, table->name);
		netlink_put_string(request, NFTA_SET_ELEM_LIST_SET, set->name);
		nest = netlink_nest(request, NFTA_SET_ELEM_LIST_ELEMENTS);
		for (size_t i = 0; i < n; i++)
			put_element(request, set, &elements[done + i], type == NFT_MSG_NEWSETELEM);
		netlink_nest_end(request, nest);
		done += n;
	}
}

void nft_put_elements(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *elements, size_t n_elements)
{
	put_elements(request, table, set, elements, n_elements, NFT_MSG_NEWSETELEM);
}

void nft_put_elements_removal(struct netlink_request *request, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *elements, size_t n_elements)
{
	put_elements(request, table, set, elements, n_elements, NFT_MSG_DELSETELEM);
}

/* ---- expressions ---- */

struct expression_nest {
	size_t whole, data;
};

static struct expression_nest begin_expression(struct netlink_request *request, const char *name)
{
	struct expression_nest nest = { .whole = netlink_nest(request, NFTA_LIST_ELEM) };

	netlink_put_string(request, NFTA_EXPR_NAME, name);
	nest.data = netlink_nest(request, NFTA_EXPR_DATA);
	return nest;
}

static void end_expression(struct netlink_request *request, struct expression_nest nest)
{
	netlink_nest_end(request, nest.data);
	netlink_nest_end(request, nest.whole);
}

static void put_meta(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "meta");

	put_register(request, NFTA_META_DREG, expression->at);
	put_number(request, NFTA_META_KEY, expression->value);
	end_expression(request, nest);
}

static void put_ct(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "ct");

	put_register(request, NFTA_CT_DREG, expression->at);
	put_number(request, NFTA_CT_KEY, expression->value);
	end_expression(request, nest);
}

static void put_payload(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "payload");

	put_register(request, NFTA_PAYLOAD_DREG, expression->at);
	put_number(request, NFTA_PAYLOAD_BASE,
		expression->kind == NFT_EXPRESSION_NETWORK ? NFT_PAYLOAD_NETWORK_HEADER
							   : NFT_PAYLOAD_TRANSPORT_HEADER);
	put_number(request, NFTA_PAYLOAD_OFFSET, expression->value);
	put_number(request, NFTA_PAYLOAD_LEN, expression->length);
	end_expression(request, nest);
}

static void put_fib_type(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "fib");

	put_register(request, NFTA_FIB_DREG, expression->at);
	put_number(request, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	put_number(request, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	end_expression(request, nest);
}

static void put_comparison(struct netlink_request *request, unsigned at, uint32_t operation,
	const void *bytes, uint32_t length)
{
	struct expression_nest nest = begin_expression(request, "cmp");

	put_register(request, NFTA_CMP_SREG, at);
	put_number(request, NFTA_CMP_OP, operation);
	put_data(request, NFTA_CMP_DATA, bytes, length);
	end_expression(request, nest);
}

static void put_compare(struct netlink_request *request, const struct nft_expression *expression)
{
	put_comparison(
		request, expression->at, expression->value, expression->data, expression->length);
}

/* Masked, and then compared with none. */
static void put_has_bits(struct netlink_request *request, const struct nft_expression *expression)
{
	static const uint32_t none = 0;
	struct expression_nest nest = begin_expression(request, "bitwise");

	put_register(request, NFTA_BITWISE_SREG, expression->at);
	put_register(request, NFTA_BITWISE_DREG, expression->at);
	put_number(request, NFTA_BITWISE_LEN, sizeof(none));
	put_data(request, NFTA_BITWISE_MASK, &expression->value, sizeof(expression->value));
	put_data(request, NFTA_BITWISE_XOR, &none, sizeof(none));
	end_expression(request, nest);
	put_comparison(request, expression->at, NFT_CMP_NEQ, &none, sizeof(none));
}

static void put_lookup(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "lookup");

	netlink_put_string(request, NFTA_LOOKUP_SET, expression->name);
	put_register(request, NFTA_LOOKUP_SREG, expression->at);
	if (expression->kind == NFT_EXPRESSION_MAP)
		put_register(request, NFTA_LOOKUP_DREG, expression->at);
	if (expression->value)
		put_number(request, NFTA_LOOKUP_FLAGS, expression->value);
	end_expression(request, nest);
}

static void put_verdict(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "immediate");
	size_t data, verdict;

	put_number(request, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = netlink_nest(request, NFTA_IMMEDIATE_DATA);
	verdict = netlink_nest(request, NFTA_DATA_VERDICT);
	put_number(request, NFTA_VERDICT_CODE, expression->value);
	if (expression->name)
		netlink_put_string(request, NFTA_VERDICT_CHAIN, expression->name);
	netlink_nest_end(request, verdict);
	netlink_nest_end(request, data);
	end_expression(request, nest);
}

/* The address takes one register, or four; the port is behind it. */
static void put_dnat(struct netlink_request *request, const struct nft_expression *expression)
{
	struct expression_nest nest = begin_expression(request, "nat");
	unsigned n_registers = expression->value == NFPROTO_IPV6 ? 4 : 1;

	put_number(request, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	put_number(request, NFTA_NAT_FAMILY, expression->value);
	put_register(request, NFTA_NAT_REG_ADDR_MIN, expression->at);
	put_register(request, NFTA_NAT_REG_PROTO_MIN, expression->at + n_registers);
	end_expression(request, nest);
}

static void put_masquerade(struct netlink_request *request, const struct nft_expression *expression)
{
	(void)expression;
	end_expression(request, begin_expression(request, "masq"));
}

static void put_counter(struct netlink_request *request, const struct nft_expression *expression)
{
	(void)expression;
	end_expression(request, begin_expression(request, "counter"));
}

static void (*const put_expression[NFT_EXPRESSION_COUNT])(
	struct netlink_request *request, const struct nft_expression *expression) = {
	[NFT_EXPRESSION_META] = put_meta,
	[NFT_EXPRESSION_CT] = put_ct,
	[NFT_EXPRESSION_NETWORK] = put_payload,
	[NFT_EXPRESSION_TRANSPORT] = put_payload,
	[NFT_EXPRESSION_FIB_TYPE] = put_fib_type,
	[NFT_EXPRESSION_COMPARE] = put_compare,
	[NFT_EXPRESSION_HAS_BITS] = put_has_bits,
	[NFT_EXPRESSION_LOOKUP] = put_lookup,
	[NFT_EXPRESSION_MAP] = put_lookup,
	[NFT_EXPRESSION_VERDICT] = put_verdict,
	[NFT_EXPRESSION_DNAT] = put_dnat,
	[NFT_EXPRESSION_MASQUERADE] = put_masquerade,
	[NFT_EXPRESSION_COUNTER] = put_counter,
};

static void put_rule(struct netlink_request *request, const struct nft_table *table,
	const char *chain, const struct nft_expression *expressions, size_t n_expressions,
	uint16_t place)
{
	size_t nest;

	begin(request, table, NFT_MSG_NEWRULE, NLM_F_CREATE | place);
	netlink_put_string(request, NFTA_RULE_TABLE, table->name);
	netlink_put_string(request, NFTA_RULE_CHAIN, chain);
	nest = netlink_nest(request, NFTA_RULE_EXPRESSIONS);
	for (size_t i = 0; i < n_expressions; i++)
		put_expression[expressions[i].kind](request, &expressions[i]);
	netlink_nest_end(request, nest);
}

void nft_put_rule(struct netlink_request *request, const struct nft_table *table, const char *chain,
	const struct nft_expression *expressions, size_t n_expressions)
{
	put_rule(request, table, chain, expressions, n_expressions, NLM_F_APPEND);
}

/* A note (type, length, value) as nft(8) writes it. */
void nft_put_first_rule(struct netlink_request *request, const struct nft_table *table,
	const char *chain, const struct nft_expression *expressions, size_t n_expressions,
	const char *comment)
{
	unsigned char note[2 + NFT_COMMENT_BYTES] = { 0 };
	size_t length = strlen(comment) + 1;

	put_rule(request, table, chain, expressions, n_expressions, 0);
	if (length > NFT_COMMENT_BYTES)
		length = NFT_COMMENT_BYTES;
	note[1] = (unsigned char)length;
	memcpy(note + 2, comment, length - 1);
	netlink_put(request, NFTA_RULE_USERDATA, note, 2 + length);
}

void nft_put_rule_removal(struct netlink_request *request, const struct nft_table *table,
	const char *chain, uint64_t handle)
{
	uint64_t number = htobe64(handle);

	begin(request, table, NFT_MSG_DELRULE, 0);
	netlink_put_string(request, NFTA_RULE_TABLE, table->name);
	netlink_put_string(request, NFTA_RULE_CHAIN, chain);
	netlink_put(request, NFTA_RULE_HANDLE, &number, sizeof(number));
}
