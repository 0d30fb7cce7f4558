/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: a program's commands as data, and how one is run.
 *
 * Layer 3, role command. A command is one file with one struct command: its options, how many
 * arguments it takes, its words for help and man page, and the function that does it. What is the
 * same for all (parsing, --help, counting arguments, checking the container's id) happens here.
 * Nothing here prints errors.
 */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/option.h"
#include "core/container.h"

struct command;
struct command_call;

/* Another name of a command, "container ls" for ps. */
struct command_alias {
	const char *name;
	const struct command *command;
};

struct program {
	const char *name;
	const char *summary; /* for the first line of help and man page */
	const char *version;
	const char *commit;
	const char *spec_version;
	enum option_syntax syntax;
	const struct option_spec *options; /* the global ones, in front of the command; the struct
					      that they fill begins with program_options */
	const struct command *const *commands; /* in the order of the help; ends with NULL */
	const struct command_alias *aliases;   /* ends with a NULL name; NULL: none */
	int failure_status;                    /* exit status when something fails; 0 is 1 */

	/* Before a command runs: what the global options come to for it. May be NULL. */
	int (*prepare)(const struct command *command, struct command_call *call, struct err *err);
};

/* One use of a command. All of it lives until the program ends. */
struct command_call {
	const struct program *program;
	const void *globals;           /* the program's own struct, filled from its table */
	const struct runtime *runtime; /* by the program's prepare(), if it works with containers */
	struct arena *arena;
	const char *group; /* the first of the two words that the command was named by; NULL */
	FILE *out;         /* standard output */
	void *options;     /* the command's own struct, filled from its table */
	const char **args; /* NULL-terminated; how many was checked, and the id in front */
	size_t n_args;
	int exit_status;    /* of the program; set by commands that hand on a process's status */
	int failure_status; /* for one failure another one than the command's; 0: none */
};

enum { COMMAND_ARGS_UNLIMITED = UINT8_MAX };

struct command {
	const char *name;        /* one word, or two: "system check" is of the group "system" */
	const char *arguments;   /* as the usage line shows them, "ID [SIGNAL]"; NULL: none */
	const char *summary;     /* half a line */
	const char *description; /* sentences for --help and the man page; may be NULL */
	const char *unavailable; /* why it cannot be used; then run is NULL and --help fails too */
	bool is_hidden;          /* for other programs of hull, not for people */

	const struct option_spec *options;
	size_t options_size; /* of the struct that they fill */
	enum option_order order;
	uint8_t min_args;
	uint8_t max_args;
	bool takes_id; /* the first argument, if there is one, is a container's id */
	/* with these options that argument is a pattern, which the command looks at; may be NULL */
	bool (*takes_pattern)(const void *options);
	bool creates;       /* needs the directory of all containers */
	int failure_status; /* exit status when it fails; 0: the program's */

	int (*run)(struct command_call *call, struct err *err);
};

/* Help, manual pages and completions name it. */
static inline bool command_is_shown(const struct command *command)
{
	return !command->unavailable && !command->is_hidden;
}

/* By name or alias; the space in it may be a dash, as in the name of a page. NULL: there is none.
 */
const struct command *command_find(const struct program *program, const char *name);

/* The same for the first word of a line, or the first two; *ret_n_words: how many name it. */
const struct command *command_find_words(const struct program *program, struct arena *arena,
	const char *const *words, size_t n_words, size_t *ret_n_words);

/* Bytes of the group's name in front of the space; 0: the command is of none. */
size_t command_group_length(const char *name);

/* It is the first of its group. */
bool command_begins_group(const struct program *program, const struct command *command);

/* Some command or alias is of the group. */
bool command_is_group(const struct program *program, const char *word);

/*
 * Parses argv[0 … argc - 1] (behind the command's name) into call->options and call->args. With
 * --help the help is written to call->out and *ret_is_done is true: nothing is left to do.
 */
int command_parse(const struct command *command, struct command_call *call, int argc,
	char *const *argv, bool *ret_is_done, struct err *err);
