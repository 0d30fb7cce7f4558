/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cli/command_help.h"
#include "cli/container_id.h"

static bool is_name(const char *name, const char *text)
{
	for (; *name && (*name == *text || (*name == ' ' && *text == '-')); name++)
		text++;
	return *name == '\0' && *text == '\0';
}

const struct command *command_find(const struct program *program, const char *name)
{
	const struct command_alias *alias = program->aliases;

	for (const struct command *const *command = program->commands; *command; command++)
		if (is_name((*command)->name, name))
			return *command;
	for (; alias && alias->name; alias++)
		if (is_name(alias->name, name))
			return alias->command;
	return NULL;
}

const struct command *command_find_words(const struct program *program, struct arena *arena,
	const char *const *words, size_t n_words, size_t *ret_n_words)
{
	const struct command *command = NULL;

	*ret_n_words = 2;
	if (n_words >= 2 && command_is_group(program, words[0]))
		command = command_find(program, arena_printf(arena, "%s %s", words[0], words[1]));
	if (command || n_words == 0)
		return command;
	*ret_n_words = 1;
	return strchr(words[0], ' ') ? NULL : command_find(program, words[0]);
}

size_t command_group_length(const char *name)
{
	const char *space = strchr(name, ' ');

	return space ? (size_t)(space - name) : 0;
}

static bool is_of_group(const char *name, const char *group, size_t length)
{
	return command_group_length(name) == length && strncmp(name, group, length) == 0;
}

bool command_begins_group(const struct program *program, const struct command *command)
{
	size_t length = command_group_length(command->name);

	for (const struct command *const *other = program->commands; length > 0; other++)
		if (is_of_group((*other)->name, command->name, length))
			return *other == command;
	return false;
}

bool command_is_group(const struct program *program, const char *word)
{
	const struct command_alias *alias = program->aliases;
	size_t length = strlen(word);

	for (const struct command *const *command = program->commands; *command; command++)
		if (length > 0 && is_of_group((*command)->name, word, length))
			return true;
	for (; alias && alias->name; alias++)
		if (length > 0 && is_of_group(alias->name, word, length))
			return true;
	return false;
}

static int hint_at_help(const struct command *command, struct command_call *call, struct err *err)
{
	return err_hint(err, "see %s %s --help", call->program->name, command->name);
}

static int check_count(const struct command *command, size_t n_args, struct err *err)
{
	unsigned int min = command->min_args;
	unsigned int max = command->max_args;

	if (min == max && n_args != min)
		return err_fail(
			err, EINVAL, "\"%s\" requires exactly %u argument(s)", command->name, min);
	if (n_args < min)
		return err_fail(err, EINVAL, "\"%s\" requires a minimum of %u argument(s)",
			command->name, min);
	if (n_args > max && max != COMMAND_ARGS_UNLIMITED)
		return err_fail(err, EINVAL, "\"%s\" requires a maximum of %u argument(s)",
			command->name, max);
	return 0;
}

static int check_args(const struct command *command, struct command_call *call, struct err *err)
{
	int r = check_count(command, call->n_args, err);

	if (r < 0)
		return hint_at_help(command, call, err);
	if (command->takes_pattern && command->takes_pattern(call->options))
		return 0;
	if (command->takes_id && call->n_args > 0)
		return container_id_check(call->args[0], err);
	return 0;
}

static int refuse_unavailable(const struct command *command, struct err *err)
{
	return err_fail(err, ENOTSUP, "%s: %s", command->name, command->unavailable);
}

int command_parse(const struct command *command, struct command_call *call, int argc,
	char *const *argv, bool *ret_is_done, struct err *err)
{
	const struct option_rules rules = { command->order, call->program->syntax };
	struct option_result result;
	int r;

	call->options = arena_alloc(call->arena, command->options_size);
	r = option_parse(
		command->options, rules, call->arena, argc, argv, call->options, &result, err);
	if (r < 0) {
		err_while(err, "%s", command->name);
		return hint_at_help(command, call, err);
	}
	if (command->unavailable)
		return refuse_unavailable(command, err);

	*ret_is_done = result.wants_help;
	if (result.wants_help) {
		command_write_help(call->program, command, call->out);
		return 0;
	}
	call->args = result.args;
	call->n_args = result.n_args;
	return check_args(command, call, err);
}
