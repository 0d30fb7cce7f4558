/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/text.h"
#include "sys/nftables.h"

static void begin(struct netlink_request *request, uint8_t family, uint16_t type, uint16_t flags)
{
	const struct nfgenmsg head = { .nfgen_family = family };

	netlink_request_init(request);
	netlink_begin(request, (uint16_t)((NFNL_SUBSYS_NFTABLES << 8) | type), flags, &head,
		sizeof(head));
}

static bool is_message(uint16_t type, uint16_t wanted)
{
	return type == ((NFNL_SUBSYS_NFTABLES << 8) | wanted);
}

/* nf_tables has numbers in the order of the network. */
static uint32_t number(const struct netlink_attribute *attribute)
{
	return ntohl(netlink_get_u32(attribute));
}

int nft_has_element(struct netlink *netlink, const struct nft_table *table,
	const struct nft_set *set, const struct nft_element *element, bool *ret, struct err *err)
{
	struct netlink_request request;
	struct err failure = ERR_INIT;
	size_t list, item, key;
	int r;

	begin(&request, table->family, NFT_MSG_GETSETELEM, 0);
	netlink_put_string(&request, NFTA_SET_ELEM_LIST_TABLE, table->name);
	netlink_put_string(&request, NFTA_SET_ELEM_LIST_SET, set->name);
	list = netlink_nest(&request, NFTA_SET_ELEM_LIST_ELEMENTS);
	item = netlink_nest(&request, NFTA_LIST_ELEM);
	key = netlink_nest(&request, NFTA_SET_ELEM_KEY);
	netlink_put(&request, NFTA_DATA_VALUE, element->key, set->key_length);
	netlink_nest_end(&request, key);
	netlink_nest_end(&request, item);
	netlink_nest_end(&request, list);
	r = netlink_execute(netlink, &request, NULL, NULL, NULL, &failure);
	if (r < 0 && r != -ENOENT) {
		*err = failure;
		return r;
	}
	*ret = r == 0;
	return 0;
}

/* ---- chains ---- */

struct chain_visit {
	nft_chain_fn *visit;
	void *context;
};

static void read_hook(const struct netlink_attribute *hook, struct nft_found_chain *chain)
{
	struct netlink_attribute attributes[NFTA_HOOK_PRIORITY + 1];

	netlink_parse(hook->data, hook->size, attributes, NFTA_HOOK_PRIORITY + 1);
	chain->hook = number(&attributes[NFTA_HOOK_HOOKNUM]);
}

static int take_chain(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct netlink_attribute attributes[NFTA_CHAIN_TYPE + 1];
	const struct chain_visit *visit = context;
	struct nft_found_chain chain;
	struct nfgenmsg head;

	(void)err;
	if (!is_message(type, NFT_MSG_NEWCHAIN) || size < NLMSG_ALIGN(sizeof(head)))
		return 0;
	memcpy(&head, payload, sizeof(head));
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(head)),
		size - NLMSG_ALIGN(sizeof(head)), attributes, NFTA_CHAIN_TYPE + 1);
	chain = (struct nft_found_chain){
		.family = head.nfgen_family,
		.table = netlink_get_string(&attributes[NFTA_CHAIN_TABLE]),
		.chain = netlink_get_string(&attributes[NFTA_CHAIN_NAME]),
		.type = netlink_get_string(&attributes[NFTA_CHAIN_TYPE]),
		.policy = attributes[NFTA_CHAIN_POLICY].data
				  ? number(&attributes[NFTA_CHAIN_POLICY])
				  : NF_ACCEPT,
	};
	if (attributes[NFTA_CHAIN_HOOK].data)
		read_hook(&attributes[NFTA_CHAIN_HOOK], &chain);
	if (chain.table && chain.chain)
		visit->visit(visit->context, &chain);
	return 0;
}

int nft_list_chains(struct netlink *netlink, nft_chain_fn *visit, void *context, struct err *err)
{
	struct chain_visit visiting = { visit, context };
	struct netlink_request request;

	begin(&request, NFPROTO_UNSPEC, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return netlink_execute(netlink, &request, take_chain, &visiting, NULL, err);
}

/* ---- rules ---- */

struct rule_visit {
	const char *chain;
	nft_rule_fn *visit;
	void *context;
};

/* Notes one behind the other: type, length, value; the comment is of type 0. */
static bool read_comment(const struct netlink_attribute *notes, char comment[NFT_COMMENT_BYTES])
{
	const unsigned char *bytes = notes->data;

	for (size_t at = 0; notes->data && at + 2 <= notes->size;) {
		size_t length = bytes[at + 1];

		if (at + 2 + length > notes->size)
			return false;
		if (bytes[at] == 0 && length > 0 && length <= NFT_COMMENT_BYTES) {
			memcpy(comment, bytes + at + 2, length);
			comment[length - 1] = '\0';
			return true;
		}
		at += 2 + length;
	}
	return false;
}

static int take_rule(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	struct netlink_attribute attributes[NFTA_RULE_USERDATA + 1];
	const struct rule_visit *visit = context;
	char comment[NFT_COMMENT_BYTES];
	uint64_t handle = 0;

	(void)err;
	if (!is_message(type, NFT_MSG_NEWRULE) || size < NLMSG_ALIGN(sizeof(struct nfgenmsg)))
		return 0;
	netlink_parse((const char *)payload + NLMSG_ALIGN(sizeof(struct nfgenmsg)),
		size - NLMSG_ALIGN(sizeof(struct nfgenmsg)), attributes, NFTA_RULE_USERDATA + 1);
	if (attributes[NFTA_RULE_HANDLE].data &&
		attributes[NFTA_RULE_HANDLE].size >= sizeof(handle))
		memcpy(&handle, attributes[NFTA_RULE_HANDLE].data, sizeof(handle));
	/* older kernels send the whole table's */
	if (text_equal(netlink_get_string(&attributes[NFTA_RULE_CHAIN]), visit->chain) &&
		read_comment(&attributes[NFTA_RULE_USERDATA], comment))
		visit->visit(visit->context, be64toh(handle), comment);
	return 0;
}

int nft_list_commented_rules(struct netlink *netlink, const struct nft_table *table,
	const char *chain, nft_rule_fn *visit, void *context, struct err *err)
{
	struct rule_visit visiting = { chain, visit, context };
	struct netlink_request request;
	int r;

	begin(&request, table->family, NFT_MSG_GETCHAIN, 0);
	netlink_put_string(&request, NFTA_CHAIN_TABLE, table->name);
	netlink_put_string(&request, NFTA_CHAIN_NAME, chain);
	r = netlink_execute(netlink, &request, NULL, NULL, NULL, err);
	if (r < 0)
		return r;
	begin(&request, table->family, NFT_MSG_GETRULE, NLM_F_DUMP);
	netlink_put_string(&request, NFTA_RULE_TABLE, table->name);
	netlink_put_string(&request, NFTA_RULE_CHAIN, chain);
	return netlink_execute(netlink, &request, take_rule, &visiting, NULL, err);
}
