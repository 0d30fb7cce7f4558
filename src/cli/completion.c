/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* ---- what a table says ---- */

enum value_kind {
	VALUE_NONE,  /* a flag */
	VALUE_ANY,   /* nothing that could be listed */
	VALUE_WORDS, /* those of the argument */
	VALUE_FILES,
};

static enum value_kind value_of(const struct option_spec *option)
{
	static const char *const files[] = { "FILE", "DIR", "PATH", "SOCKET", "BUNDLE" };

	/* one that may be left out stands behind '=' */
	if (option->kind == OPTION_KIND_FLAG || option->kind == OPTION_KIND_OPTIONAL)
		return VALUE_NONE;
	if (option->kind == OPTION_KIND_CHOICE)
		return VALUE_WORDS;
	for (size_t i = 0; option->argument && i < sizeof(files) / sizeof(files[0]); i++)
		if (strstr(option->argument, files[i]))
			return VALUE_FILES;
	return VALUE_ANY;
}

static const struct option_spec *next_shown(const struct option_spec *option)
{
	while (option->name && option->is_hidden)
		option++;
	return option->name ? option : NULL;
}

#define FOR_EACH_OPTION(option, table)                                     \
	for (const struct option_spec *option = next_shown(table); option; \
		option = next_shown(option + 1))

#define FOR_EACH_COMMAND(command, program)                                                    \
	for (const struct command *const *command = (program)->commands; *command; command++) \
		if (command_is_shown(*command))

/* "text|json" with something else between the words. */
static void write_words(const char *words, char between, FILE *out)
{
	for (; words && *words; words++)
		fputc(*words == '|' ? between : *words, out);
}

/* A command's name as one word of a pattern. */
static void write_key(const struct command *command, FILE *out)
{
	for (const char *at = command->name; *at; at++)
		fputc(*at == ' ' ? '-' : *at, out);
}

static void write_group(const struct command *command, FILE *out)
{
	fprintf(out, "%.*s", (int)command_group_length(command->name), command->name);
}

/* The second words of a group's commands. */
static void write_group_words(const struct program *program, const struct command *first, FILE *out)
{
	size_t length = command_group_length(first->name);

	FOR_EACH_COMMAND(command, program)
	if (strncmp((*command)->name, first->name, length + 1) == 0)
		fprintf(out, "%s ", (*command)->name + length + 1);
}

#define FOR_EACH_GROUP(command, program)   \
	FOR_EACH_COMMAND(command, program) \
	if (command_begins_group((program), *command))

/* The first words of all commands, each once. */
static void write_first_words(const struct program *program, FILE *out)
{
	FOR_EACH_COMMAND(command, program)
	{
		if (command_group_length((*command)->name) == 0)
			fprintf(out, "%s ", (*command)->name);
		if (command_begins_group(program, *command)) {
			write_group(*command, out);
			fputc(' ', out);
		}
	}
}

static void write_groups(const struct program *program, FILE *out)
{
	FOR_EACH_GROUP(command, program)
	{
		write_group(*command, out);
		fputc(' ', out);
	}
}

/* The program's name as part of a function's. */
static void write_function_name(const struct program *program, FILE *out)
{
	for (const char *at = program->name; *at; at++)
		fputc(*at == '-' ? '_' : *at, out);
}

