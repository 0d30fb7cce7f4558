/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/network_settings.h"

#include "base/text.h"
#include "engine/firewall/binding.h"
#include "engine/firewall/ports.h"
#include "engine/network/endpoint.h"

static void write_address(
	struct json_writer *writer, const char *key, const struct ip_prefix *address)
{
	char text[IP_PREFIX_TEXT_BYTES] = "";

	if (address->family)
		ip_address_format(address, text);
	json_write_string(writer, key, text);
}

/* As members of the object that is being written. */
static void write_endpoint(struct json_writer *writer, const struct endpoint *endpoint)
{
	write_address(writer, "IPAddress", &endpoint->address);
	json_write_u64(writer, "IPPrefixLen", endpoint->address.length);
	write_address(writer, "Gateway", &endpoint->gateway);
	write_address(writer, "GlobalIPv6Address", &endpoint->address6);
	json_write_u64(writer, "GlobalIPv6PrefixLen", endpoint->address6.length);
	write_address(writer, "IPv6Gateway", &endpoint->gateway6);
	json_write_string(writer, "MacAddress", endpoint->mac ? endpoint->mac : "");
}

static void write_networks(struct json_writer *writer, const struct endpoint_list *list)
{
	json_write_object(writer, "Networks");
	for (size_t i = 0; i < list->n_endpoints; i++) {
		const struct endpoint *endpoint = &list->endpoints[i];

		json_write_object(writer, endpoint->network);
		json_write_string(writer, "NetworkID", endpoint->network_id);
		json_write_string(writer, "Interface", endpoint->interface);
		json_write_string(writer, "HostInterface", endpoint->host_interface);
		json_write_strings(writer, "DNSNames", endpoint->names, endpoint->n_names);
		write_endpoint(writer, endpoint);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static const char *target_of(struct arena *arena, const struct firewall_port *port)
{
	return arena_printf(
		arena, "%u/%s", port->container_port, firewall_protocol_name(port->protocol));
}

/* Sorted: those of one port of the container, which can be published several times, are
 * neighbours. */
static void write_ports(
	struct arena *arena, struct json_writer *writer, const struct port_list *ports)
{
	const char *target = "";

	json_write_object(writer, "Ports");
	for (size_t i = 0; i < ports->n_entries; i++) {
		const struct firewall_port *port = &ports->entries[i].port;
		const char *next = target_of(arena, port);

		if (!text_equal(next, target)) {
			if (i > 0)
				json_write_end(writer);
			json_write_list(writer, next);
			target = next;
		}
		json_write_object(writer, NULL);
		write_address(writer, "HostIp", &port->host);
		json_write_string(writer, "HostPort", arena_printf(arena, "%u", port->host_port));
		json_write_end(writer);
	}
	if (ports->n_entries > 0)
		json_write_end(writer);
	json_write_end(writer);
}

void network_settings_write(struct arena *arena, const struct store *store,
	struct json_writer *writer, const struct engine_container *container)
{
	static const struct endpoint none;
	struct endpoint_list list = { 0 };
	struct port_list ports = { 0 };
	struct err ignored = ERR_INIT; /* then there are none to show */

	if (endpoints_read(arena, container->dir_fd, &list, &ignored) < 0)
		list.n_endpoints = 0;
	if (ports_list(arena, store, container->id, &ports, &ignored) < 0)
		ports.n_entries = 0;
	json_write_object(writer, "NetworkSettings");
	write_endpoint(writer, list.n_endpoints > 0 ? &list.endpoints[0] : &none);
	write_ports(arena, writer, &ports);
	write_networks(writer, &list);
	json_write_end(writer);
}
