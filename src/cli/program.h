/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program: one run of a program, from the command line to the exit status.
 *
 * Layer 3, role command. Whatever fails is reported here, once.
 */
#pragma once

#include "cli/command.h"

/* What the global options of every program begin with. */
struct program_options {
	bool debug;
	const char *log;
	const char *log_format; /* "text", "json" */
	const char *log_level;  /* "error", "warning", "info", "debug" */
	bool version;
};

/* Rows for the table of a struct type whose first member is a program_options. */
#define PROGRAM_LOG_OPTIONS(type, first)                                                      \
	OPTION_FLAG(type, first.debug, "debug",                                               \
		.help = "write debug messages; the same as --log-level debug"),               \
		OPTION_STRING(type, first.log, "log", .argument = "FILE",                     \
			.help = "append messages to FILE, or file:FILE (default: standard "   \
				"error)"),                                                    \
		OPTION_CHOICE(type, first.log_format, "log-format", .argument = "text|json",  \
			.help = "form of the messages (default: text)"),                      \
		OPTION_CHOICE(type, first.log_level, "log-level",                             \
			.argument = "error|warning|info|debug",                               \
			.help = "least important messages to write (default: warning; json: " \
				"error)")
#define PROGRAM_VERSION_OPTION(type, first) \
	OPTION_FLAG(type, first.version, "version", .letter = 'v', .help = "print the version")

/* "help [COMMAND]", for every program's list. */
extern const struct command program_command_help;

/*
 * globals: the zeroed struct that program->options fill. Returns the exit status: 0, the program's
 * or the command's for a failure, a process's own.
 */
int program_main(
	const struct program *program, struct program_options *globals, int argc, char **argv);
