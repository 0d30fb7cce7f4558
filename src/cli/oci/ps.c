/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

struct ps_options {
	const char *format;
};

static const struct option_spec ps_option_table[] = {
	OPTION_CHOICE(struct ps_options, format, "format", .letter = 'f', .argument = "table|json",
		.help = "form of the output (default: table)"),
	OPTION_END,
};

const struct command oci_command_ps = {
	.name = "ps",
	.arguments = "ID [PS OPTIONS]",
	.summary = "show the processes of a container",
	.description = "What stands behind ID is for ps(1) (default: -ef).",
	.unavailable = "showing the processes of a container is not supported yet",
	.options = ps_option_table,
	.options_size = sizeof(struct ps_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST, /* ps has options of its own, --format among them */
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.takes_id = true,
};
