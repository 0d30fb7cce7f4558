/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/listing.h"
#include "engine/network/network.h"

enum { SHORT_ID_LENGTH = 12 };

struct network_ls_options {
	bool quiet, no_trunc;
	const char *format;
	struct option_list filters;
};

#define O struct network_ls_options

static const struct option_spec network_ls_option_table[] = {
	OPTION_LIST(O, filters, "filter", .letter = 'f', .argument = "KEY=VALUE",
		.help = "only those with name=TEXT, id=BEGIN, driver=NAME, label=KEY[=VALUE], "
			"internal=true|false"),
	OPTION_STRING(O, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_FLAG(O, no_trunc, "no-trunc", .help = "whole ids"),
	OPTION_FLAG(O, quiet, "quiet", .letter = 'q', .help = "only the ids"),
	OPTION_END,
};

/* "KEY" or "KEY=VALUE" */
static bool has_label(const struct network *network, const char *wanted)
{
	size_t length = strcspn(wanted, "=");

	for (size_t i = 0; i < network->n_labels; i++)
		if (strlen(network->labels[i].key) == length &&
			strncmp(network->labels[i].key, wanted, length) == 0 &&
			(!wanted[length] ||
				text_equal(network->labels[i].value, wanted + length + 1)))
			return true;
	return false;
}

static int takes(const struct network *network, const char *filter, bool *ret, struct err *err)
{
	size_t length = strcspn(filter, "=");
	const char *value = filter[length] ? filter + length + 1 : "";

	if (text_has_prefix(filter, "name="))
		*ret = strstr(network->name, value);
	else if (text_has_prefix(filter, "id="))
		*ret = text_has_prefix(network->id, value);
	else if (text_has_prefix(filter, "driver="))
		*ret = text_equal(network_driver_name(network->driver), value);
	else if (text_has_prefix(filter, "label="))
		*ret = has_label(network, value);
	else if (text_has_prefix(filter, "internal="))
		*ret = text_equal(network->is_internal ? "true" : "false", value);
	else {
		err_fail(err, EINVAL, "--filter %s: no such filter", filter);
		return err_hint(err, "name, id, driver, label, internal");
	}
	return 0;
}

static int is_wanted(
	struct command_call *call, const struct network *network, bool *ret, struct err *err)
{
	const struct network_ls_options *options = call->options;

	*ret = true;
	for (size_t i = 0; i < options->filters.n_items; i++) {
		bool is_taken = false;
		int r = takes(network, options->filters.items[i], &is_taken, err);

		if (r < 0)
			return r;
		*ret &= is_taken;
	}
	return 0;
}

static const char *subnets_text(struct arena *arena, const struct network *network)
{
	const char *text = "";

	for (size_t i = 0; i < network->n_subnets; i++) {
		char subnet[IP_PREFIX_TEXT_BYTES];

		ip_prefix_format(&network->subnets[i].prefix, subnet);
		text = arena_printf(arena, "%s%s%s", text, i ? " " : "", subnet);
	}
	return text;
}

static const char *labels_text(struct arena *arena, const struct network *network)
{
	const char *text = "";

	for (size_t i = 0; i < network->n_labels; i++)
		text = arena_printf(arena, "%s%s%s=%s", text, i ? "," : "", network->labels[i].key,
			network->labels[i].value);
	return text;
}

static void write_row(
	struct command_call *call, struct json_writer *writer, const struct network *network)
{
	const struct network_ls_options *options = call->options;

	json_write_object(writer, NULL);
	json_write_string(writer, "ID",
		options->no_trunc ? network->id
				  : arena_strndup(call->arena, network->id, SHORT_ID_LENGTH));
	json_write_string(writer, "Name", network->name);
	json_write_string(writer, "Driver", network_driver_name(network->driver));
	json_write_string(writer, "Scope", "local");
	json_write_string(writer, "Interface", network->interface);
	json_write_string(writer, "Subnets", subnets_text(call->arena, network));
	json_write_bool(writer, "Internal", network->is_internal);
	json_write_bool(writer, "IPv6", network->has_ip6);
	json_write_string(writer, "Labels", labels_text(call->arena, network));
	json_write_string(writer, "CreatedAt", network->created);
	json_write_end(writer);
}

static int write_listing(struct command_call *call, const struct json_value *rows, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "NETWORK ID", "ID", false },
		{ "NAME", "Name", false },
		{ "DRIVER", "Driver", false },
		{ "SCOPE", "Scope", true },
		{ "INTERFACE", "Interface", false },
		{ "SUBNETS", "Subnets", false },
		{ "INTERNAL", "Internal", true },
		{ "IPV6", "IPv6", true },
		{ "LABELS", "Labels", true },
		{ "CREATED AT", "CreatedAt", true },
		{ NULL, NULL, false },
	};
	const struct network_ls_options *options = call->options;
	const struct listing listing = { columns, rows, options->format };

	if (!options->quiet)
		return listing_write(call->arena, &listing, call->out, err);
	for (size_t i = 0; i < rows->length; i++)
		fprintf(call->out, "%s\n", json_member(&rows->elements[i], "ID")->text);
	return 0;
}

static int network_ls_run(struct command_call *call, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	AUTO_MAKING making = MAKING_INIT;
	const struct json_value *rows;
	struct network *networks;
	size_t n = 0, length;
	const char *text;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = networks_list(call->arena, &making.store, &networks, &n, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n; i++) {
		bool is_shown;

		r = is_wanted(call, &networks[i], &is_shown, err);
		if (r < 0)
			return r;
		if (is_shown)
			write_row(call, &writer, &networks[i]);
	}
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &rows, err);
	return r < 0 ? r : write_listing(call, rows, err);
}

const struct command engine_command_network_ls = {
	.name = "network ls",
	.summary = "show networks",
	.description = "The default network, bridge, is there from the first container on that is "
		       "in it. A template may name ID, Name, Driver, Scope, Interface, Subnets, "
		       "Internal, IPv6, Labels and CreatedAt.",
	.options = network_ls_option_table,
	.options_size = sizeof(O),
	.run = network_ls_run,
};
