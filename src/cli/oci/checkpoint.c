/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/checkpoint_options.h"
#include "cli/oci/commands.h"

static const struct option_spec checkpoint_option_table[] = {
	CHECKPOINT_COMMON_OPTIONS,
	OPTION_FLAG(struct checkpoint_options, leave_running, "leave-running",
		.help = "let the container go on afterwards"),
	OPTION_FLAG(struct checkpoint_options, tcp_skip_in_flight, "tcp-skip-in-flight",
		.help = "without connections that are not open yet"),
	OPTION_STRING(struct checkpoint_options, page_server, "page-server",
		.argument = "ADDRESS:PORT", .help = "send the memory to a page server"),
	OPTION_FLAG(struct checkpoint_options, pre_dump, "pre-dump",
		.help = "save the memory only, the container goes on"),
	OPTION_END,
};

const struct command oci_command_checkpoint = {
	.name = "checkpoint",
	.arguments = "ID",
	.summary = "save a running container",
	.unavailable = CHECKPOINT_UNAVAILABLE,
	.options = checkpoint_option_table,
	.options_size = sizeof(struct checkpoint_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};
