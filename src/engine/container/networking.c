/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/networking.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "base/text.h"
#include "base/warn.h"
#include "engine/firewall/gate.h"
#include "engine/network/addresses.h"
#include "engine/network/bridge.h"
#include "engine/network/names.h"
#include "sys/capability.h"

enum { SHORT_ID_LENGTH = 12 };

/* One container on its way into one network. */
struct joining {
	struct arena *arena;
	const struct store *store;
	const struct engine_container *container;
	const struct container_network *wanted;
	struct network_place place;
	struct endpoint endpoint;
};

static const struct network_subnet *subnet_of(
	const struct network *network, const struct ip_prefix *address)
{
	for (size_t i = 0; i < network->n_subnets; i++)
		if (ip_prefix_contains(&network->subnets[i].prefix, address))
			return &network->subnets[i];
	return NULL;
}

static int take_this(struct joining *joining, const char *text, struct ip_prefix *ret,
	struct ip_prefix *ret_gateway, struct err *err)
{
	const struct network_subnet *subnet;
	struct ip_prefix address;
	int r;

	if (ip_address_parse(text, &address) < 0)
		return err_fail(err, EINVAL, "%s is no address", text);
	subnet = subnet_of(&joining->place.network, &address);
	if (!subnet)
		return err_fail(err, EINVAL, "address %s is not in a subnet of network %s", text,
			joining->place.network.name);
	r = addresses_take_this(
		joining->store, &joining->place, subnet, &address, joining->container->id, err);
	if (r < 0)
		return r;
	address.length = subnet->prefix.length;
	*ret = address;
	*ret_gateway = subnet->gateway;
	return 0;
}

/* Of the family's subnets in turn, the first that has a free one. */
static int take_any(struct joining *joining, int family, struct ip_prefix *ret,
	struct ip_prefix *ret_gateway, struct err *err)
{
	const struct network *network = &joining->place.network;
	struct err problem = ERR_INIT;
	int r = 0;

	for (size_t i = 0; i < network->n_subnets; i++) {
		const struct network_subnet *subnet = &network->subnets[i];

		if (subnet->prefix.family != family)
			continue;
		problem = ERR_INIT;
		r = addresses_take(joining->arena, joining->store, &joining->place, subnet,
			joining->container->id, ret, &problem);
		if (r == 0) {
			*ret_gateway = subnet->gateway;
			return 0;
		}
		if (r != -ENOSPC)
			break;
	}
	if (r < 0)
		*err = problem;
	return r;
}

static int take_addresses(struct joining *joining, struct err *err)
{
	const struct container_network *wanted = joining->wanted;
	struct endpoint *endpoint = &joining->endpoint;
	int r = wanted->ip
			? take_this(
				  joining, wanted->ip, &endpoint->address, &endpoint->gateway, err)
			: take_any(joining, AF_INET, &endpoint->address, &endpoint->gateway, err);

	if (r < 0)
		return r;
	return wanted->ip6
		       ? take_this(joining, wanted->ip6, &endpoint->address6, &endpoint->gateway6,
				 err)
		       : take_any(joining, AF_INET6, &endpoint->address6, &endpoint->gateway6, err);
}

static int choose_mac(struct joining *joining, struct err *err)
{
	const struct endpoint *endpoint = &joining->endpoint;
	uint8_t mac[ENDPOINT_MAC_BYTES];
	char text[ENDPOINT_MAC_TEXT_BYTES];

	if (joining->wanted->mac && endpoint_parse_mac(joining->wanted->mac, mac) < 0)
		return err_fail(err, EINVAL, "%s is no MAC address", joining->wanted->mac);
	if (!joining->wanted->mac)
		bridge_mac(
			endpoint->address.family ? &endpoint->address : &endpoint->address6, mac);
	endpoint_format_mac(mac, text);
	joining->endpoint.mac = arena_strdup(joining->arena, text);
	return 0;
}

