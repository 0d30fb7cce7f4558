/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/check.h"

struct system_options {
	bool repair;
};

static const struct option_spec system_option_table[] = {
	OPTION_FLAG(struct system_options, repair, "repair", .help = "remove what is found"),
	OPTION_END,
};

static void print_finding(void *context, const char *text)
{
	struct command_call *call = context;

	fprintf(call->out, "%s\n", text);
}

static int system_run(struct command_call *call, struct err *err)
{
	const struct system_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = engine_check(
			call->arena, &making.engine, options->repair, print_finding, call, &n, err);
	if (r == 0 && n > 0 && !options->repair)
		call->exit_status = EXIT_FAILURE;
	return r;
}

const struct command engine_command_system_check = {
	.name = "system check",
	.summary = "find what commands that died have left",
	.description = "A finding a line; nothing is found in a store that is in order. The exit "
		       "status is 1 when something is found and not repaired. No command needs "
		       "this: what is left takes some space only.",
	.options = system_option_table,
	.options_size = sizeof(struct system_options),
	.run = system_run,
};
