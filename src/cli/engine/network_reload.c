/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/network_mend.h"

static void print_text(void *context, const char *text)
{
	struct command_call *call = context;

	fprintf(call->out, "%s\n", text);
}

static int network_reload_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	int r = making_open(call, &making, err);

	return r < 0 ? r : networks_mend(call->arena, &making.engine, print_text, call, err);
}

static const struct option_spec no_options[] = { OPTION_END };

const struct command engine_command_network_reload = {
	.name = "network reload",
	.summary = "mend what somebody else has removed of the networks",
	.description = "The nftables table hull is made anew, in one step, from what is written "
		       "down; bridges that are gone are made, and running containers connected to "
		       "them; forwarding, other firewalls' permissions and the processes of "
		       "published ports are seen to. What was not as it should be is printed.",
	.options = no_options,
	.run = network_reload_run,
};
