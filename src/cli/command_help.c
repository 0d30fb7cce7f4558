/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command_help.h"

#include <ctype.h>
#include <string.h>

#include "cli/option_help.h"

enum { MAN_SECTION = 8 };

static void write_usage(const struct program *program, const struct command *command, FILE *out)
{
	fprintf(out, "Usage: %s [GLOBAL OPTIONS] %s [OPTIONS]", program->name, command->name);
	if (command->arguments)
		fprintf(out, " %s", command->arguments);
	fputc('\n', out);
}

void command_write_help(const struct program *program, const struct command *command, FILE *out)
{
	write_usage(program, command, out);
	fprintf(out, "\n%s: %s.\n", command->name, command->summary);
	if (command->description)
		fprintf(out, "\n%s\n", command->description);
	if (command->unavailable)
		fprintf(out, "\nNot available: %s.\n", command->unavailable);
	fputc('\n', out);
	option_write_help(command->options, out);
}

static int measure_names(const struct program *program)
{
	size_t widest = 0;

	for (const struct command *const *command = program->commands; *command; command++) {
		size_t width = strlen((*command)->name);

		if (command_is_shown(*command) && width > widest)
			widest = width;
	}
	return (int)widest;
}

void program_write_help(const struct program *program, FILE *out)
{
	int width = measure_names(program);

	fprintf(out, "Usage: %s [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]\n\n", program->name);
	fprintf(out, "%s: %s.\n\nCommands:\n", program->name, program->summary);
	for (const struct command *const *command = program->commands; *command; command++) {
		if (command_is_shown(*command))
			fprintf(out, "  %-*s  %s\n", width, (*command)->name, (*command)->summary);
	}
	fputc('\n', out);
	option_write_help(program->options, out);
	fprintf(out, "\n%s COMMAND --help shows the options of a command.\n", program->name);
}

void command_group_write_help(const struct program *program, const char *group, FILE *out)
{
	const struct command_alias *alias = program->aliases;
	int width = measure_names(program);
	size_t length = strlen(group);

	fprintf(out, "Usage: %s [GLOBAL OPTIONS] %s COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n",
		program->name, group);
	for (const struct command *const *command = program->commands; *command; command++)
		if (command_is_shown(*command) &&
			command_group_length((*command)->name) == length &&
			strncmp((*command)->name, group, length) == 0)
			fprintf(out, "  %-*s  %s\n", width, (*command)->name, (*command)->summary);
	for (; alias && alias->name; alias++)
		if (command_group_length(alias->name) == length &&
			strncmp(alias->name, group, length) == 0)
			fprintf(out, "  %-*s  the same as %s\n", width, alias->name,
				alias->command->name);
}

/* A name of two words has a dash in the name of its page. */
static void write_upper(const char *text, FILE *out)
{
	for (const char *c = text; *c != '\0'; c++)
		fputc(*c == ' ' ? '-' : toupper((unsigned char)*c), out);
}

static void write_man_name(const char *prefix, const char *name, FILE *out)
{
	option_write_man_text(prefix, out);
	if (!name)
		return;
	fputs("\\-", out);
	for (; *name; name++) {
		const char character[] = { *name == ' ' ? '-' : *name, '\0' };

		option_write_man_text(character, out);
	}
}

/* Title and NAME section; name is NULL for the page of the program. */
static void write_man_head(
	const struct program *program, const char *name, const char *summary, FILE *out)
{
	fputs(".TH ", out);
	write_upper(program->name, out);
	if (name) {
		fputc('-', out);
		write_upper(name, out);
	}
	fprintf(out, " %d \"\" \"%s %s\"\n.SH NAME\n", MAN_SECTION, program->name,
		program->version);
	write_man_name(program->name, name, out);
	fputs(" \\- ", out);
	option_write_man_text(summary, out);
	fputc('\n', out);
}

static void write_man_bold(const char *text, FILE *out)
{
	fputs("\\fB", out);
	option_write_man_text(text, out);
	fputs("\\fR", out);
}

void command_write_man(const struct program *program, const struct command *command, FILE *out)
{
	write_man_head(program, command->name, command->summary, out);
	fputs(".SH SYNOPSIS\n", out);
	write_man_bold(program->name, out);
	fputs(" [\\fIGLOBAL OPTIONS\\fR] ", out);
	write_man_bold(command->name, out);
	fputs(" [\\fIOPTIONS\\fR]", out);
	if (command->arguments) {
		fputc(' ', out);
		option_write_man_text(command->arguments, out);
	}
	fputc('\n', out);
	if (command->description) {
		fputs(".SH DESCRIPTION\n", out);
		option_write_man_text(command->description, out);
		fputc('\n', out);
	}
	fputs(".SH OPTIONS\n", out);
	option_write_man(command->options, out);
	fputs(".SH SEE ALSO\n", out);
	write_man_bold(program->name, out);
	fprintf(out, "(%d)\n", MAN_SECTION);
}

void program_write_man(const struct program *program, FILE *out)
{
	write_man_head(program, NULL, program->summary, out);
	fputs(".SH SYNOPSIS\n", out);
	write_man_bold(program->name, out);
	fputs(" [\\fIGLOBAL OPTIONS\\fR] \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n",
		out);
	fputs(".SH COMMANDS\n", out);
	for (const struct command *const *command = program->commands; *command; command++) {
		if (!command_is_shown(*command))
			continue;
		fputs(".TP\n\\fB", out);
		write_man_name(program->name, (*command)->name, out);
		fprintf(out, "\\fR(%d)\n", MAN_SECTION);
		option_write_man_text((*command)->summary, out);
		fputc('\n', out);
	}
	fputs(".SH GLOBAL OPTIONS\n", out);
	option_write_man(program->options, out);
}
