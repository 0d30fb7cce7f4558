/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/nat_rule.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/text.h"
#include "sys/netlink.h"

enum {
	REGISTERS = NFT_REG32_15 + 1,
	DPORT_OFFSET = 2, /* of TCP and UDP */
	DADDR_V4_OFFSET = 16,
	DADDR_V6_OFFSET = 24,
};

/* What a register holds while a rule is read. */
struct content {
	enum { NOTHING, HOST_PORT, HOST_ADDRESS, VALUE } kind;
	uint8_t bytes[16];
	size_t size;
};

struct reading {
	struct content registers[REGISTERS];
	struct nat_rule rule;
	bool is_nat;
};

/* nf_tables has numbers in the order of the network. */
static uint32_t number(const struct netlink_attribute *attribute)
{
	return ntohl(netlink_get_u32(attribute));
}

static struct content *register_of(
	struct reading *reading, const struct netlink_attribute *attribute)
{
	uint32_t index = number(attribute);

	return attribute->data && index < REGISTERS ? &reading->registers[index] : NULL;
}

static void take_bytes(struct content *content, const struct netlink_attribute *data)
{
	struct netlink_attribute attributes[NFTA_DATA_VALUE + 1];
	const struct netlink_attribute *value = &attributes[NFTA_DATA_VALUE];

	content->size = 0;
	if (!data->data)
		return;
	netlink_parse(data->data, data->size, attributes, NFTA_DATA_VALUE + 1);
	if (!value->data || value->size > sizeof(content->bytes))
		return;
	memcpy(content->bytes, value->data, value->size);
	content->size = value->size;
}

static uint16_t port_of(const struct content *content)
{
	uint16_t port = 0;

	if (content->size >= sizeof(port))
		memcpy(&port, content->bytes, sizeof(port));
	return ntohs(port);
}

static struct nat_address address_of(const struct content *content)
{
	struct nat_address address = { .size = content->size };

	if (content->size != 4 && content->size != 16)
		return (struct nat_address){ .size = 0 };
	memcpy(address.bytes, content->bytes, content->size);
	return address;
}

/* ---- nft's own expressions ---- */

static void take_payload(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_PAYLOAD_LEN + 1];
	struct content *target;
	uint32_t base, offset;

	netlink_parse(data, size, attributes, NFTA_PAYLOAD_LEN + 1);
	target = register_of(reading, &attributes[NFTA_PAYLOAD_DREG]);
	base = number(&attributes[NFTA_PAYLOAD_BASE]);
	offset = number(&attributes[NFTA_PAYLOAD_OFFSET]);
	if (!target)
		return;
	target->kind = NOTHING;
	if (base == NFT_PAYLOAD_TRANSPORT_HEADER && offset == DPORT_OFFSET)
		target->kind = HOST_PORT;
	if (base == NFT_PAYLOAD_NETWORK_HEADER &&
		(offset == DADDR_V4_OFFSET || offset == DADDR_V6_OFFSET))
		target->kind = HOST_ADDRESS;
}

static void take_cmp(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_CMP_DATA + 1];
	struct content value = { 0 };
	const struct content *source;

	netlink_parse(data, size, attributes, NFTA_CMP_DATA + 1);
	source = register_of(reading, &attributes[NFTA_CMP_SREG]);
	take_bytes(&value, &attributes[NFTA_CMP_DATA]);
	if (!source || number(&attributes[NFTA_CMP_OP]) != NFT_CMP_EQ)
		return;
	if (source->kind == HOST_PORT)
		reading->rule.from_port = port_of(&value);
	if (source->kind == HOST_ADDRESS)
		reading->rule.from = address_of(&value);
}

static void take_immediate(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_IMMEDIATE_DATA + 1];
	struct content *target;

	netlink_parse(data, size, attributes, NFTA_IMMEDIATE_DATA + 1);
	target = register_of(reading, &attributes[NFTA_IMMEDIATE_DREG]);
	if (!target)
		return;
	target->kind = VALUE;
	take_bytes(target, &attributes[NFTA_IMMEDIATE_DATA]);
}

static void take_nat(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_NAT_REG_PROTO_MIN + 1];
	const struct content *address, *port;

	netlink_parse(data, size, attributes, NFTA_NAT_REG_PROTO_MIN + 1);
	if (!attributes[NFTA_NAT_TYPE].data || number(&attributes[NFTA_NAT_TYPE]) != NFT_NAT_DNAT)
		return;
	address = register_of(reading, &attributes[NFTA_NAT_REG_ADDR_MIN]);
	port = register_of(reading, &attributes[NFTA_NAT_REG_PROTO_MIN]);
	if (address && address->kind == VALUE)
		reading->rule.to = address_of(address);
	if (port && port->kind == VALUE)
		reading->rule.to_port = port_of(port);
	reading->is_nat = reading->rule.to.size > 0;
}

