/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/ports_text.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "engine/firewall/binding.h"

const char *ports_reach(const struct firewall_port *port)
{
	if (firewall_is_loopback(&port->host))
		return "host";
	return firewall_is_any(&port->host) ? "everybody" : "network";
}

/* The next port number on both sides, of the same address. */
static bool follows(const struct firewall_port *a, const struct firewall_port *b)
{
	return a->protocol == b->protocol && a->host.family == b->host.family &&
	       ip_prefix_compare(&a->host, &b->host) == 0 && b->host_port == a->host_port + 1 &&
	       b->container_port == a->container_port + 1;
}

static const char *range_text(struct arena *arena, unsigned first, unsigned last)
{
	return first == last ? arena_printf(arena, "%u", first)
			     : arena_printf(arena, "%u-%u", first, last);
}

static const char *published_text(
	struct arena *arena, const struct firewall_port *first, const struct firewall_port *last)
{
	char address[IP_PREFIX_TEXT_BYTES];

	ip_address_format(&first->host, address);
	return arena_printf(arena,
		first->host.family == AF_INET6 ? "[%s]:%s->%s/%s" : "%s:%s->%s/%s", address,
		range_text(arena, first->host_port, last->host_port),
		range_text(arena, first->container_port, last->container_port),
		firewall_protocol_name(first->protocol));
}

static const char *join(struct arena *arena, const char *text, const char *next)
{
	return text[0] ? arena_printf(arena, "%s, %s", text, next) : next;
}

static bool is_published(const struct port_list *own, const char *exposed)
{
	struct binding_target target;

	if (binding_read_target(exposed, &target) < 0)
		return true;
	for (size_t i = 0; i < own->n_entries; i++) {
		const struct firewall_port *port = &own->entries[i].port;

		if (port->container_port == target.port && port->protocol == target.protocol)
			return true;
	}
	return false;
}

const char *ports_text(
	struct arena *arena, const struct engine_container *container, const struct port_list *all)
{
	struct port_list own = { 0 };
	const char *text = "";

	for (size_t i = 0; i < all->n_entries; i++) {
		if (text_equal(all->entries[i].owner, container->id))
			ARENA_APPEND(arena, own.entries, own.n_entries) = all->entries[i];
	}
	for (size_t i = 0; i < own.n_entries; i++) {
		size_t first = i;

		while (i + 1 < own.n_entries &&
			follows(&own.entries[i].port, &own.entries[i + 1].port))
			i++;
		text = join(arena, text,
			published_text(arena, &own.entries[first].port, &own.entries[i].port));
	}
	for (size_t i = 0; i < container->settings.n_exposed_ports; i++) {
		if (!is_published(&own, container->settings.exposed_ports[i]))
			text = join(arena, text, container->settings.exposed_ports[i]);
	}
	return text;
}
