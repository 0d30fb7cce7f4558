/* SPDX-License-Identifier: Apache-2.0 */
/* port, port add and port rm. */
#include <errno.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/making.h"
#include "cli/engine/ports_text.h"
#include "engine/container/stop.h"
#include "engine/firewall/binding.h"
#include "engine/firewall/publish.h"

struct port_options {
	const char *format;
};

static const struct option_spec port_option_table[] = {
	OPTION_CHOICE(struct port_options, format, "format", .argument = "text|json",
		.help = "how it is written (default: text)"),
	OPTION_END,
};

static const char *target_text(struct arena *arena, const struct firewall_port *port)
{
	const struct binding_target target = { port->protocol, port->container_port };

	return binding_target_text(arena, &target);
}

static bool is_wanted(struct arena *arena, const struct port_entry *entry, const char *wanted)
{
	return !wanted || text_equal(target_text(arena, &entry->port), wanted);
}

static void write_json(struct command_call *call, const struct port_list *list, const char *wanted)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < list->n_entries; i++) {
		const struct firewall_port *port = &list->entries[i].port;
		char address[IP_PREFIX_TEXT_BYTES];

		if (!is_wanted(call->arena, &list->entries[i], wanted))
			continue;
		ip_address_format(&port->host, address);
		json_write_object(&writer, NULL);
		json_write_string(&writer, "Target", target_text(call->arena, port));
		json_write_string(&writer, "HostIp", address);
		json_write_string(
			&writer, "HostPort", arena_printf(call->arena, "%u", port->host_port));
		json_write_string(&writer, "Reach", ports_reach(port));
		json_write_end(&writer);
	}
	json_write_end(&writer);
	fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
}

/* As docker port has it: the whole list names each port, one port only where it is. */
static size_t write_text(
	struct command_call *call, const struct port_list *list, const char *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_entries; i++) {
		const struct port_entry *entry = &list->entries[i];

		if (!is_wanted(call->arena, entry, wanted))
			continue;
		n++;
		if (wanted)
			fprintf(call->out, "%s\n", ports_host_text(call->arena, &entry->port));
		else
			fprintf(call->out, "%s -> %s\n", target_text(call->arena, &entry->port),
				ports_host_text(call->arena, &entry->port));
	}
	return n;
}

static int show_ports(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	const struct port_options *options = call->options;
	struct binding_target target;
	const char *wanted = NULL;
	struct port_list list;
	size_t n;
	int r;

	if (call->n_args > 1) {
		if (binding_read_target(call->args[1], &target) < 0)
			return err_fail(err, EINVAL, "%s: not a port, as 80 or 53/udp is one",
				call->args[1]);
		wanted = binding_target_text(call->arena, &target);
	}
	r = ports_list(call->arena, each->engine->store, each->container.id, &list, err);
	if (r < 0)
		return r;
	if (text_equal(options->format, "json")) {
		write_json(call, &list, wanted);
		return 0;
	}
	n = write_text(call, &list, wanted);
	if (wanted && n == 0)
		return err_fail(err, ENOENT, "port %s of container %s is not published", wanted,
			each->container.settings.name);
	return 0;
}

static int port_run(struct command_call *call, struct err *err)
{
	return each_one(call, show_ports, err);
}

const struct command engine_command_port = {
	.name = "port",
	.arguments = "CONTAINER [PORT[/tcp|udp]]",
	.summary = "show the published ports of a container",
	.description = "With --format json also who reaches each: the host itself, who reaches the "
		       "address, or everybody who reaches the host.",
	.options = port_option_table,
	.options_size = sizeof(struct port_options),
	.min_args = 1,
	.max_args = 2,
	.run = port_run,
};

/* ---- port add, port rm ---- */

static int read_ports(
	struct command_call *call, struct container_port **ret, size_t *ret_n, struct err *err)
{
	int r = 0;

	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 1; r == 0 && i < call->n_args; i++)
		r = binding_read(call->arena, call->args[i], ret, ret_n, err);
	return r;
}

static int add_ports(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	struct container_port *ports;
	struct engine_state state;
	size_t n;
	int r = read_ports(call, &ports, &n, err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	if (r == 0)
		r = engine_require_running(
			call->arena, each->engine, &each->container, &state, err);
	if (r == 0)
		r = publish_add(
			call->arena, each->engine, &each->container, ports, n, state.pid, err);
	return r;
}

static int remove_ports(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	struct container_port *ports;
	size_t n;
	int r = read_ports(call, &ports, &n, err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	if (r == 0)
		r = publish_remove(call->arena, each->engine, &each->container, ports, n, err);
	return r;
}

static int port_add_run(struct command_call *call, struct err *err)
{
	return each_one(call, add_ports, err);
}

static int port_rm_run(struct command_call *call, struct err *err)
{
	return each_one(call, remove_ports, err);
}

static const struct option_spec no_options[] = { OPTION_END };

const struct command engine_command_port_add = {
	.name = "port add",
	.arguments = "CONTAINER [ADDRESS:][HOST:]PORT[/tcp|udp]...",
	.summary = "publish further ports of a running container",
	.description = "At once, and at its later starts. The forms are those of `run --publish`; "
		       "an address that is not said is 127.0.0.1. All of them are published, or "
		       "none.",
	.options = no_options,
	.min_args = 2,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = port_add_run,
};

const struct command engine_command_port_rm = {
	.name = "port rm",
	.arguments = "CONTAINER [ADDRESS:][HOST:]PORT[/tcp|udp]...",
	.summary = "publish ports of a running container no more",
	.description = "At once, and at its later starts. What is not said is any: 80 takes back "
		       "port 80 from all ports of the host, 8080:80 only from port 8080. "
		       "Connections that are open go on.",
	.options = no_options,
	.min_args = 2,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = port_rm_run,
};
