/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/oci/matching.h"
#include "cli/signal_name.h"

struct kill_options {
	bool all;
	bool regex;
};

static const struct option_spec kill_option_table[] = {
	OPTION_FLAG(struct kill_options, all, "all", .letter = 'a', .is_hidden = true,
		.help = "send the signal to every process of the container"),
	OPTION_FLAG(struct kill_options, regex, "regex", .letter = 'r',
		.help = "ID is an extended regular expression: every container that it matches"),
	OPTION_END,
};

static int signal_number(const struct command_call *call, int *ret, struct err *err)
{
	return signal_parse(call->n_args > 1 ? call->args[1] : "TERM", ret, err);
}

static int kill_one(struct command_call *call, const char *id, struct err *err)
{
	const struct kill_options *options = call->options;
	int number;
	int r = signal_number(call, &number, err);

	return r < 0 ? r : container_kill(call->runtime, id, number, options->all, err);
}

static bool takes_pattern(const void *options)
{
	return ((const struct kill_options *)options)->regex;
}

static int kill_run(struct command_call *call, struct err *err)
{
	const struct kill_options *options = call->options;
	int number;
	int r = signal_number(call, &number, err);

	if (r < 0)
		return r;
	if (options->regex)
		return matching_each(call, "signalled", kill_one, err);
	return kill_one(call, call->args[0], err);
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
	.takes_pattern = takes_pattern,
	.run = kill_run,
};
