/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/publish.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/firewall/binding.h"
#include "engine/firewall/gate.h"
#include "engine/firewall/ports.h"
#include "sys/net_sysctl.h"
#include "sys/process.h"

/* One container, while the lock of the ports is held. */
struct publishing {
	struct arena *arena;
	const struct engine *engine;
	const struct engine_container *container;
	const struct endpoint_list *endpoints;
	struct port_list all, taken, stale;
};

/* ---- which address of the container ---- */

/* Of a bridge that leads out: what comes from elsewhere has to get back. */
static int find_bridge(struct publishing *publishing, const struct endpoint *endpoint,
	const char **ret_bridge, struct err *err)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	int r = networks_find(
		publishing->arena, publishing->engine->store, endpoint->network, &place, err);

	*ret_bridge = NULL;
	if (r == 0 && place.network.driver == NETWORK_DRIVER_BRIDGE && !place.network.is_internal)
		*ret_bridge = arena_strdup(publishing->arena, place.network.interface);
	return r;
}

static int refuse(
	const struct publishing *publishing, const struct firewall_port *port, struct err *err)
{
	err_fail(err, EINVAL,
		"port %s: the container has no %s address in a network that leads out",
		ports_host_text(publishing->arena, port),
		port->host.family == AF_INET6 ? "IPv6" : "IPv4");
	if (port->host.family == AF_INET6)
		return err_hint(err, "put it into a network that was made with --ipv6");
	return err_hint(err, "--network NAME of a bridge network that is not internal");
}

static int choose_address(struct publishing *publishing, struct firewall_port *port,
	const char **ret_bridge, struct err *err)
{
	const struct endpoint_list *list = publishing->endpoints;
	bool is_any_family = firewall_is_forwarded(port);

	for (size_t i = 0; i < list->n_endpoints; i++) {
		const struct endpoint *endpoint = &list->endpoints[i];
		const struct ip_prefix *address = port->host.family == AF_INET6
							  ? &endpoint->address6
							  : &endpoint->address;
		int r;

		if (!address->family && is_any_family)
			address = &endpoint->address;
		if (!address->family)
			continue;
		r = find_bridge(publishing, endpoint, ret_bridge, err);
		if (r < 0)
			return r;
		if (!*ret_bridge)
			continue;
		port->container = *address;
		port->container.length = 8 * ip_prefix_n_bytes(address);
		return 0;
	}
	return refuse(publishing, port, err);
}

/* What the host sends to its own 127.0.0.1 leaves by the bridge, and what comes back to it arrives
 * there: only this interface takes that, and nothing of it from outside (rules.c, "guard"). */
static int route_loopback(const struct firewall_port *port, const char *bridge, struct err *err)
{
	if (port->host.family != AF_INET ||
		(!firewall_is_loopback(&port->host) && !firewall_is_any(&port->host)))
		return 0;
	return net_sysctl_write("ipv4", bridge, "route_localnet", "1", err);
}

/* ---- taking ---- */

static void forget_stale(struct publishing *publishing)
{
	struct err failure = ERR_INIT;

	for (size_t i = 0; i < publishing->stale.n_entries; i++) {
		const struct port_entry *entry = &publishing->stale.entries[i];

		if (firewall_is_forwarded(&entry->port))
			forwarder_stop(entry);
		else if (firewall_remove_ports(publishing->arena, &entry->port, 1, &failure) < 0)
			warn(&failure);
	}
	publishing->stale.n_entries = 0;
}

/* The first of the range that is free. */
static int take_of_range(struct publishing *publishing, struct port_entry *entry,
	const struct binding_range *range, struct err *err)
{
	struct err failure = ERR_INIT;
	int r = -EADDRINUSE;

	for (unsigned port = range->first; r == -EADDRINUSE && port <= range->last; port++) {
		entry->port.host_port = (uint16_t)port;
		failure = ERR_INIT;
		r = ports_take(publishing->arena, publishing->engine, &publishing->all, entry,
			&publishing->stale, &failure);
	}
	if (r < 0)
		*err = failure;
	return r;
}

static int take_one(
	struct publishing *publishing, const struct container_port *wanted, struct err *err)
{
	struct port_entry entry = { .owner = publishing->container->id };
	struct binding_target target;
	struct binding_range range;
	const char *bridge = NULL;
	int r = binding_resolve(wanted, &entry.port.host, &range, &target, err);

