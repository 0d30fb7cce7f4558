/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/firewall/rules.h"
#include "sys/hook_process.h"
#include "sys/nftables.h"

#define DOCKER_CHAIN   "DOCKER-USER"
#define FIREWALL_CMD   "/usr/bin/firewall-cmd"
#define LEGACY_TABLES  "/proc/net/ip_tables_names"
#define COMMENT_PREFIX "hull: "

enum {
	LEGACY_MAX_BYTES = 4096,
	FIREWALL_CMD_SECONDS = 20,
};

static const struct nft_table docker_tables[] = {
	{ .family = NFPROTO_IPV4, .name = "filter" },
	{ .family = NFPROTO_IPV6, .name = "filter" },
};

const char *foreign_kind_name(enum foreign_kind kind)
{
	static const char *const names[FOREIGN_KIND_COUNT] = {
		[FOREIGN_KIND_DOCKER] = "Docker",
		[FOREIGN_KIND_FIREWALLD] = "firewalld",
		[FOREIGN_KIND_UFW] = "ufw",
		[FOREIGN_KIND_OTHER] = "a firewall",
	};

	return names[kind];
}

/* ---- finding them ---- */

struct finding {
	struct arena *arena;
	struct foreign_list list;
	bool has_docker[2], has_ufw; /* Docker's chain in IPv4, in IPv6 */
	bool has_firewalld;
};

static const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_INET:
		return "inet";
	default:
		return "bridge";
	}
}

static void take_drop(
	struct finding *finding, const struct nft_found_chain *found, enum foreign_kind kind)
{
	ARENA_APPEND(finding->arena, finding->list.chains,
		finding->list.n_chains) = (struct foreign_chain){
		.kind = kind,
		.family = family_name(found->family),
		.table = arena_strdup(finding->arena, found->table),
		.chain = arena_strdup(finding->arena, found->chain),
	};
}

static void take_chain(void *context, const struct nft_found_chain *found)
{
	struct finding *finding = context;
	bool is_ours = found->family == rules_table.family &&
		       text_equal(found->table, rules_table.name);

	if (text_equal(found->chain, DOCKER_CHAIN) && text_equal(found->table, "filter"))
		finding->has_docker[found->family == NFPROTO_IPV6] = true;
	if (text_has_prefix(found->chain, "ufw-"))
		finding->has_ufw = true;
	if (is_ours || !text_equal(found->type, "filter") || found->hook != NF_INET_FORWARD)
		return;
	if (text_equal(found->table, "firewalld"))
		take_drop(finding, found, FOREIGN_KIND_FIREWALLD);
	else if (found->policy == NF_DROP)
		take_drop(finding, found, FOREIGN_KIND_OTHER);
}

/* Docker and ufw share iptables' own chain FORWARD; which of them it is tell the others. */
static void name_kinds(struct finding *finding)
{
	for (size_t i = 0; i < finding->list.n_chains; i++) {
		struct foreign_chain *chain = &finding->list.chains[i];

		if (!text_equal(chain->table, "filter") || !text_equal(chain->chain, "FORWARD"))
			continue;
		if (finding->has_docker[text_equal(chain->family, "ip6")])
			chain->kind = FOREIGN_KIND_DOCKER;
		else if (finding->has_ufw)
			chain->kind = FOREIGN_KIND_UFW;
	}
}

static int find(struct arena *arena, struct finding *ret, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open_netfilter(&netlink, err);

	*ret = (struct finding){ .arena = arena };
	if (r == 0)
		r = nft_list_chains(&netlink, take_chain, ret, err);
	if (r < 0)
		return err_while(err, "the host's firewalls");
	name_kinds(ret);
	return 0;
}

int foreign_list(struct arena *arena, struct foreign_list *ret, struct err *err)
{
	struct finding finding;
	int r = find(arena, &finding, err);

	if (r == 0)
		*ret = finding.list;
	return r;
}

bool foreign_has_legacy(struct arena *arena)
{
	struct err ignored = ERR_INIT; /* a kernel without them has no such file */
	const char *text;
	size_t length;
	AUTO_FD int fd = open(LEGACY_TABLES, O_RDONLY | O_CLOEXEC);

	return fd >= 0 &&
	       file_read_fd(arena, fd, LEGACY_TABLES, LEGACY_MAX_BYTES, &text, &length, &ignored) ==
		       0 &&
	       strstr(text, "filter");
}

