/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

struct delete_options {
	bool force;
};

static const struct option_spec delete_option_table[] = {
	OPTION_FLAG(struct delete_options, force, "force", .letter = 'f',
		.help = "kill a running container first; one that is not there is no failure"),
	OPTION_END,
};

static int delete_run(struct command_call *call, struct err *err)
{
	const struct delete_options *options = call->options;

	return container_delete(call->runtime, call->args[0], options->force, err);
}

const struct command oci_command_delete = {
	.name = "delete",
	.arguments = "ID",
	.summary = "remove a container that has ended, and all that belongs to it",
	.options = delete_option_table,
	.options_size = sizeof(struct delete_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = delete_run,
};