/* Between single quotes, which sh, zsh and fish read alike but for their own end. */
static void write_quoted(const char *text, const char *special, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(special, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* ---- bash ---- */

/* command NULL: the program's own. */
static void write_bash_word(const struct command *command, const char *dashes, FILE *out)
{
	if (command)
		write_key(command, out);
	fprintf(out, ":%s", dashes);
}

static void write_bash_values(
	const struct command *command, const struct option_spec *table, FILE *out)
{
	FOR_EACH_OPTION(option, table)
	{
		enum value_kind kind = value_of(option);

		if (kind == VALUE_NONE)
			continue;
		fputc('\t', out);
		write_bash_word(command, "--", out);
		fputs(option->name, out);
		if (option->letter) {
			fputs(" | ", out);
			write_bash_word(command, "-", out);
			fputc(option->letter, out);
		}
		if (kind == VALUE_FILES) {
			fputs(") compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < "
			      "<(compgen -f -- "
			      "\"$cur\") ;;\n",
				out);
		} else if (kind == VALUE_WORDS) {
			fputs(") mapfile -t COMPREPLY < <(compgen -W '", out);
			write_words(option->argument, ' ', out);
			fputs("' -- \"$cur\") ;;\n", out);
		} else {
			fputs(") ;;\n", out);
		}
	}
}

static void write_bash_options(
	const struct command *command, const struct option_spec *table, FILE *out)
{
	fputc('\t', out);
	if (command)
		write_key(command, out);
	else
		fputs("''", out);
	fputs(") options='--help", out);
	FOR_EACH_OPTION(option, table)
	fprintf(out, " --%s", option->name);
	fputs("' ;;\n", out);
}

static void write_bash_words_with_value(const struct option_spec *table, FILE *out)
{
	FOR_EACH_OPTION(option, table)
	if (value_of(option) != VALUE_NONE)
		fprintf(out, " --%s", option->name);
}

static void write_bash(const struct program *program, FILE *out)
{
	fprintf(out, "# bash completion of %s; made by \"%s help --completion bash\"\n_",
		program->name, program->name);
	write_function_name(program, out);
	fputs("() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal command= options= i words=\n\n\tCOMPREPLY=()\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
	      "\t\t\tcommand=${COMP_WORDS[i]}\n\t\t\tbreak\n\t\tfi\n"
	      "\t\t[[ '",
		out);
	write_bash_words_with_value(program->options, out);
	fputs(" ' != *\" ${COMP_WORDS[i]} \"* ]] || i=$((i + 1))\n\tdone\n"
	      "\t[[ ' ",
		out);
	write_groups(program, out);
	fputs("' != *\" $command \"* || i+1 -ge COMP_CWORD ]] || command+=-${COMP_WORDS[i+1]}\n"
	      "\tcase $command:$prev in\n",
		out);
	write_bash_values(NULL, program->options, out);
	FOR_EACH_COMMAND(command, program)
	write_bash_values(*command, (*command)->options, out);
	fputs("\t*) words=yes ;;\n\tesac\n\t[ -n \"$words\" ] || return 0\n\tcase $command in\n",
		out);
	write_bash_options(NULL, program->options, out);
	FOR_EACH_COMMAND(command, program)
	write_bash_options(*command, (*command)->options, out);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	      "\t\treturn 0\n\tfi\n\tcase $command in\n\t'') words='",
		out);
	write_first_words(program, out);
	fputs("' ;;\n", out);
	FOR_EACH_GROUP(command, program)
	{
		fputc('\t', out);
		write_group(*command, out);
		fputs(") words='", out);
		write_group_words(program, *command, out);
		fputs("' ;;\n", out);
	}
	fputc('\t', out);
	FOR_EACH_COMMAND(command, program)
	if ((*command)->takes_id && !(*command)->creates)
		fprintf(out, "%s | ", (*command)->name);
	fprintf(out,
		"-) words=$(%s list --quiet 2> /dev/null) ;;\n\t*) words= ;;\n\tesac\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\ncomplete -F _",
		program->name);
	write_function_name(program, out);
	fprintf(out, " %s\n", program->name);
}

/* ---- zsh ---- */

static void write_zsh_option(const struct option_spec *option, FILE *out)
{
	enum value_kind kind = value_of(option);

	if (option->letter)
		fprintf(out, " '(-%c --%s)'{-%c,--%s}'[", option->letter, option->name,
			option->letter, option->name);
	else
		fprintf(out, " '--%s[", option->name);
	write_quoted(option->help, "[]:", out);
	fputc(']', out);
	if (kind != VALUE_NONE) {
		fputc(':', out);
		write_quoted(kind == VALUE_WORDS ? "word" : option->argument, ":", out);
		fputc(':', out);
	}
	if (kind == VALUE_FILES)
		fputs("_files", out);
	if (kind == VALUE_WORDS) {
		fputc('(', out);
		write_words(option->argument, ' ', out);
		fputc(')', out);
	}
	fputs("' \\\n", out);
}

static void write_zsh_options(const struct option_spec *table, FILE *out)
{
	FOR_EACH_OPTION(option, table)
	{
		fputc('\t', out);
		fputc('\t', out);
		write_zsh_option(option, out);
	}
	fputs("\t\t '--help[show help]'", out);
}

static void write_zsh(const struct program *program, FILE *out)
{
	fprintf(out, "#compdef %s\n# made by \"%s help --completion zsh\"\n\n_", program->name,
		program->name);
	write_function_name(program, out);
	fprintf(out,
		"_ids() {\n\tlocal -a ids\n\tids=(${(f)\"$(%s list --quiet 2> /dev/null)\"})\n"
		"\t_describe container ids\n}\n\n_",
		program->name);
	write_function_name(program, out);
	fputs("() {\n\tlocal state\n\tlocal -a commands\n\n\tcommands=(\n", out);
	FOR_EACH_COMMAND(command, program)
	{
		if (command_group_length((*command)->name) > 0)
			continue;
		fprintf(out, "\t\t'%s:", (*command)->name);
		write_quoted((*command)->summary, "", out);
		fputs("'\n", out);
	}
	FOR_EACH_GROUP(command, program)
	{
		fputs("\t\t'", out);
		write_group(*command, out);
		fputs(":commands of a group'\n", out);
	}
	fputs("\t)\n\t_arguments -C \\\n", out);
	write_zsh_options(program->options, out);
	fputs(" \\\n\t\t '1:command:->command' \\\n\t\t '*::argument:->argument'\n"
	      "\tcase $state in\n\tcommand) _describe command commands ;;\n"
	      "\targument)\n\t\tlocal name=$words[1]\n\t\tif [[ ' ",
		out);
	write_groups(program, out);
	fputs("' == *\" $name \"* ]] && (( CURRENT > 2 )); then\n"
	      "\t\t\tname+=-$words[2]\n\t\t\tshift words\n\t\t\t(( CURRENT -= 1 ))\n\t\tfi\n"
	      "\t\tcase $name in\n",
		out);
	FOR_EACH_GROUP(command, program)
	{
		fputs("\t\t", out);
		write_group(*command, out);
		fputs(") compadd ", out);
		write_group_words(program, *command, out);
		fputs(";;\n", out);
	}
	FOR_EACH_COMMAND(command, program)
	{
		fputs("\t\t", out);
		write_key(*command, out);
		fputs(") _arguments \\\n", out);
		write_zsh_options((*command)->options, out);
		if ((*command)->takes_id && !(*command)->creates) {
			fputs(" \\\n\t\t '1:container:_", out);
			write_function_name(program, out);
			fputs("_ids'", out);
		}
		fputs(" ;;\n", out);
	}
	fputs("\t\tesac ;;\n\tesac\n}\n\n_", out);
	write_function_name(program, out);
	fputs(" \"$@\"\n", out);
}

/* ---- fish ---- */

static void write_fish_options(
	const struct program *program, const char *when, const struct option_spec *table, FILE *out)
{
	FOR_EACH_OPTION(option, table)
	{
		enum value_kind kind = value_of(option);

		fprintf(out, "complete -c %s -n '%s' -l %s", program->name, when, option->name);
		if (option->letter)
			fprintf(out, " -s %c", option->letter);
		if (kind == VALUE_FILES)
			fputs(" -r -F", out);
		else if (kind != VALUE_NONE)
			fputs(" -x", out);
		if (kind == VALUE_WORDS) {
			fputs(" -a '", out);
			write_words(option->argument, ' ', out);
			fputc('\'', out);
		}
		fputs(" -d '", out);
		write_quoted(option->help, "", out);
		fputs("'\n", out);
	}
}

enum { FISH_CONDITION_BYTES = 256 };

static void write_fish_condition(const struct command *command, char ret[FISH_CONDITION_BYTES])
{
	size_t length = command_group_length(command->name);

	if (length == 0)
		text_format(
			ret, FISH_CONDITION_BYTES, "__fish_seen_subcommand_from %s", command->name);
	else
		text_format(ret, FISH_CONDITION_BYTES,
			"__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %s",
			(int)length, command->name, command->name + length + 1);
}

static void write_fish_name(const struct program *program, const struct command *command, FILE *out)
{
	size_t length = command_group_length(command->name);

	if (length > 0) {
		fprintf(out,
			"complete -c %s -n '__fish_seen_subcommand_from %.*s; and not "
			"__fish_seen_subcommand_from ",
			program->name, (int)length, command->name);
		write_group_words(program, command, out);
		fprintf(out, "' -a %s -d '", command->name + length + 1);
	} else {
		fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", program->name,
			command->name);
	}
	write_quoted(command->summary, "", out);
	fputs("'\n", out);
	if (command_begins_group(program, command))
		fprintf(out,
			"complete -c %s -n __fish_use_subcommand -a %.*s -d 'commands of a "
			"group'\n",
			program->name, (int)length, command->name);
}

static void write_fish(const struct program *program, FILE *out)
{
	fprintf(out, "# made by \"%s help --completion fish\"\ncomplete -c %s -f\n", program->name,
		program->name);
	write_fish_options(program, "__fish_use_subcommand", program->options, out);
	FOR_EACH_COMMAND(command, program)
	{
		char when[FISH_CONDITION_BYTES];

		write_fish_name(program, *command, out);
		write_fish_condition(*command, when);
		write_fish_options(program, when, (*command)->options, out);
		if ((*command)->takes_id && !(*command)->creates)
			fprintf(out,
				"complete -c %s -n '%s' -a '(%s list --quiet 2> /dev/null)' -d "
				"container\n",
				program->name, when, program->name);
	}
}

int completion_write(const struct program *program, const char *shell, FILE *out, struct err *err)
{
	if (text_equal(shell, "bash"))
		write_bash(program, out);
	else if (text_equal(shell, "zsh"))
		write_zsh(program, out);
	else if (text_equal(shell, "fish"))
		write_fish(program, out);
	else
		return err_fail(err, EINVAL, "there is no completion for the shell \"%s\"", shell);
	return 0;
}
