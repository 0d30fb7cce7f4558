/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/oci/commands.h"

static const struct option_spec start_options[] = { OPTION_END };

static int start_run(struct command_call *call, struct err *err)
{
	return container_start(call->runtime, call->args[0], getenv("NOTIFY_SOCKET"), err);
}

const struct command oci_command_start = {
	.name = "start",
	.arguments = "ID",
	.summary = "let a created container execute its program",
	.description = "With NOTIFY_SOCKET in the environment, at create too, it returns when the\n"
		       "container says that it is ready (sd_notify(3)).",
	.options = start_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = start_run,
};
