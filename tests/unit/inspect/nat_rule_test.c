/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netlink.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/audit/nat_rule.h"
#include "sys/netlink.h"

/* A rule as the kernel lists it, written by the words that write requests. */
struct writer {
	struct netlink_request request;
	size_t list, element, data;
};

static void begin_rule(struct writer *writer)
{
	netlink_request_init(&writer->request);
	netlink_begin(&writer->request, 0, 0, "", 0);
	netlink_put_string(&writer->request, NFTA_RULE_TABLE, "nat");
	writer->list = netlink_nest(&writer->request, NFTA_RULE_EXPRESSIONS);
}

static void begin_expression(struct writer *writer, const char *name)
{
	writer->element = netlink_nest(&writer->request, NFTA_LIST_ELEM);
	netlink_put_string(&writer->request, NFTA_EXPR_NAME, name);
	writer->data = netlink_nest(&writer->request, NFTA_EXPR_DATA);
}

static void end_expression(struct writer *writer)
{
	netlink_nest_end(&writer->request, writer->data);
	netlink_nest_end(&writer->request, writer->element);
}

static bool parse(struct writer *writer, struct nat_rule *ret)
{
	const size_t header = sizeof(struct nlmsghdr);

	netlink_nest_end(&writer->request, writer->list);
	return nat_rule_parse(writer->request.bytes + header, writer->request.used - header, ret);
}

static void put_value(struct writer *writer, uint16_t type, const void *bytes, size_t size)
{
	size_t nest = netlink_nest(&writer->request, type);

	netlink_put(&writer->request, NFTA_DATA_VALUE, bytes, size);
	netlink_nest_end(&writer->request, nest);
}

static void put_payload(struct writer *writer, uint32_t base, uint32_t offset)
{
	begin_expression(writer, "payload");
	netlink_put_u32(&writer->request, NFTA_PAYLOAD_DREG, htonl(NFT_REG_1));
	netlink_put_u32(&writer->request, NFTA_PAYLOAD_BASE, htonl(base));
	netlink_put_u32(&writer->request, NFTA_PAYLOAD_OFFSET, htonl(offset));
	end_expression(writer);
}

static void put_cmp(struct writer *writer, const void *bytes, size_t size)
{
	begin_expression(writer, "cmp");
	netlink_put_u32(&writer->request, NFTA_CMP_SREG, htonl(NFT_REG_1));
	netlink_put_u32(&writer->request, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	put_value(writer, NFTA_CMP_DATA, bytes, size);
	end_expression(writer);
}

static void put_immediate(struct writer *writer, uint32_t index, const void *bytes, size_t size)
{
	begin_expression(writer, "immediate");
	netlink_put_u32(&writer->request, NFTA_IMMEDIATE_DREG, htonl(index));
	put_value(writer, NFTA_IMMEDIATE_DATA, bytes, size);
	end_expression(writer);
}

static void put_nat(struct writer *writer, uint32_t type)
{
	begin_expression(writer, "nat");
	netlink_put_u32(&writer->request, NFTA_NAT_TYPE, htonl(type));
	netlink_put_u32(&writer->request, NFTA_NAT_REG_ADDR_MIN, htonl(NFT_REG_1));
	netlink_put_u32(&writer->request, NFTA_NAT_REG_PROTO_MIN, htonl(NFT_REG_2));
	end_expression(writer);
}

static const uint8_t inside[] = { 10, 88, 0, 2 }, loopback[] = { 127, 0, 0, 1 };
static const uint8_t port_80[] = { 0, 80 }, port_8080[] = { 0x1f, 0x90 };

static void rules_of_nft_are_read(void **state)
{
	struct nat_rule rule;
	struct writer writer;

	begin_rule(&writer);
	put_payload(&writer, NFT_PAYLOAD_NETWORK_HEADER, 16);
	put_cmp(&writer, loopback, sizeof(loopback));
	put_payload(&writer, NFT_PAYLOAD_TRANSPORT_HEADER, 2);
	put_cmp(&writer, port_8080, sizeof(port_8080));
	put_immediate(&writer, NFT_REG_1, inside, sizeof(inside));
	put_immediate(&writer, NFT_REG_2, port_80, sizeof(port_80));
	put_nat(&writer, NFT_NAT_DNAT);
	assert_true(parse(&writer, &rule));
	assert_int_equal(rule.from.size, 4);
	assert_memory_equal(rule.from.bytes, loopback, 4);
	assert_int_equal(rule.from_port, 8080);
	assert_int_equal(rule.to.size, 4);
	assert_memory_equal(rule.to.bytes, inside, 4);
	assert_int_equal(rule.to_port, 80);
}

static void what_changes_the_source_is_no_publishing(void **state)
{
	struct nat_rule rule;
	struct writer writer;

	begin_rule(&writer);
	put_immediate(&writer, NFT_REG_1, inside, sizeof(inside));
	put_nat(&writer, NFT_NAT_SNAT);
	assert_false(parse(&writer, &rule));
	begin_rule(&writer);
	put_payload(&writer, NFT_PAYLOAD_TRANSPORT_HEADER, 2);
	assert_false(parse(&writer, &rule));
}

static void put_target(struct writer *writer, uint32_t revision, const void *info, size_t size)
{
	begin_expression(writer, "target");
	netlink_put_string(&writer->request, NFTA_TARGET_NAME, "DNAT");
	netlink_put_u32(&writer->request, NFTA_TARGET_REV, htonl(revision));
	netlink_put(&writer->request, NFTA_TARGET_INFO, info, size);
	end_expression(writer);
}

static void rules_of_iptables_are_read(void **state)
{
	const uint16_t ports[6] = { 0, 65535, 8080, 8080 };
	struct nf_nat_ipv4_multi_range_compat old = { .rangesize = 1 };
	struct nf_nat_range range = { 0 };
	struct nat_rule rule;
	struct writer writer;

	memcpy(&old.range[0].min_ip, inside, 4);
	old.range[0].min.all = htons(80);
	begin_rule(&writer);
	begin_expression(&writer, "match");
	netlink_put_string(&writer.request, NFTA_MATCH_NAME, "tcp");
	netlink_put(&writer.request, NFTA_MATCH_INFO, ports, sizeof(ports));
	end_expression(&writer);
	put_target(&writer, 0, &old, sizeof(old));
	assert_true(parse(&writer, &rule));
	assert_int_equal(rule.from.size, 0);
	assert_int_equal(rule.from_port, 8080);
	assert_memory_equal(rule.to.bytes, inside, 4);
	assert_int_equal(rule.to_port, 80);

	memset(&range.min_addr, 0xfd, 16);
	range.min_proto.all = htons(443);
	begin_rule(&writer);
	put_target(&writer, 2, &range, sizeof(range));
	assert_true(parse(&writer, &rule));
	assert_int_equal(rule.to.size, 16);
	assert_int_equal(rule.to_port, 443);
}

static void what_is_cut_off_is_no_rule(void **state)
{
	struct nf_nat_ipv4_multi_range_compat old = { .rangesize = 1 };
	struct nat_rule rule;
	struct writer writer;

	begin_rule(&writer);
	put_target(&writer, 0, &old, 7);
	assert_false(parse(&writer, &rule));
	for (size_t size = 0; size < writer.request.used - sizeof(struct nlmsghdr); size++)
		assert_false(nat_rule_parse(
			writer.request.bytes + sizeof(struct nlmsghdr), size, &rule));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_nft_are_read),
		cmocka_unit_test(what_changes_the_source_is_no_publishing),
		cmocka_unit_test(rules_of_iptables_are_read),
		cmocka_unit_test(what_is_cut_off_is_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