/* ---- iptables' ---- */

/* Of xt's "tcp" and "udp": the ports of the source and those of the destination, from and to. */
static void take_match(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_MATCH_INFO + 1];
	const struct netlink_attribute *info = &attributes[NFTA_MATCH_INFO];
	uint16_t ports[4];
	const char *name;

	netlink_parse(data, size, attributes, NFTA_MATCH_INFO + 1);
	name = netlink_get_string(&attributes[NFTA_MATCH_NAME]);
	if (!name || (!text_equal(name, "tcp") && !text_equal(name, "udp")) || !info->data ||
		info->size < sizeof(ports))
		return;
	memcpy(ports, info->data, sizeof(ports));
	if (ports[2] == ports[3])
		reading->rule.from_port = ports[2];
}

/* Revision 0 is IPv4's: a count in front, and addresses of 4 bytes. */
static void take_target(struct reading *reading, const void *data, size_t size)
{
	struct netlink_attribute attributes[NFTA_TARGET_INFO + 1];
	const struct netlink_attribute *info = &attributes[NFTA_TARGET_INFO];
	struct nf_nat_ipv4_multi_range_compat old;
	struct nf_nat_range range;
	struct content address = { .size = sizeof(struct in_addr) };
	const char *name;

	netlink_parse(data, size, attributes, NFTA_TARGET_INFO + 1);
	name = netlink_get_string(&attributes[NFTA_TARGET_NAME]);
	if (!name || !text_equal(name, "DNAT") || !info->data)
		return;
	if (number(&attributes[NFTA_TARGET_REV]) == 0 && info->size >= sizeof(old)) {
		memcpy(&old, info->data, sizeof(old));
		memcpy(address.bytes, &old.range[0].min_ip, address.size);
		reading->rule.to_port = ntohs(old.range[0].min.all);
	} else if (info->size >= sizeof(range)) {
		memcpy(&range, info->data, sizeof(range));
		memcpy(address.bytes, &range.min_addr, sizeof(address.bytes));
		for (size_t i = 4; i < sizeof(address.bytes); i++)
			if (address.bytes[i] != 0)
				address.size = sizeof(address.bytes);
		reading->rule.to_port = ntohs(range.min_proto.all);
	} else {
		return;
	}
	reading->rule.to = address_of(&address);
	reading->is_nat = true;
}

/* ---- a rule ---- */

static const struct {
	const char *name;
	void (*take)(struct reading *reading, const void *data, size_t size);
} expressions[] = {
	{ "payload", take_payload },
	{ "cmp", take_cmp },
	{ "immediate", take_immediate },
	{ "nat", take_nat },
	{ "match", take_match },
	{ "target", take_target },
};

static void take_expression(struct reading *reading, const void *element, size_t size)
{
	struct netlink_attribute attributes[NFTA_EXPR_DATA + 1];
	const struct netlink_attribute *data = &attributes[NFTA_EXPR_DATA];
	const char *name;

	netlink_parse(element, size, attributes, NFTA_EXPR_DATA + 1);
	name = netlink_get_string(&attributes[NFTA_EXPR_NAME]);
	for (size_t i = 0; name && data->data && i < sizeof(expressions) / sizeof(expressions[0]);
		i++)
		if (text_equal(expressions[i].name, name))
			expressions[i].take(reading, data->data, data->size);
}

bool nat_rule_parse(const void *attributes, size_t size, struct nat_rule *ret)
{
	struct netlink_attribute table[NFTA_RULE_EXPRESSIONS + 1];
	const struct netlink_attribute *list = &table[NFTA_RULE_EXPRESSIONS];
	struct reading reading = { 0 };
	const uint8_t *at;
	size_t left;

	netlink_parse(attributes, size, table, NFTA_RULE_EXPRESSIONS + 1);
	at = list->data;
	left = at ? list->size : 0;
	while (left >= NLA_HDRLEN) {
		struct nlattr head;

		memcpy(&head, at, sizeof(head));
		if (head.nla_len < NLA_HDRLEN || head.nla_len > left)
			break;
		take_expression(&reading, at + NLA_HDRLEN, head.nla_len - (size_t)NLA_HDRLEN);
		if ((size_t)NLA_ALIGN(head.nla_len) >= left)
			break;
		at += NLA_ALIGN(head.nla_len);
		left -= NLA_ALIGN(head.nla_len);
	}
	*ret = reading.rule;
	return reading.is_nat;
}
