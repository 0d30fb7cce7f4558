/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/settings_ports.h"

#include "base/text.h"

static const struct json_field binding_fields[] = {
	JSON_STRING(struct container_port, "HostIp", host_ip, .empty_is_absent = true),
	JSON_STRING(struct container_port, "HostPort", host_port, .empty_is_absent = true),
	{ .name = NULL },
};

int settings_read_exposed_ports(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	struct container_settings *settings = target;

	if (value->kind != JSON_KIND_OBJECT)
		return json_fail_value(reader, value, err, "an object");
	for (size_t i = 0; i < value->length; i++)
		ARENA_APPEND(reader->arena, settings->exposed_ports,
			settings->n_exposed_ports) = value->members[i].key;
	return 0;
}

static int read_bindings_of(struct json_reader *reader, const struct json_member *member,
	struct container_settings *settings, struct err *err)
{
	if (member->value.kind != JSON_KIND_ARRAY)
		return json_fail_value(reader, &member->value, err, "a list");
	for (size_t i = 0; i < member->value.length; i++) {
		struct container_port port = { .target = member->key };
		int r;

		json_enter_element(reader, i);
		r = json_read_object(
			reader, &member->value.elements[i], binding_fields, &port, err);
		if (r < 0)
			return r;
		json_leave(reader);
		ARENA_APPEND(reader->arena, settings->ports, settings->n_ports) = port;
	}
	return 0;
}

int settings_read_port_bindings(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	if (value->kind != JSON_KIND_OBJECT)
		return json_fail_value(reader, value, err, "an object");
	for (size_t i = 0; i < value->length; i++) {
		int r;

		json_enter_member(reader, value->members[i].key);
		r = read_bindings_of(reader, &value->members[i], target, err);
		if (r < 0)
			return r;
		json_leave(reader);
	}
	return 0;
}

void settings_write_exposed_ports(
	struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "ExposedPorts");
	for (size_t i = 0; i < settings->n_exposed_ports; i++) {
		json_write_object(writer, settings->exposed_ports[i]);
		json_write_end(writer);
	}
	json_write_end(writer);
}

/* Is there none of this target in front of it? */
static bool is_first(const struct container_settings *settings, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (text_equal(settings->ports[i].target, settings->ports[index].target))
			return false;
	}
	return true;
}

static void write_bindings_of(
	struct json_writer *writer, const struct container_settings *settings, const char *target)
{
	json_write_list(writer, target);
	for (size_t i = 0; i < settings->n_ports; i++) {
		const struct container_port *port = &settings->ports[i];

		if (!text_equal(port->target, target))
			continue;
		json_write_object(writer, NULL);
		json_write_string(writer, "HostIp", port->host_ip ? port->host_ip : "");
		json_write_string(writer, "HostPort", port->host_port ? port->host_port : "");
		json_write_end(writer);
	}
	json_write_end(writer);
}

void settings_write_port_bindings(
	struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "PortBindings");
	for (size_t i = 0; i < settings->n_ports; i++) {
		if (is_first(settings, i))
			write_bindings_of(writer, settings, settings->ports[i].target);
	}
	json_write_end(writer);
}
