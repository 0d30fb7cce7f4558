/* SPDX-License-Identifier: Apache-2.0 */
/* network connect and network disconnect. */
#include <errno.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_options.h"
#include "cli/engine/making.h"
#include "engine/container/network_connect.h"
#include "engine/network/network.h"

struct network_connect_options {
	struct container_options container; /* those of the same names */
};

#define O struct network_connect_options

static const struct option_spec network_connect_option_table[] = {
	OPTION_LIST(O, container.network_alias, "alias", .argument = "NAME",
		.help = "a further name there"),
	OPTION_STRING(
		O, container.ip, "ip", .argument = "ADDRESS", .help = "its IPv4 address there"),
	OPTION_STRING(
		O, container.ip6, "ip6", .argument = "ADDRESS", .help = "its IPv6 address there"),
	OPTION_STRING(O, container.mac_address, "mac-address", .argument = "ADDRESS",
		.help = "its MAC address there"),
	OPTION_END,
};

static int open_container(struct command_call *call, struct making *making, struct err *err)
{
	int r = making_open(call, making, err);

	if (r == 0)
		r = containers_open(
			call->arena, &making->engine, call->args[1], &making->container, err);
	return r < 0 ? r : containers_lock(&making->container, err);
}

static int network_connect_run(struct command_call *call, struct err *err)
{
	const struct network_connect_options *options = call->options;
	struct container_options asked = options->container;
	struct container_settings settings = { 0 };
	AUTO_MAKING making = MAKING_INIT;
	int r;

	asked.network = (struct option_list){ &call->args[0], 1 };
	r = network_options_read(call->arena, &asked, &settings, err);
	if (r == 0 && settings.n_networks == 0)
		r = err_fail(err, EINVAL, "%s is no network of hull", call->args[0]);
	if (r == 0)
		r = open_container(call, &making, err);
	return r < 0 ? r
		     : network_connect(call->arena, &making.engine, &making.container,
			       &settings.networks[0], err);
}

const struct command engine_command_network_connect = {
	.name = "network connect",
	.arguments = "NETWORK CONTAINER",
	.summary = "put a container into a further network",
	.description = "One that runs has a further interface at once.",
	.options = network_connect_option_table,
	.options_size = sizeof(O),
	.min_args = 2,
	.max_args = 2,
	.run = network_connect_run,
};

struct network_disconnect_options {
	bool force;
};

static const struct option_spec network_disconnect_option_table[] = {
	OPTION_FLAG(struct network_disconnect_options, force, "force", .letter = 'f',
		.help = "as Docker has it; nothing holds a container back anyway"),
	OPTION_END,
};

static int network_disconnect_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	int r = open_container(call, &making, err);

	return r < 0 ? r
		     : network_disconnect(
			       call->arena, &making.engine, &making.container, call->args[0], err);
}

const struct command engine_command_network_disconnect = {
	.name = "network disconnect",
	.arguments = "NETWORK CONTAINER",
	.summary = "take a container out of a network",
	.options = network_disconnect_option_table,
	.options_size = sizeof(struct network_disconnect_options),
	.min_args = 2,
	.max_args = 2,
	.run = network_disconnect_run,
};
