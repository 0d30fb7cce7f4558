/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/network_mend.h"

#include <errno.h>

#include "base/text.h"
#include "engine/container/network_members.h"
#include "engine/firewall/firewall.h"
#include "engine/firewall/gate.h"
#include "engine/firewall/publish.h"
#include "engine/network/bridge.h"
#include "sys/net_link.h"

struct mending {
	struct arena *arena;
	const struct engine *engine;
	network_mend_fn *report;
	void *context;
	struct netlink host;
};

static void report(struct mending *mending, const char *text)
{
	mending->report(mending->context, text);
}

static int find_link(struct mending *mending, const char *name, struct net_link *ret,
	bool *ret_is_there, struct err *err)
{
	struct err failure = ERR_INIT;
	int r = net_link_find(&mending->host, name, ret, &failure);

	*ret_is_there = r == 0;
	if (r < 0 && r != -ENODEV) {
		*err = failure;
		return r;
	}
	return 0;
}

/* The other end of the container's cable, which lost its bridge. */
static int connect_member(
	struct mending *mending, const struct network_member *member, int bridge, struct err *err)
{
	struct netlink_request request;
	struct net_link link;
	bool is_there;
	int r;

	if (text_is_empty(member->endpoint.host_interface))
		return 0;
	r = find_link(mending, member->endpoint.host_interface, &link, &is_there, err);
	if (r < 0 || !is_there || link.master == bridge)
		return r;
	netlink_request_init(&request);
	net_link_put_change(&request,
		&(struct net_link_change){ .index = link.index, .master = bridge, .is_up = true });
	net_link_put_hairpin(&request, member->endpoint.host_interface);
	r = netlink_execute(&mending->host, &request, NULL, NULL, NULL, err);
	if (r < 0)
		return err_while(err, "container %s", member->name);
	report(mending,
		arena_printf(mending->arena, "container %s is connected to network %s again",
			member->name, member->endpoint.network));
	return 0;
}

static int mend_ports(struct mending *mending, const struct network_member *member, struct err *err)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT; /* it is gone */
	struct engine_state state;
	int r;

	if (containers_open_id(mending->arena, mending->engine, member->id, &container, &ignored) <
		0)
		return 0;
	r = containers_state(mending->arena, mending->engine, &container, &state, err);
	if (r < 0 || state.pid == 0)
		return r;
	return publish_mend(mending->arena, mending->engine, &container, state.pid, err);
}

static int mend_members(
	struct mending *mending, const struct network_place *place, int bridge, struct err *err)
{
	struct network_member *members;
	size_t n;
	int r = network_members_list(mending->arena, mending->engine, place, &members, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = connect_member(mending, &members[i], bridge, err);
		if (r == 0)
			r = mend_ports(mending, &members[i], err);
	}
	return r;
}

static int mend_network(struct mending *mending, const char *name, struct err *err)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	struct err ignored = ERR_INIT; /* removed meanwhile */
	struct net_link link;
	bool is_there;
	int bridge, r;

	if (networks_find(mending->arena, mending->engine->store, name, &place, &ignored) < 0 ||
		place.network.driver != NETWORK_DRIVER_BRIDGE)
		return 0;
	r = find_link(mending, place.network.interface, &link, &is_there, err);
	if (r == 0)
		r = bridge_ensure(&place, &mending->host, &bridge, err);
	if (r < 0)
		return r;
	if (!is_there)
		report(mending, arena_printf(mending->arena, "bridge %s of network %s is made anew",
					place.network.interface, name));
	r = gate_open(mending->arena, mending->engine->store, &place.network, err);
	return r < 0 ? r : mend_members(mending, &place, bridge, err);
}

/* The table that is there lacks a network that it should have. */
static int check_table(
	struct mending *mending, const struct network *networks, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct firewall_network bridge = { .bridge = networks[i].interface };
		bool is_there;
		int r;

		if (networks[i].driver != NETWORK_DRIVER_BRIDGE)
			continue;
		r = firewall_has_network(&bridge, &is_there, err);
		if (r < 0)
			return r;
		if (!is_there) {
			report(mending, "the nftables table hull is filled again");
			return 0;
		}
	}
	return 0;
}

/* The table first: nothing is connected to what is not guarded. */
static int mend_all(struct mending *mending, struct err *err)
{
	struct network *networks;
	size_t n;
	int r = networks_list(mending->arena, mending->engine->store, &networks, &n, err);

	if (r == 0)
		r = check_table(mending, networks, n, err);
	if (r == 0)
		r = gate_reload(mending->arena, mending->engine->store, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = mend_network(mending, networks[i].name, err);
	return r;
}

int networks_mend(struct arena *arena, const struct engine *engine, network_mend_fn *report_fn,
	void *context, struct err *err)
{
	struct mending mending = {
		.arena = arena,
		.engine = engine,
		.report = report_fn,
		.context = context,
		.host = NETLINK_INIT,
	};
	int r = netlink_open(&mending.host, err);

	if (r == 0)
		r = mend_all(&mending, err);
	netlink_close(&mending.host);
	return r;
}
