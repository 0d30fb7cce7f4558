/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/gate.h"

#include <errno.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/firewall/firewall.h"
#include "engine/firewall/foreign.h"
#include "engine/firewall/ports.h"

static struct firewall_network of_network(struct arena *arena, const struct network *network)
{
	struct ip_prefix *subnets = ARENA_NEW_ARRAY(arena, network->n_subnets, struct ip_prefix);

	for (size_t i = 0; i < network->n_subnets; i++)
		subnets[i] = network->subnets[i].prefix;
	return (struct firewall_network){
		.bridge = network->interface,
		.subnets = subnets,
		.n_subnets = network->n_subnets,
		.is_internal = network->is_internal,
		.is_isolated = network->is_isolated,
	};
}

static bool has_bridge(const struct network *network)
{
	return network->driver == NETWORK_DRIVER_BRIDGE && !text_is_empty(network->interface);
}

int gate_fill(struct arena *arena, const struct store *store, struct err *err)
{
	struct firewall_network *bridges = NULL;
	struct firewall_port *translated = NULL;
	struct port_list ports;
	struct network *networks;
	size_t n, n_bridges = 0, n_translated = 0;
	int r = networks_list(arena, store, &networks, &n, err);

	if (r == 0)
		r = ports_list(arena, store, NULL, &ports, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (has_bridge(&networks[i]))
			ARENA_APPEND(arena, bridges, n_bridges) = of_network(arena, &networks[i]);
	}
	for (size_t i = 0; i < ports.n_entries; i++) {
		if (!firewall_is_forwarded(&ports.entries[i].port))
			ARENA_APPEND(arena, translated, n_translated) = ports.entries[i].port;
	}
	return firewall_fill(arena, bridges, n_bridges, translated, n_translated, err);
}

int gate_reload(struct arena *arena, const struct store *store, struct err *err)
{
	AUTO_FD int lock = -1;
	int r = ports_lock(store, &lock, err);

	return r < 0 ? r : gate_fill(arena, store, err);
}

/* What is let through nowhere is said once: when the network gets into the table. */
static void warn_of_foreign(struct arena *arena, const struct network *network)
{
	struct err failure = ERR_INIT;
	struct foreign_list list;

	if (foreign_list(arena, &list, &failure) < 0) {
		warn(&failure);
		return;
	}
	for (size_t i = 0; i < list.n_chains; i++) {
		const struct foreign_chain *chain = &list.chains[i];
		struct err note = ERR_INIT;

		if (foreign_is_allowed(arena, chain, network->interface))
			continue;
		err_fail(&note, EACCES,
			"network %s: %s (table %s %s, chain %s) drops what is forwarded; to let "
			"its "
			"containers through: %s",
			network->name, foreign_kind_name(chain->kind), chain->family, chain->table,
			chain->chain, foreign_command(arena, chain, network->interface));
		warn(&note);
	}
}

static int add_network(struct arena *arena, const struct store *store,
	const struct firewall_network *bridge, struct err *err)
{
	struct err failure = ERR_INIT;
	AUTO_FD int lock = -1;
	int r = ports_lock(store, &lock, err);

	if (r < 0)
		return r;
	r = firewall_add_network(arena, bridge, &failure);
	if (r == -ENOENT)
		return gate_fill(arena, store, err);
	if (r < 0)
		*err = failure;
	return r;
}

/* A firewall that came later than the network has to let it through, too. */
static void allow(struct arena *arena, const char *bridge)
{
	struct err failure = ERR_INIT;

	if (foreign_allow(arena, bridge, &failure) < 0)
		warn(&failure);
}

int gate_open(struct arena *arena, const struct store *store, const struct network *network,
	struct err *err)
{
	bool is_there = false;
	int r = 0;

	if (!has_bridge(network))
		return 0;
	const struct firewall_network bridge = of_network(arena, network);
	if (!network->is_internal)
		r = forwarding_ensure(network->has_ip6, err);
	if (r == 0)
		r = firewall_has_network(&bridge, &is_there, err);
	if (r == 0 && !is_there)
		r = add_network(arena, store, &bridge, err);
	if (r < 0)
		return err_while(err, "network %s", network->name);
	allow(arena, network->interface);
	if (!is_there)
		warn_of_foreign(arena, network);
	return 0;
}

int gate_close(struct arena *arena, const struct store *store, const struct network *network,
	struct err *err)
{
	AUTO_FD int lock = -1;
	int r;

	if (!has_bridge(network))
		return 0;
	const struct firewall_network bridge = of_network(arena, network);
	r = ports_lock(store, &lock, err);
	if (r == 0)
		r = firewall_remove_network(arena, &bridge, err);
	if (r == 0)
		r = foreign_forget(arena, network->interface, err);
	return r < 0 ? err_while(err, "network %s", network->name) : 0;
}