/* ---- Docker's chain ---- */

static const char *comment_of(struct arena *arena, const char *bridge)
{
	return arena_printf(arena, COMMENT_PREFIX "%s", bridge);
}

struct rule_search {
	const char *comment;
	uint64_t *handles;
	size_t n;
	struct arena *arena;
};

static void take_rule(void *context, uint64_t handle, const char *comment)
{
	struct rule_search *search = context;

	if (text_equal(comment, search->comment))
		ARENA_APPEND(search->arena, search->handles, search->n) = handle;
}

/* Its rules there; none, too, where there is no such chain. */
static int find_rules(struct arena *arena, const struct nft_table *table, const char *bridge,
	struct rule_search *ret, bool *ret_has_chain, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	struct err failure = ERR_INIT;
	int r = netlink_open_netfilter(&netlink, err);

	if (r < 0)
		return r;
	*ret = (struct rule_search){ .comment = comment_of(arena, bridge), .arena = arena };
	r = nft_list_commented_rules(&netlink, table, DOCKER_CHAIN, take_rule, ret, &failure);
	*ret_has_chain = r != -ENOENT;
	if (r < 0 && r != -ENOENT)
		*err = failure;
	return r == -ENOENT ? 0 : r;
}

static int execute(struct netlink_request *request, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open_netfilter(&netlink, err);

	nft_put_end(request);
	return r < 0 ? r : netlink_execute_batch(&netlink, request, NULL, err);
}

/* Names are compared with the zero at their end, beginnings without it, as iptables does. */
static void put_rule(struct netlink_request *request, const struct nft_table *table,
	const char *from, const char *to, size_t to_length, uint32_t verdict, const char *comment)
{
	struct nft_expression expressions[6];
	size_t n = 0;

	if (from) {
		expressions[n++] = (struct nft_expression)NFT_META(0, NFT_META_IIFNAME);
		expressions[n++] = (struct nft_expression)NFT_COMPARE(
			0, NFT_CMP_EQ, from, (uint32_t)strlen(from) + 1);
	}
	if (to) {
		expressions[n++] = (struct nft_expression)NFT_META(0, NFT_META_OIFNAME);
		expressions[n++] = (struct nft_expression)NFT_COMPARE(
			0, NFT_CMP_EQ, to, (uint32_t)to_length);
	}
	expressions[n++] = (struct nft_expression)NFT_COUNTER;
	expressions[n++] = (struct nft_expression)NFT_VERDICT(verdict);
	nft_put_first_rule(request, table, DOCKER_CHAIN, expressions, n, comment);
}

/* Each goes in front of the one before. What goes into hull's networks hull's own table judges. */
static int add_rules(
	struct arena *arena, const struct nft_table *table, const char *bridge, struct err *err)
{
	static const char docker_default[] = "docker0", docker_others[] = "br-";
	const char *comment = comment_of(arena, bridge);
	struct netlink_request request;

	netlink_request_init(&request);
	nft_put_begin(&request);
	put_rule(&request, table, bridge, NULL, 0, NF_ACCEPT, comment);
	put_rule(&request, table, NULL, bridge, strlen(bridge) + 1, NF_ACCEPT, comment);
	put_rule(&request, table, bridge, docker_default, sizeof(docker_default),
		(uint32_t)NFT_RETURN, comment);
	put_rule(&request, table, bridge, docker_others, sizeof(docker_others) - 1,
		(uint32_t)NFT_RETURN, comment);
	return execute(&request, err);
}

static int remove_rules(
	const struct nft_table *table, const struct rule_search *rules, struct err *err)
{
	struct netlink_request request;

	netlink_request_init(&request);
	nft_put_begin(&request);
	for (size_t i = 0; i < rules->n; i++)
		nft_put_rule_removal(&request, table, DOCKER_CHAIN, rules->handles[i]);
	return execute(&request, err);
}

