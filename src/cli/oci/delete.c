/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/oci/matching.h"

struct delete_options {
	bool force;
	bool regex;
};

static const struct option_spec delete_option_table[] = {
	OPTION_FLAG(struct delete_options, force, "force", .letter = 'f',
		.help = "kill a running container first; one that is not there is no failure"),
	OPTION_FLAG(struct delete_options, regex, "regex", .letter = 'r',
		.help = "ID is an extended regular expression: every container that it matches"),
	OPTION_END,
};

static int delete_one(struct command_call *call, const char *id, struct err *err)
{
	const struct delete_options *options = call->options;

	return container_delete(call->runtime, id, options->force, err);
}

static bool takes_pattern(const void *options)
{
	return ((const struct delete_options *)options)->regex;
}

static int delete_run(struct command_call *call, struct err *err)
{
	const struct delete_options *options = call->options;

	return options->regex ? matching_each(call, "deleted", delete_one, err)
			      : delete_one(call, call->args[0], err);
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
	.takes_pattern = takes_pattern,
	.run = delete_run,
};
