/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/commands.h"
#include "cli/engine/making.h"

static int create_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	int r = making_make(call, &making, err);

	if (r == 0)
		fprintf(call->out, "%s\n", making.container.id);
	return r;
}

const struct command engine_command_create = {
	.name = "create",
	.arguments = "IMAGE [COMMAND [ARGUMENT...]]",
	.summary = "make a container of an image without starting it",
	.description = "Prints its id. `start` starts it, again and again.",
	.options = create_option_table,
	.options_size = sizeof(struct container_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = EXIT_STATUS_HULL,
	.run = create_run,
};