static int change_docker(struct arena *arena, const char *bridge, bool is_wanted, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(docker_tables) / sizeof(docker_tables[0]); i++) {
		struct rule_search rules;
		bool has_chain;

		r = find_rules(arena, &docker_tables[i], bridge, &rules, &has_chain, err);
		if (r == 0 && has_chain && is_wanted && rules.n == 0)
			r = add_rules(arena, &docker_tables[i], bridge, err);
		if (r == 0 && has_chain && !is_wanted && rules.n > 0)
			r = remove_rules(&docker_tables[i], &rules, err);
	}
	return r < 0 ? err_while(err, "chain " DOCKER_CHAIN) : 0;
}

/* ---- firewalld's zone ---- */

static int call_firewalld(const char *bridge, const char *what, struct err *err)
{
	char option[64];
	const char *args[] = { FIREWALL_CMD, "--quiet", "--zone=trusted", option, NULL };
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct hook_process process = {
		.path = FIREWALL_CMD,
		.args = args,
		.env = env,
		.timeout_sec = FIREWALL_CMD_SECONDS,
	};

	text_format(option, sizeof(option), "--%s-interface=%s", what, bridge);
	return hook_process_run(&process, err);
}

static bool is_in_zone(const char *bridge)
{
	struct err ignored = ERR_INIT; /* status 1: it is not */

	return call_firewalld(bridge, "query", &ignored) == 0;
}

/* Asks the firewall itself: of its rules nothing can be told by looking at one. */
static int change_firewalld(
	struct arena *arena, const char *bridge, bool is_wanted, struct err *err)
{
	struct foreign_list list;
	bool has_firewalld = false;
	int r = foreign_list(arena, &list, err);

	for (size_t i = 0; r == 0 && i < list.n_chains; i++)
		has_firewalld |= list.chains[i].kind == FOREIGN_KIND_FIREWALLD;
	if (r < 0 || !has_firewalld || access(FIREWALL_CMD, X_OK) < 0 ||
		is_in_zone(bridge) == is_wanted)
		return r;
	return call_firewalld(bridge, is_wanted ? "add" : "remove", err);
}

int foreign_allow(struct arena *arena, const char *bridge, struct err *err)
{
	int r = change_docker(arena, bridge, true, err);

	return r < 0 ? r : change_firewalld(arena, bridge, true, err);
}

int foreign_forget(struct arena *arena, const char *bridge, struct err *err)
{
	int r = change_docker(arena, bridge, false, err);

	return r < 0 ? r : change_firewalld(arena, bridge, false, err);
}

bool foreign_is_allowed(struct arena *arena, const struct foreign_chain *chain, const char *bridge)
{
	struct err ignored = ERR_INIT; /* then it is not known to be */
	struct rule_search rules;
	bool has_chain;

	switch (chain->kind) {
	case FOREIGN_KIND_DOCKER:
		return find_rules(arena, &docker_tables[text_equal(chain->family, "ip6")], bridge,
			       &rules, &has_chain, &ignored) == 0 &&
		       rules.n > 0;
	case FOREIGN_KIND_FIREWALLD:
		return access(FIREWALL_CMD, X_OK) == 0 && is_in_zone(bridge);
	case FOREIGN_KIND_UFW:
	case FOREIGN_KIND_OTHER:
	case FOREIGN_KIND_COUNT:
		break;
	}
	return false;
}

const char *foreign_command(
	struct arena *arena, const struct foreign_chain *chain, const char *bridge)
{
	switch (chain->kind) {
	case FOREIGN_KIND_DOCKER:
		return "hull network reload";
	case FOREIGN_KIND_FIREWALLD:
		return arena_printf(
			arena, "firewall-cmd --zone=trusted --add-interface=%s", bridge);
	case FOREIGN_KIND_UFW:
		return arena_printf(arena, "ufw route allow in on %s && ufw route allow out on %s",
			bridge, bridge);
	case FOREIGN_KIND_OTHER:
	case FOREIGN_KIND_COUNT:
		break;
	}
	return arena_printf(arena,
		"nft insert rule %s %s %s iifname %s accept && nft insert rule %s %s %s oifname %s "
		"accept",
		chain->family, chain->table, chain->chain, bridge, chain->family, chain->table,
		chain->chain, bridge);
}