	if (r < 0)
		return r;
	entry.port.host_port = range.first;
	entry.port.protocol = target.protocol;
	entry.port.container_port = target.port;
	r = choose_address(publishing, &entry.port, &bridge, err);
	if (r == 0)
		r = take_of_range(publishing, &entry, &range, err);
	if (r < 0)
		return r;
	ARENA_APPEND(
		publishing->arena, publishing->taken.entries, publishing->taken.n_entries) = entry;
	return route_loopback(&entry.port, bridge, err);
}

/* Those that nftables has to know, of the entries. */
static void select_translated(struct arena *arena, const struct port_list *entries,
	struct firewall_port **ret, size_t *ret_n)
{
	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 0; i < entries->n_entries; i++) {
		if (!firewall_is_forwarded(&entries->entries[i].port))
			ARENA_APPEND(arena, *ret, *ret_n) = entries->entries[i].port;
	}
}

static int translate(struct publishing *publishing, struct err *err)
{
	struct err failure = ERR_INIT;
	struct firewall_port *ports;
	size_t n;
	int r;

	select_translated(publishing->arena, &publishing->taken, &ports, &n);
	r = firewall_add_ports(publishing->arena, ports, n, &failure);
	if (r == -ENOENT)
		return gate_fill(publishing->arena, publishing->engine->store, err);
	if (r < 0)
		*err = failure;
	return r;
}

static int give_back(struct arena *arena, const struct store *store,
	const struct port_list *entries, struct err *err)
{
	struct firewall_port *ports;
	size_t n;
	int r;

	select_translated(arena, entries, &ports, &n);
	r = firewall_remove_ports(arena, ports, n, err);
	for (size_t i = 0; i < entries->n_entries; i++) {
		const struct port_entry *entry = &entries->entries[i];
		struct err failure = ERR_INIT;

		forwarder_stop(entry);
		if (ports_release(store, entry, &failure) < 0)
			warn(&failure);
	}
	return r;
}

static int take_all(struct publishing *publishing, const struct container_port *wanted,
	size_t n_wanted, struct err *err)
{
	struct err failure = ERR_INIT;
	int r = ports_list(
		publishing->arena, publishing->engine->store, NULL, &publishing->all, err);

	for (size_t i = 0; r == 0 && i < n_wanted; i++)
		r = take_one(publishing, &wanted[i], err);
	forget_stale(publishing);
	if (r == 0)
		r = translate(publishing, err);
	if (r < 0 && give_back(publishing->arena, publishing->engine->store, &publishing->taken,
			     &failure) < 0)
		warn(&failure);
	return r;
}

/* ---- a container's start and end ---- */

static bool is_bound(const struct container_settings *settings, const char *target)
{
	for (size_t i = 0; i < settings->n_ports; i++) {
		if (text_equal(settings->ports[i].target, target))
			return true;
	}
	return false;
}

/* What was asked for, and with --publish-all what the container says it listens to. */
static void list_wanted(struct arena *arena, const struct container_settings *settings,
	struct container_port **ret, size_t *ret_n)
{
	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 0; i < settings->n_ports; i++)
		ARENA_APPEND(arena, *ret, *ret_n) = settings->ports[i];
	for (size_t i = 0; settings->publish_all_ports && i < settings->n_exposed_ports; i++) {
		if (!is_bound(settings, settings->exposed_ports[i]))
			ARENA_APPEND(arena, *ret, *ret_n) = (struct container_port){
				.target = settings->exposed_ports[i]
			};
	}
}

static bool has_ports(const struct container_settings *settings)
{
	return settings->n_ports > 0 ||
	       (settings->publish_all_ports && settings->n_exposed_ports > 0);
}

static void warn_of_network(const struct container_settings *settings)
{
	struct err note = ERR_INIT;

	err_fail(&note, EINVAL, "with --network %s no ports are published",
		settings->network_mode ? settings->network_mode : "none");
	warn(&note);
}

int publish_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct endpoint_list *endpoints,
	struct err *err)
{
	struct publishing publishing = {
		.arena = arena,
		.engine = engine,
		.container = container,
		.endpoints = endpoints,
	};
	struct container_port *wanted;
	AUTO_FD int lock = -1;
	size_t n;
	int r;

	if (!has_ports(&container->settings))
		return 0;
	if (endpoints->n_endpoints == 0) {
		warn_of_network(&container->settings);
		return 0;
	}
	list_wanted(arena, &container->settings, &wanted, &n);
	r = ports_lock(engine->store, &lock, err);
	return r < 0 ? r : take_all(&publishing, wanted, n, err);
}