static void add_name(struct joining *joining, const char *name)
{
	struct endpoint *endpoint = &joining->endpoint;

	for (size_t i = 0; i < endpoint->n_names; i++)
		if (strcmp(endpoint->names[i], name) == 0)
			return;
	ARENA_APPEND(joining->arena, endpoint->names, endpoint->n_names) = name;
}

static void add_names(struct joining *joining)
{
	const struct container_settings *settings = &joining->container->settings;

	add_name(joining, settings->name);
	add_name(joining, arena_strndup(joining->arena, settings->id, SHORT_ID_LENGTH));
	for (size_t i = 0; i < joining->wanted->n_aliases; i++)
		add_name(joining, joining->wanted->aliases[i]);
}

static void give_back(const struct joining *joining)
{
	const struct endpoint *endpoint = &joining->endpoint;

	if (endpoint->address.family)
		addresses_release(&joining->place, &endpoint->address, joining->container->id);
	if (endpoint->address6.family)
		addresses_release(&joining->place, &endpoint->address6, joining->container->id);
}

static int take(struct joining *joining, struct err *err)
{
	int r = take_addresses(joining, err);

	if (r == 0)
		r = choose_mac(joining, err);
	if (r < 0)
		give_back(joining);
	add_names(joining);
	return r;
}

/* The interface called ethNUMBER. */
static int join(struct joining *joining, unsigned number, struct err *err)
{
	struct arena *arena = joining->arena;
	struct endpoint *endpoint = &joining->endpoint;
	int r = networks_open(arena, joining->store, joining->wanted->name, &joining->place, err);

	if (r == 0)
		r = network_hold(&joining->place, joining->store, err);
	if (r < 0)
		return r;
	endpoint->network = joining->place.network.name;
	endpoint->network_id = joining->place.network.id;
	endpoint->interface = arena_printf(arena, "eth%u", number);
	endpoint->host_interface = "";
	if (joining->place.network.driver == NETWORK_DRIVER_BRIDGE)
		r = endpoint_host_interface(arena, number, &endpoint->host_interface, err);
	return r < 0 ? r : take(joining, err);
}

void networking_choose_default(
	struct arena *arena, const struct store *store, struct container_settings *settings)
{
	if (!text_is_empty(settings->network_mode) || store->has_user_namespace ||
		!capability_is_effective(CAPABILITY_NET_ADMIN))
		return;
	settings->network_mode = NETWORK_DEFAULT_NAME;
	ARENA_APPEND(arena, settings->networks, settings->n_networks) = (struct container_network){
		.name = NETWORK_DEFAULT_NAME,
	};
}

/* The first network that leads out has the default route, for each family. */
static void choose_route(const struct joining *joining, struct endpoint_list *list)
{
	struct endpoint *endpoint = &list->endpoints[list->n_endpoints - 1];

	if (joining->place.network.driver == NETWORK_DRIVER_BRIDGE) {
		endpoint->host = endpoint->gateway;
		endpoint->host6 = endpoint->gateway6;
	}
	if (names_can_be_served(&joining->place.network))
		endpoint->server = endpoint->host.family ? endpoint->host : endpoint->host6;
	if (joining->place.network.is_internal)
		endpoint->gateway = endpoint->gateway6 = (struct ip_prefix){ 0 };
	for (size_t i = 0; i + 1 < list->n_endpoints; i++) {
		if (list->endpoints[i].gateway.family)
			endpoint->gateway = (struct ip_prefix){ 0 };
		if (list->endpoints[i].gateway6.family)
			endpoint->gateway6 = (struct ip_prefix){ 0 };
	}
}

/* The first N that no interface ethN has: one in the middle may have gone. */
static unsigned free_number(struct arena *arena, const struct endpoint_list *list)
{
	unsigned number = 0;

	for (size_t i = 0; i < list->n_endpoints; i++)
		if (text_equal(
			    list->endpoints[i].interface, arena_printf(arena, "eth%u", number))) {
			number++;
			i = (size_t)-1; /* from the first one again */
		}
	return number;
}

static int join_next(
	struct joining *joining, struct endpoint_list *list, struct wiring *wiring, struct err *err)
{
	int r = join(joining, free_number(joining->arena, list), err);

