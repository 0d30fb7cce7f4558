/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the container reaches, and what reaches it. Connections are not made: they would be seen by
 * who is called. So where there is a way to the host, and a firewall may stand in it, nothing was
 * tried. What leads from the host inside stands in its rules.
 */
#include <string.h>

#include "base/text.h"
#include "inspect/audit/audit.h"

static const char *list(
	struct arena *arena, const struct audit_listener *listeners, size_t n, size_t *ret_n)
{
	const char *text = "";

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (listeners[i].is_loopback)
			continue;
		if ((*ret_n)++ < 8)
			text = arena_printf(arena, "%s%s%s %s:%u", text, text[0] ? ", " : "",
				listeners[i].protocol, listeners[i].address, listeners[i].port);
	}
	return *ret_n > 8 ? arena_printf(arena, "%s and %zu more", text, *ret_n - 8) : text;
}

static const char network_unknown[] = "its network namespace may not be seen by this user";

static void check_reach(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "network/host",
		"reaches services of the host that were meant for its own network",
		"--network none, an internal network, or services that listen on 127.0.0.1 only" };
	size_t n;
	const char *services = list(
		results->arena, snapshot->host_listeners, snapshot->n_host_listeners, &n);

	if (snapshot->namespaces[NAMESPACE_KIND_NET].inode == 0)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", network_unknown);
	else if (snapshot->namespaces[NAMESPACE_KIND_NET].is_host)
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"it is in the host's network, with all %zu sockets that listen there",
			snapshot->n_host_listeners);
	else if (text_is_empty(snapshot->interfaces))
		audit_add(results, &claim, AUDIT_HOLDS, "no interface but lo: it reaches nobody");
	else if (n == 0)
		audit_add(results, &claim, AUDIT_HOLDS,
			"nothing of the host listens on more than 127.0.0.1");
	else
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"a connection would be needed to know whether a firewall keeps it from %s",
			services);
}

static const struct audit_claim published_claim = { "network/published",
	"is attacked itself, from every network that the host is in",
	"no --publish, or one with an address: --publish 127.0.0.1:8080:80" };

static bool is_loopback(const char *address)
{
	return address && (text_has_prefix(address, "127.") || text_equal(address, "::1"));
}

/* 0: none of them can be reached from other machines. */
static size_t add_published(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	size_t n_found = 0;

	for (size_t i = 0; i < snapshot->n_published; i++) {
		const struct audit_published *published = &snapshot->published[i];

		if (is_loopback(published->host_address))
			continue;
		n_found++;
		audit_add(results, &published_claim, AUDIT_DOES_NOT_HOLD,
			"port %u of %s leads to %s:%u inside", published->host_port,
			published->host_address ? published->host_address
						: "each address of the host",
			published->address, published->port);
	}
	return n_found;
}

static void check_published(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	size_t n;
	const char *services = list(results->arena, snapshot->listeners, snapshot->n_listeners, &n);

	if (snapshot->namespaces[NAMESPACE_KIND_NET].inode == 0)
		audit_add(results, &published_claim, AUDIT_NOT_TRIED, "%s", network_unknown);
	else if (snapshot->namespaces[NAMESPACE_KIND_NET].is_host)
		audit_add(results, &published_claim, AUDIT_DOES_NOT_HOLD,
			"whatever listens inside listens on the host's addresses");
	else if (text_is_empty(snapshot->interfaces))
		audit_add(results, &published_claim, AUDIT_HOLDS,
			"no interface but lo: nobody reaches it");
	else if (snapshot->published_why)
		audit_add(results, &published_claim, AUDIT_NOT_TRIED,
			"which ports of the host lead there is not known: %s",
			snapshot->published_why);
	else if (strstr(snapshot->interfaces, "tap"))
		audit_add(results, &published_claim, AUDIT_NOT_TRIED,
			"a program outside carries its packets (%s), and knows which ports",
			snapshot->interfaces);
	else if (add_published(snapshot, results) == 0)
		audit_add(results, &published_claim, AUDIT_HOLDS,
			"%zu ports of the host lead there, none for other machines; %s%s",
			snapshot->n_published, n > 0 ? "inside listen " : "nothing inside listens",
			services);
}

void check_network(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "network", "reaches the host by the network",
		"a network namespace" };

	if (snapshot->network_why) {
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", snapshot->network_why);
		return;
	}
	check_reach(snapshot, results);
	check_published(snapshot, results);
}
