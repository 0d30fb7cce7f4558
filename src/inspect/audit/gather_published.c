/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published ports: rules of the host's nf_tables whose destination is an address of the container.
 * iptables' own tables (iptables-legacy) are not there; and what a program outside copies (rootless
 * engines do that) no rule shows.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "inspect/audit/gather.h"
#include "inspect/audit/nat_rule.h"
#include "inspect/facts.h"
#include "sys/netlink.h"

enum { DUMP_TRIES = 8, NFTABLES_TYPE = NFNL_SUBSYS_NFTABLES << 8 };

struct gathering {
	struct audit_snapshot *snapshot;
	struct nat_address *addresses; /* of the container */
	size_t n_addresses;
};

/* ---- the container's addresses ---- */

/* "           |-- 10.88.0.2", then "              /32 host LOCAL" */
static void take_v4(struct gathering *gathering, const char *text)
{
	struct nat_address address = { .size = 4 };
	char name[INET_ADDRSTRLEN];

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		const char *number = strstr(text, "|-- ");

		if (number && number < text + length) {
			text_format(name, sizeof(name), "%.*s", (int)(text + length - number - 4),
				number + 4);
			address.size = inet_pton(AF_INET, name, address.bytes) == 1 ? 4 : 0;
		} else if (address.size > 0 && address.bytes[0] != 127 &&
			   text_has_prefix(text + strspn(text, " "), "/32 host LOCAL")) {
			ARENA_APPEND(gathering->snapshot->arena, gathering->addresses,
				gathering->n_addresses) = address;
		}
		text += length + (text[length] == '\n');
	}
}

/* "fd000000000000000000000000000002 02 40 00 80 eth0" */
static void take_v6(struct gathering *gathering, const char *text)
{
	while (*text != '\0') {
		struct nat_address address = { .size = 16 };
		char name[INET6_ADDRSTRLEN] = "";

		for (size_t i = 0; i < 8 && strcspn(text, " \n") == 32; i++)
			text_format(name + strlen(name), sizeof(name) - strlen(name), "%s%.4s",
				i > 0 ? ":" : "", text + 4 * i);
		if (inet_pton(AF_INET6, name, address.bytes) == 1)
			ARENA_APPEND(gathering->snapshot->arena, gathering->addresses,
				gathering->n_addresses) = address;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

/* ---- the rules ---- */

static bool is_inside(const struct gathering *gathering, const struct nat_address *address)
{
	for (size_t i = 0; i < gathering->n_addresses; i++)
		if (gathering->addresses[i].size == address->size &&
			memcmp(gathering->addresses[i].bytes, address->bytes, address->size) == 0)
			return true;
	return false;
}

static const char *address_text(struct arena *arena, const struct nat_address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (address->size == 0 || !inet_ntop(address->size == 4 ? AF_INET : AF_INET6,
					  address->bytes, text, sizeof(text)))
		return NULL;
	return arena_strdup(arena, text);
}

static int take_rule(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err)
{
	const size_t header = NLMSG_ALIGN(sizeof(struct nfgenmsg));
	struct gathering *gathering = context;
	struct audit_snapshot *snapshot = gathering->snapshot;
	struct nat_rule rule;

	(void)err;
	if (type != (NFTABLES_TYPE | NFT_MSG_NEWRULE) || size < header ||
		!nat_rule_parse((const char *)payload + header, size - header, &rule) ||
		!is_inside(gathering, &rule.to))
		return 0;
	ARENA_APPEND(snapshot->arena, snapshot->published,
		snapshot->n_published) = (struct audit_published){
		.host_address = address_text(snapshot->arena, &rule.from),
		.host_port = rule.from_port,
		.address = address_text(snapshot->arena, &rule.to),
		.port = rule.to_port ? rule.to_port : rule.from_port,
	};
	return 0;
}

static int read_rules(struct gathering *gathering, struct err *err)
{
	const struct nfgenmsg header = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	AUTO_NETLINK netlink = NETLINK_INIT;
	struct netlink_request request;
	int r = netlink_open_netfilter(&netlink, err);

	/* EINTR: what is listed changed meanwhile */
	for (int i = 0; i < DUMP_TRIES && (r == 0 || r == -EINTR); i++) {
		gathering->snapshot->n_published = 0;
		netlink_request_init(&request);
		netlink_begin(&request, NFTABLES_TYPE | NFT_MSG_GETRULE, NLM_F_DUMP, &header,
			sizeof(header));
		r = netlink_execute(&netlink, &request, take_rule, gathering, NULL, err);
		if (r == 0)
			break;
	}
	return r;
}

void gather_published(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	const struct view *view = subject->view;
	struct gathering gathering = { .snapshot = snapshot };
	struct err err = ERR_INIT;

	if (snapshot->namespaces[NAMESPACE_KIND_NET].is_host)
		return;
	take_v4(&gathering, facts_file(view, subject->target->pid, "net/fib_trie"));
	take_v6(&gathering, facts_file(view, subject->target->pid, "net/if_inet6"));
	if (strstr(facts_file(view, getpid(), "net/ip_tables_names"), "nat"))
		snapshot->published_why =
			"the host has rules of iptables-legacy, which are not read";
	else if (read_rules(&gathering, &err) < 0)
		snapshot->published_why = arena_strdup(snapshot->arena, err.text);
}