static int forward_each(struct arena *arena, const struct engine *engine, struct port_list *entries,
	pid_t pid, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < entries->n_entries; i++) {
		struct port_entry *entry = &entries->entries[i];

		if (!firewall_is_forwarded(&entry->port) ||
			(entry->forwarder > 0 &&
				process_is_alive(entry->forwarder, entry->forwarder_start)))
			continue;
		r = forwarder_start(arena, entry, pid, err);
		if (r == 0)
			r = ports_note_forwarder(engine->store, entry, err);
		if (r < 0)
			forwarder_stop(entry);
	}
	return r;
}

bool publish_has_forwarded(const struct container_settings *settings)
{
	for (size_t i = 0; i < settings->n_ports; i++) {
		if (text_equal(settings->ports[i].host_ip, "::1"))
			return true;
	}
	return false;
}

int publish_forward(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct err *err)
{
	struct port_list entries;
	AUTO_FD int lock = -1;
	int r;

	if (!publish_has_forwarded(&container->settings))
		return 0;
	r = ports_lock(engine->store, &lock, err);
	if (r == 0)
		r = ports_list(arena, engine->store, container->id, &entries, err);
	return r < 0 ? r : forward_each(arena, engine, &entries, pid, err);
}

void publish_close(
	struct arena *arena, const struct store *store, const struct engine_container *container)
{
	struct err failure = ERR_INIT;
	struct port_list entries;
	AUTO_FD int lock = -1;
	int r;

	if (!has_ports(&container->settings))
		return;
	r = ports_lock(store, &lock, &failure);
	if (r == 0)
		r = ports_list(arena, store, container->id, &entries, &failure);
	if (r == 0)
		r = give_back(arena, store, &entries, &failure);
	if (r < 0)
		warn(&failure);
}

static int route_again(
	struct publishing *publishing, const struct port_entry *entry, struct err *err)
{
	for (size_t i = 0; i < publishing->endpoints->n_endpoints; i++) {
		const struct endpoint *endpoint = &publishing->endpoints->endpoints[i];
		const char *bridge;
		int r;

		if (endpoint->address.family != entry->port.container.family ||
			ip_prefix_compare(&endpoint->address, &entry->port.container) != 0)
			continue;
		r = find_bridge(publishing, endpoint, &bridge, err);
		return r < 0 || !bridge ? r : route_loopback(&entry->port, bridge, err);
	}
	return 0;
}

int publish_mend(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct err *err)
{
	struct endpoint_list endpoints;
	struct publishing publishing = {
		.arena = arena,
		.engine = engine,
		.container = container,
		.endpoints = &endpoints,
	};
	struct port_list entries;
	int r;

	if (!has_ports(&container->settings))
		return 0;
	r = endpoints_read(arena, container->dir_fd, &endpoints, err);
	if (r == 0)
		r = ports_list(arena, engine->store, container->id, &entries, err);
	for (size_t i = 0; r == 0 && i < entries.n_entries; i++)
		r = route_again(&publishing, &entries.entries[i], err);
	return r < 0 ? r : publish_forward(arena, engine, container, pid, err);
}

int publish_forget(struct arena *arena, const struct store *store, const struct port_entry *entry,
	struct err *err)
{
	struct port_entry one = *entry;
	const struct port_list list = { .entries = &one, .n_entries = 1 };
	AUTO_FD int lock = -1;
	int r = ports_lock(store, &lock, err);

	return r < 0 ? r : give_back(arena, store, &list, err);
}

/* ---- while it runs ---- */

/* Is this setting what was written? What is not said there is any. */
static bool is_named(const struct container_port *setting, const struct container_port *wanted)
{
	const char *address = setting->host_ip ? setting->host_ip : "127.0.0.1";

	return text_equal(setting->target, wanted->target) &&
	       (!wanted->host_ip || text_equal(address, wanted->host_ip)) &&
	       (!wanted->host_port || !setting->host_port ||
		       text_equal(setting->host_port, wanted->host_port));
}

/* As it became: what was left to hull is fixed now, so that it can be named. */
static void append_setting(
	struct arena *arena, struct container_settings *settings, const struct firewall_port *port)
{
	const struct binding_target target = { port->protocol, port->container_port };
	char address[IP_PREFIX_TEXT_BYTES];

