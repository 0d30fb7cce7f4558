/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/signal_name.h"

struct kill_options {
	bool all;
};

static const struct option_spec kill_option_table[] = {
	OPTION_FLAG(struct kill_options, all, "all", .letter = 'a', .is_hidden = true,
		.help = "send the signal to every process of the container"),
	OPTION_END,
};

static int kill_run(struct command_call *call, struct err *err)
{
	const struct kill_options *options = call->options;
	const char *word = call->n_args > 1 ? call->args[1] : "TERM";
	int number;
	int r = signal_parse(word, &number, err);

	if (r < 0)
		return r;
	return container_kill(call->runtime, call->args[0], number, options->all, err);
}

const struct command oci_command_kill = {
	.name = "kill",
	.arguments = "ID [SIGNAL]",
	.summary = "send a signal to the container's process",
	.description =
		"SIGNAL is a number or a name such as TERM, SIGTERM or RTMIN+3 (default: TERM).",
	.options = kill_option_table,
	.options_size = sizeof(struct kill_options),
	.min_args = 1,
	.max_args = 2,
	.takes_id = true,
	.run = kill_run,
};
