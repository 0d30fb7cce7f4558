/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option: the command line as a table.
 *
 * Layer 3, role command. A command declares one row per option; the row says how it is spelled,
 * what it takes, where the value goes in the command's own struct, and what the help and the man
 * page say (option_help.h). How a line is spelled depends on who writes it:
 * - OPTION_SYNTAX_GO, for engines, which were written against Go's flag package: one dash or two
 *   mean the same: --bundle B, --bundle=B, -bundle B, -b B, -b=B; letters are not combined;
 * - OPTION_SYNTAX_GNU, for people, as getopt_long(3) and Docker have it: two dashes and a name, or
 *   one dash and letters: --tty, -it, -t pid, -tpid, -t=pid.
 * The rest is the same for both:
 * - an option that takes a value takes the next argument whatever it looks like; a flag takes a
 *   value only behind '=' (true, false, t, f, 1, 0), and so does an option whose value may be left
 *   out (--mount, --mount=FILE);
 * - the last use wins; an empty value is the same as none;
 * - "--" ends the options, "-" is an argument;
 * - options may stand behind arguments, unless the command hands the rest of its line on.
 *
 * Values are borrowed from argv.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum option_kind {
	OPTION_KIND_FLAG,     /* bool */
	OPTION_KIND_STRING,   /* const char * */
	OPTION_KIND_CHOICE,   /* const char *, one of the words of argument, "text|json" */
	OPTION_KIND_U32,      /* uint32_t */
	OPTION_KIND_NUMBER,   /* struct option_number */
	OPTION_KIND_LIST,     /* struct option_list, every use appends */
	OPTION_KIND_OPTIONAL, /* struct option_optional: the value may be left out */
	OPTION_KIND_COUNT,
};

struct option_number {
	bool is_given;
	int64_t value;
};

struct option_list {
	const char **items;
	size_t n_items;
};

struct option_optional {
	bool is_given;
	const char *value; /* NULL: given without one */
};

struct option_spec {
	const char *name; /* without dashes; NULL ends a table */
	char letter;      /* '\0' if there is none */
	enum option_kind kind;
	bool is_hidden; /* works, but is not shown */
	size_t offset;
	const char *argument; /* what help calls the value, "DIR" */
	const char *help;
};

/*
 * Rows: OPTION_STRING(struct x, member, "long-name", .letter = 'b', .argument = "DIR", .help =
 * "…"). The member's type is checked.
 */
#define OPTION_ROW(kind_name, struct_type, member, member_type, long_name, ...)               \
	{                                                                                     \
		.name = (long_name), .kind = (kind_name),                                     \
		.offset = offsetof(struct_type, member) + 0 * sizeof(struct {                 \
			static_assert(                                                        \
				__builtin_types_compatible_p(                                 \
					__typeof__(((struct_type *)0)->member), member_type), \
				"the option's kind needs a member of another type");          \
			char unused;                                                          \
		}),                                                                           \
		__VA_ARGS__                                                                   \
	}

#define OPTION_FLAG(type, member, ...) OPTION_ROW(OPTION_KIND_FLAG, type, member, bool, __VA_ARGS__)
#define OPTION_STRING(type, member, ...) \
	OPTION_ROW(OPTION_KIND_STRING, type, member, const char *, __VA_ARGS__)
#define OPTION_CHOICE(type, member, ...) \
	OPTION_ROW(OPTION_KIND_CHOICE, type, member, const char *, __VA_ARGS__)
#define OPTION_U32(type, member, ...) \
	OPTION_ROW(OPTION_KIND_U32, type, member, uint32_t, __VA_ARGS__)
#define OPTION_NUMBER(type, member, ...) \
	OPTION_ROW(OPTION_KIND_NUMBER, type, member, struct option_number, __VA_ARGS__)
#define OPTION_LIST(type, member, ...) \
	OPTION_ROW(OPTION_KIND_LIST, type, member, struct option_list, __VA_ARGS__)
#define OPTION_OPTIONAL(type, member, ...) \
	OPTION_ROW(OPTION_KIND_OPTIONAL, type, member, struct option_optional, __VA_ARGS__)
#define OPTION_END           \
	{                    \
		.name = NULL \
	}

enum option_order {
	OPTION_ORDER_ANY,            /* options and arguments in any order */
	OPTION_ORDER_ARGUMENTS_LAST, /* from the first argument on nothing is an option */
	OPTION_ORDER_COUNT,
};

enum option_syntax {
	OPTION_SYNTAX_GO,
	OPTION_SYNTAX_GNU,
	OPTION_SYNTAX_COUNT,
};

struct option_rules {
	enum option_order order;
	enum option_syntax syntax;
};

struct option_result {
	const char **args; /* what is no option, in its order; NULL-terminated, in the arena or,
			      with OPTION_ORDER_ARGUMENTS_LAST, the end of argv */
	size_t n_args;
	bool wants_help; /* --help, -help, -h: parsing stopped there */
};

/*
 * Parses argv[0 … argc - 1] (the name of program or command is not part of it; argv[argc] is NULL)
 * into target, a zeroed struct of the table's type. On failure target holds what came before the
 * bad option.
 *
 * Errors: -EINVAL, in the words engines know: "flag provided but not defined: -x",
 * "flag needs an argument: --bundle", "invalid value …".
 */
int option_parse(const struct option_spec *table, struct option_rules rules, struct arena *arena,
	int argc, char *const *argv, void *target, struct option_result *ret, struct err *err);