	ip_address_format(&port->host, address);
	ARENA_APPEND(arena, settings->ports, settings->n_ports) = (struct container_port){
		.target = binding_target_text(arena, &target),
		.host_ip = arena_strdup(arena, address),
		.host_port = arena_printf(arena, "%u", port->host_port),
	};
}

int publish_add(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_port *ports, size_t n_ports,
	pid_t pid, struct err *err)
{
	struct endpoint_list endpoints;
	struct publishing publishing = {
		.arena = arena,
		.engine = engine,
		.container = container,
		.endpoints = &endpoints,
	};
	struct container_settings kept = container->settings;
	struct err failure = ERR_INIT;
	AUTO_FD int lock = -1;
	int r = endpoints_read(arena, container->dir_fd, &endpoints, err);

	if (r == 0)
		r = ports_lock(engine->store, &lock, err);
	if (r == 0)
		r = take_all(&publishing, ports, n_ports, err);
	if (r < 0)
		return r;
	container->settings.ports = NULL;
	container->settings.n_ports = 0;
	for (size_t i = 0; i < kept.n_ports; i++)
		ARENA_APPEND(arena, container->settings.ports,
			container->settings.n_ports) = kept.ports[i];
	for (size_t i = 0; i < publishing.taken.n_entries; i++)
		append_setting(arena, &container->settings, &publishing.taken.entries[i].port);
	r = containers_write_settings(arena, container, err);
	if (r == 0)
		r = forward_each(arena, engine, &publishing.taken, pid, err);
	if (r == 0)
		return 0;
	container->settings = kept;
	if (give_back(arena, engine->store, &publishing.taken, &failure) < 0 ||
		containers_write_settings(arena, container, &failure) < 0)
		warn(&failure);
	return r;
}

/* Which of its entries is meant: by what was written of it. */
static bool is_meant(const struct container_port *wanted, const struct port_entry *entry)
{
	struct binding_target target;
	struct binding_range range;
	struct ip_prefix host;
	struct err ignored = ERR_INIT;

	return binding_resolve(wanted, &host, &range, &target, &ignored) == 0 &&
	       target.port == entry->port.container_port &&
	       target.protocol == entry->port.protocol &&
	       (!wanted->host_ip || (host.family == entry->port.host.family &&
					    ip_prefix_compare(&host, &entry->port.host) == 0)) &&
	       (range.first == 0 || (range.first <= entry->port.host_port &&
					    entry->port.host_port <= range.last));
}

static int select_meant(struct arena *arena, const struct port_list *entries,
	const struct container_port *wanted, struct port_list *meant, struct err *err)
{
	size_t n_before = meant->n_entries;

	for (size_t i = 0; i < entries->n_entries; i++) {
		if (is_meant(wanted, &entries->entries[i]))
			ARENA_APPEND(arena, meant->entries, meant->n_entries) = entries->entries[i];
	}
	if (meant->n_entries > n_before)
		return 0;
	return err_fail(err, ENOENT, "port %s%s%s is not published", wanted->target,
		wanted->host_port ? " on the host's port " : "",
		wanted->host_port ? wanted->host_port : "");
}

static void drop_settings(struct arena *arena, struct container_settings *settings,
	const struct container_port *ports, size_t n_ports)
{
	struct container_port *left = NULL;
	size_t n_left = 0;

	for (size_t i = 0; i < settings->n_ports; i++) {
		bool is_dropped = false;

		for (size_t k = 0; k < n_ports; k++)
			is_dropped |= is_named(&settings->ports[i], &ports[k]);
		if (!is_dropped)
			ARENA_APPEND(arena, left, n_left) = settings->ports[i];
	}
	settings->ports = left;
	settings->n_ports = n_left;
}

int publish_remove(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_port *ports, size_t n_ports,
	struct err *err)
{
	struct port_list entries, meant = { 0 };
	AUTO_FD int lock = -1;
	int r = ports_lock(engine->store, &lock, err);

	if (r == 0)
		r = ports_list(arena, engine->store, container->id, &entries, err);
	for (size_t i = 0; r == 0 && i < n_ports; i++)
		r = select_meant(arena, &entries, &ports[i], &meant, err);
	if (r == 0)
		r = give_back(arena, engine->store, &meant, err);
	if (r < 0)
		return r;
	drop_settings(arena, &container->settings, ports, n_ports);
	return containers_write_settings(arena, container, err);
}
