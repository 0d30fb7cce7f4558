/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

static const struct option_spec pause_options[] = { OPTION_END };

static int pause_run(struct command_call *call, struct err *err)
{
	return container_pause(call->runtime, call->args[0], err);
}

const struct command oci_command_pause = {
	.name = "pause",
	.arguments = "ID",
	.summary = "suspend all processes of a container",
	.options = pause_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = pause_run,
};