	if (r < 0)
		return r;
	ARENA_APPEND(joining->arena, list->endpoints, list->n_endpoints) = joining->endpoint;
	choose_route(joining, list);
	r = endpoints_write(joining->arena, joining->container->dir_fd, list, err);
	if (r < 0) {
		give_back(joining);
		return r;
	}
	r = gate_open(joining->arena, joining->store, &joining->place.network, err);
	if (r < 0)
		return r;
	joining->endpoint = list->endpoints[list->n_endpoints - 1];
	r = wiring_add(joining->arena, wiring, &joining->place, &joining->endpoint,
		joining->container->id, err);
	if (r < 0 || !joining->endpoint.server.family)
		return r;
	r = names_write(
		joining->arena, &joining->place, &joining->endpoint, joining->container->id, err);
	if (r == 0)
		names_serve(&joining->place);
	return r;
}

int networking_join_one(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct container_network *wanted,
	struct wiring *wiring, struct err *err)
{
	struct joining joining = {
		.arena = arena,
		.store = engine->store,
		.container = container,
		.wanted = wanted,
		.place = NETWORK_PLACE_INIT,
	};
	struct endpoint_list list;
	int r = endpoints_read(arena, container->dir_fd, &list, err);

	if (r < 0)
		return r;
	r = join_next(&joining, &list, wiring, err);
	network_close(&joining.place);
	if (r < 0) {
		networking_leave_one(arena, engine->store, container, wanted->name);
		return err_while(err, "network %s", wanted->name);
	}
	return 0;
}

int networking_join(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct endpoint_list *ret, struct wiring *wiring,
	struct err *err)
{
	const struct container_settings *settings = &container->settings;
	int r = 0;

	*ret = (struct endpoint_list){ 0 };
	for (size_t i = 0; r == 0 && i < settings->n_networks; i++)
		r = networking_join_one(
			arena, engine, container, &settings->networks[i], wiring, err);
	if (r == 0 && settings->n_networks > 0)
		r = endpoints_read(arena, container->dir_fd, ret, err);
	if (r < 0)
		networking_leave(arena, engine->store, container);
	return r;
}

static void leave(struct arena *arena, const struct store *store,
	const struct engine_container *container, const struct endpoint *endpoint)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	struct err ignored = ERR_INIT; /* it has been removed */

	if (networks_find(arena, store, endpoint->network, &place, &ignored) < 0 ||
		!text_equal(place.network.id, endpoint->network_id))
		return;
	if (endpoint->address.family)
		addresses_release(&place, &endpoint->address, container->id);
	if (endpoint->address6.family)
		addresses_release(&place, &endpoint->address6, container->id);
	names_forget(&place, container->id);
}

void networking_leave(
	struct arena *arena, const struct store *store, const struct engine_container *container)
{
	struct endpoint_list list;
	struct err problem = ERR_INIT;

	if (endpoints_read(arena, container->dir_fd, &list, &problem) < 0)
		warn(&problem);
	for (size_t i = 0; i < list.n_endpoints; i++)
		leave(arena, store, container, &list.endpoints[i]);
	if (list.n_endpoints > 0)
		endpoints_forget(container->dir_fd);
}

void networking_leave_one(struct arena *arena, const struct store *store,
	const struct engine_container *container, const char *network)
{
	struct endpoint_list list, kept = { 0 };
	struct err problem = ERR_INIT;
	int r = endpoints_read(arena, container->dir_fd, &list, &problem);

	for (size_t i = 0; r == 0 && i < list.n_endpoints; i++)
		if (text_equal(list.endpoints[i].network, network))
			leave(arena, store, container, &list.endpoints[i]);
		else
			ARENA_APPEND(arena, kept.endpoints, kept.n_endpoints) = list.endpoints[i];
	if (r == 0 && kept.n_endpoints < list.n_endpoints)
		r = endpoints_write(arena, container->dir_fd, &kept, &problem);
	if (r < 0)
		warn(&problem);
}
