/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "cli/command_help.h"
#include "cli/completion.h"
#include "cli/program.h"

struct help_options {
	bool man;
	const char *completion;
};

static const struct option_spec help_option_table[] = {
	OPTION_FLAG(struct help_options, man, "man", .help = "write the man page's source"),
	OPTION_CHOICE(struct help_options, completion, "completion", .argument = "bash|zsh|fish",
		.help = "write what the shell completes command lines by"),
	OPTION_END,
};

static int write_about_program(struct command_call *call, bool man)
{
	if (man)
		program_write_man(call->program, call->out);
	else
		program_write_help(call->program, call->out);
	return 0;
}

static int help_run(struct command_call *call, struct err *err)
{
	const struct help_options *options = call->options;
	const struct command *command;
	size_t n_words;

	if (options->completion)
		return completion_write(call->program, options->completion, call->out, err);
	if (call->n_args == 0)
		return write_about_program(call, options->man);
	command = command_find_words(
		call->program, call->arena, call->args, call->n_args, &n_words);
	if (!command && call->n_args == 1 && command_is_group(call->program, call->args[0])) {
		command_group_write_help(call->program, call->args[0], call->out);
		return 0;
	}
	if (!command || n_words < call->n_args)
		return err_fail(err, EINVAL, "unknown command \"%s\"", call->args[0]);
	if (options->man)
		command_write_man(call->program, command, call->out);
	else
		command_write_help(call->program, command, call->out);
	return 0;
}

const struct command program_command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "describe the program or a command",
	.options = help_option_table,
	.options_size = sizeof(struct help_options),
	.max_args = 2,
	.run = help_run,
};
