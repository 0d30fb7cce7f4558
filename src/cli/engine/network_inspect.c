/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/template.h"
#include "engine/container/network_members.h"

struct network_inspect_options {
	const char *format;
};

static const struct option_spec network_inspect_option_table[] = {
	OPTION_STRING(struct network_inspect_options, format, "format", .letter = 'f',
		.argument = "FORMAT", .help = "json (on one line), or a template"),
	OPTION_END,
};

static void write_prefix(struct json_writer *writer, const char *key,
	const struct ip_prefix *prefix, bool is_address)
{
	char text[IP_PREFIX_TEXT_BYTES] = "";

	if (prefix->family && is_address)
		ip_address_format(prefix, text);
	else if (prefix->family)
		ip_prefix_format(prefix, text);
	json_write_string(writer, key, text);
}

static void write_addresses(struct json_writer *writer, const struct network *network)
{
	json_write_object(writer, "IPAM");
	json_write_string(writer, "Driver", "default");
	json_write_list(writer, "Config");
	for (size_t i = 0; i < network->n_subnets; i++) {
		const struct network_subnet *subnet = &network->subnets[i];

		json_write_object(writer, NULL);
		write_prefix(writer, "Subnet", &subnet->prefix, false);
		if (subnet->range.family)
			write_prefix(writer, "IPRange", &subnet->range, false);
		if (subnet->gateway.family)
			write_prefix(writer, "Gateway", &subnet->gateway, true);
		json_write_end(writer);
	}
	json_write_end(writer);
	json_write_end(writer);
}

static void write_members(
	struct json_writer *writer, const struct network_member *members, size_t n)
{
	json_write_object(writer, "Containers");
	for (size_t i = 0; i < n; i++) {
		const struct endpoint *endpoint = &members[i].endpoint;

		json_write_object(writer, members[i].id);
		json_write_string(writer, "Name", members[i].name);
		json_write_string(writer, "Interface", endpoint->interface);
		json_write_string(writer, "HostInterface", endpoint->host_interface);
		json_write_string(writer, "MacAddress", endpoint->mac);
		write_prefix(writer, "IPv4Address", &endpoint->address, false);
		write_prefix(writer, "IPv6Address", &endpoint->address6, false);
		json_write_strings(writer, "Names", endpoint->names, endpoint->n_names);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_pairs(
	struct json_writer *writer, const char *key, const struct oci_key_value *pairs, size_t n)
{
	json_write_object(writer, key);
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, pairs[i].key, pairs[i].value);
	json_write_end(writer);
}

static int write_network(struct command_call *call, const struct engine *engine,
	struct json_writer *writer, const char *name, struct err *err)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	const struct network *network = &place.network;
	struct network_member *members;
	size_t n;
	int r = networks_find(call->arena, engine->store, name, &place, err);

	if (r == 0)
		r = network_members_list(call->arena, engine, &place, &members, &n, err);
	if (r < 0)
		return r;
	json_write_object(writer, NULL);
	json_write_string(writer, "Name", network->name);
	json_write_string(writer, "Id", network->id);
	json_write_string(writer, "Created", network->created);
	json_write_string(writer, "Scope", "local");
	json_write_string(writer, "Driver", network_driver_name(network->driver));
	json_write_string(writer, "Interface", network->interface);
	json_write_bool(writer, "EnableIPv6", network->has_ip6);
	json_write_bool(writer, "Internal", network->is_internal);
	json_write_bool(writer, "Isolated", network->is_isolated);
	write_addresses(writer, network);
	write_members(writer, members, n);
	write_pairs(writer, "Options", network->options, network->n_options);
	write_pairs(writer, "Labels", network->labels, network->n_labels);
	json_write_end(writer);
	return 0;
}

/* What is found is shown, even when something else is not there. */
static int write_all(struct command_call *call, const struct engine *engine,
	struct json_writer *writer, struct err *err)
{
	int first = 0;

	json_write_list(writer, NULL);
	for (size_t i = 0; i < call->n_args; i++) {
		struct err problem = ERR_INIT;
		int r = write_network(call, engine, writer, call->args[i], &problem);

		if (r < 0 && first == 0) {
			first = r;
			*err = problem;
		}
	}
	json_write_end(writer);
	return first;
}

static int show(struct command_call *call, struct json_writer *writer, struct err *err)
{
	const struct network_inspect_options *options = call->options;
	const struct json_value *values;
	size_t length;
	const char *text = json_write_text(writer, &length);
	int r = 0;

	if (text_is_empty(options->format)) {
		fprintf(call->out, "%s\n", text);
		return 0;
	}
	r = json_parse(call->arena, text, length, &values, err);
	for (size_t i = 0; r == 0 && i < values->length; i++) {
		const char *line = NULL;

		if (text_equal(options->format, "json"))
			line = template_json(call->arena, &values->elements[i]);
		else
			r = template_render(
				call->arena, options->format, &values->elements[i], &line, err);
		if (r == 0)
			fprintf(call->out, "%s\n", line);
	}
	return r;
}

static int network_inspect_run(struct command_call *call, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, "    ");
	AUTO_MAKING making = MAKING_INIT;
	struct err problem = ERR_INIT;
	int r = making_open(call, &making, err);

	if (r < 0)
		return r;
	r = write_all(call, &making.engine, &writer, err);
	if (show(call, &writer, &problem) < 0 && r == 0) {
		*err = problem;
		r = -err->code;
	}
	return r;
}

const struct command engine_command_network_inspect = {
	.name = "network inspect",
	.arguments = "NETWORK...",
	.summary = "show everything about networks, and who is in them",
	.options = network_inspect_option_table,
	.options_size = sizeof(struct network_inspect_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = network_inspect_run,
};
