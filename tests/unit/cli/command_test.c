/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/command_help.h"

struct options {
	bool flag;
	const char *value;
};

static const struct option_spec option_table[] = {
	OPTION_FLAG(struct options, flag, "flag", .letter = 'f', .help = "a flag"),
	OPTION_STRING(struct options, value, "value", .argument = "WORD", .help = "a value"),
	OPTION_END,
};

static const struct command one = {
	.name = "one",
	.arguments = "ID",
	.summary = "take one container",
	.description = "It is a test.",
	.options = option_table,
	.options_size = sizeof(struct options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};

static const struct command some = {
	.name = "some",
	.arguments = "[WORD [WORD]]",
	.summary = "take up to two words",
	.options = option_table,
	.options_size = sizeof(struct options),
	.max_args = 2,
};

static const struct command many = {
	.name = "many",
	.arguments = "WORD ...",
	.summary = "take many words",
	.options = option_table,
	.options_size = sizeof(struct options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
};

static const struct command missing = {
	.name = "missing",
	.summary = "do what cannot be done",
	.unavailable = "doing that is not supported yet",
	.options = option_table,
	.options_size = sizeof(struct options),
};

static const struct command thing_add = {
	.name = "thing add",
	.summary = "add a thing",
	.options = option_table,
	.options_size = sizeof(struct options),
};

static const struct command thing_drop = {
	.name = "thing drop",
	.summary = "drop a thing",
	.options = option_table,
	.options_size = sizeof(struct options),
};

static const struct command *const commands[] = {
	&one,
	&some,
	&many,
	&missing,
	&thing_add,
	&thing_drop,
	NULL,
};

static const struct command_alias aliases[] = {
	{ "word one", &one },
	{ NULL, NULL },
};

static const struct program program = {
	.name = "prog",
	.summary = "test the commands",
	.version = "1.2.3",
	.options = option_table,
	.commands = commands,
	.aliases = aliases,
};

enum { WORDS_MAX = 8 };

/* A command line that was parsed, and what was written. */
struct parsed {
	struct arena arena;
	struct command_call call;
	struct err err;
	char *text;
	size_t size;
	bool is_done;
	int r;
};

static struct parsed parse(const struct command *command, const char *const *words)
{
	struct parsed parsed = { .arena = ARENA_INIT };
	FILE *out = open_memstream(&parsed.text, &parsed.size);
	int argc = 0;

	assert_non_null(out);
	while (argc < WORDS_MAX && words[argc])
		argc++;
	parsed.call = (struct command_call){
		.program = &program,
		.arena = &parsed.arena,
		.out = out,
	};
	parsed.r = command_parse(
		command, &parsed.call, argc, (char *const *)words, &parsed.is_done, &parsed.err);
	fclose(out);
	return parsed;
}

#define PARSE(command, ...) parse(command, (const char *const[WORDS_MAX + 1]){ __VA_ARGS__ })

static void done(struct parsed *parsed)
{
	free(parsed->text);
	arena_done(&parsed->arena);
}

static void a_command_is_found_by_its_whole_name(void **state)
{
	assert_ptr_equal(command_find(&program, "one"), &one);
	assert_ptr_equal(command_find(&program, "missing"), &missing);
	assert_null(command_find(&program, "on"));
	assert_null(command_find(&program, "ones"));
	assert_null(command_find(&program, ""));
}

/* How many of the words name it is told by n_words. */
static const struct command *found(const char *first, const char *second, size_t *ret_n_words)
{
	const char *words[] = { first, second };
	AUTO_ARENA arena = ARENA_INIT;

	return command_find_words(&program, &arena, words, second ? 2 : 1, ret_n_words);
}

static void a_command_of_a_group_is_found_by_two_words(void **state)
{
	size_t n;

	assert_ptr_equal(found("thing", "add", &n), &thing_add);
	assert_int_equal(n, 2);
	assert_ptr_equal(found("word", "one", &n), &one);
	assert_int_equal(n, 2);
	assert_ptr_equal(found("one", "add", &n), &one);
	assert_int_equal(n, 1);
	assert_null(found("thing", NULL, &n));
	assert_null(found("thing", "one", &n));
	assert_null(found("thing add", NULL, &n));
	assert_ptr_equal(command_find(&program, "thing-drop"), &thing_drop);
}

static void a_group_is_what_its_commands_and_aliases_say(void **state)
{
	assert_true(command_is_group(&program, "thing"));
	assert_true(command_is_group(&program, "word"));
	assert_false(command_is_group(&program, "one"));
	assert_false(command_is_group(&program, "thin"));
	assert_false(command_is_group(&program, ""));
	assert_true(command_begins_group(&program, &thing_add));
	assert_false(command_begins_group(&program, &thing_drop));
	assert_false(command_begins_group(&program, &one));
}

static void options_and_arguments_reach_the_call(void **state)
{
	struct parsed parsed = PARSE(&one, "c1", "--flag", "--value", "x");
	const struct options *options = parsed.call.options;

	assert_int_equal(parsed.r, 0);
	assert_false(parsed.is_done);
	assert_true(options->flag);
	assert_string_equal(options->value, "x");
	assert_int_equal(parsed.call.n_args, 1);
	assert_string_equal(parsed.call.args[0], "c1");
	assert_string_equal(parsed.text, "");
	done(&parsed);
}

static void the_number_of_arguments_is_checked(void **state)
{
	static const struct {
		const struct command *command;
		const char *words[WORDS_MAX + 1];
		const char *expected; /* NULL: taken */
	} cases[] = {
		{ &one, { "c1" }, NULL },
		{ &one, { NULL }, "\"one\" requires exactly 1 argument(s)" },
		{ &one, { "c1", "c2" }, "\"one\" requires exactly 1 argument(s)" },
		{ &some, { NULL }, NULL },
		{ &some, { "a", "b" }, NULL },
		{ &some, { "a", "b", "c" }, "\"some\" requires a maximum of 2 argument(s)" },
		{ &many, { "a", "b", "c", "d", "--flag" }, NULL },
		{ &many, { "--flag" }, "\"many\" requires a minimum of 1 argument(s)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed parsed = parse(cases[i].command, cases[i].words);

		if (cases[i].expected) {
			assert_int_equal(parsed.r, -EINVAL);
			assert_string_equal(parsed.err.text, cases[i].expected);
			assert_non_null(strstr(parsed.err.hint, " --help"));
		} else {
			assert_int_equal(parsed.r, 0);
		}
		done(&parsed);
	}
}

static void a_containers_id_is_checked(void **state)
{
	struct parsed parsed = PARSE(&one, "../c1");

	assert_int_equal(parsed.r, -EINVAL);
	assert_non_null(strstr(parsed.err.text, "invalid container ID format"));
	done(&parsed);
	parsed = PARSE(&some, "../c1");
	assert_int_equal(parsed.r, 0);
	done(&parsed);
}

static void a_bad_option_names_the_command_and_hints_at_help(void **state)
{
	struct parsed parsed = PARSE(&one, "--nope", "c1");

	assert_int_equal(parsed.r, -EINVAL);
	assert_string_equal(parsed.err.text, "one: flag provided but not defined: -nope");
	assert_string_equal(parsed.err.hint, "see prog one --help");
	done(&parsed);
}

static void help_needs_no_arguments_and_ends_the_command(void **state)
{
	struct parsed parsed = PARSE(&one, "--help");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.is_done);
	assert_string_equal(parsed.text, "Usage: prog [GLOBAL OPTIONS] one [OPTIONS] ID\n"
					 "\n"
					 "one: take one container.\n"
					 "\n"
					 "It is a test.\n"
					 "\n"
					 "Options:\n"
					 "  -f, --flag        a flag\n"
					 "      --value WORD  a value\n"
					 "  -h, --help        show this text\n");
	done(&parsed);
}

static void a_command_that_is_not_supported_fails_even_for_help(void **state)
{
	static const char *const lines[][WORDS_MAX + 1] = { { "--help" }, { NULL }, { "c1" } };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct parsed parsed = parse(&missing, lines[i]);

		assert_int_equal(parsed.r, -ENOTSUP);
		assert_string_equal(parsed.err.text, "missing: doing that is not supported yet");
		assert_string_equal(parsed.text, "");
		done(&parsed);
	}
}

static void an_option_without_its_value_is_told_even_for_an_unsupported_command(void **state)
{
	struct parsed parsed = PARSE(&missing, "--value");

	assert_int_equal(parsed.r, -EINVAL);
	assert_string_equal(parsed.err.text, "missing: flag needs an argument: --value");
	done(&parsed);
}

static char *written(void (*write)(const struct program *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(&program, out);
	fclose(out);
	return text;
}

static void the_programs_help_lists_what_works(void **state)
{
	char *text = written(program_write_help);

	assert_non_null(
		strstr(text, "Usage: prog [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]\n"));
	assert_non_null(strstr(text, "\n  one         take one container\n"));
	assert_non_null(strstr(text, "\n  many        take many words\n"));
	assert_null(strstr(text, "missing"));
	free(text);
}

static void the_programs_man_page_has_its_commands_and_options(void **state)
{
	char *text = written(program_write_man);

	assert_true(text_has_prefix(text, ".TH PROG 8 \"\" \"prog 1.2.3\"\n"
					  ".SH NAME\n"
					  "prog \\- test the commands\n"));
	assert_non_null(strstr(text, ".TP\n\\fBprog\\-one\\fR(8)\ntake one container\n"));
	assert_non_null(
		strstr(text, ".SH GLOBAL OPTIONS\n.TP\n\\fB\\-f\\fR, \\fB\\-\\-flag\\fR\n"));
	assert_null(strstr(text, "missing"));
	free(text);
}

static void write_man_of_one(const struct program *of, FILE *out)
{
	command_write_man(of, &one, out);
}

static void a_commands_man_page_has_every_section(void **state)
{
	char *text = written(write_man_of_one);

	assert_string_equal(text,
		".TH PROG-ONE 8 \"\" \"prog 1.2.3\"\n"
		".SH NAME\n"
		"prog\\-one \\- take one container\n"
		".SH SYNOPSIS\n"
		"\\fBprog\\fR [\\fIGLOBAL OPTIONS\\fR] \\fBone\\fR [\\fIOPTIONS\\fR] ID\n"
		".SH DESCRIPTION\n"
		"It is a test.\n"
		".SH OPTIONS\n"
		".TP\n"
		"\\fB\\-f\\fR, \\fB\\-\\-flag\\fR\n"
		"a flag\n"
		".TP\n"
		"\\fB\\-\\-value\\fR \\fIWORD\\fR\n"
		"a value\n"
		".TP\n"
		"\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
		"show this text\n"
		".SH SEE ALSO\n"
		"\\fBprog\\fR(8)\n");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_found_by_its_whole_name),
		cmocka_unit_test(a_command_of_a_group_is_found_by_two_words),
		cmocka_unit_test(a_group_is_what_its_commands_and_aliases_say),
		cmocka_unit_test(options_and_arguments_reach_the_call),
		cmocka_unit_test(the_number_of_arguments_is_checked),
		cmocka_unit_test(a_containers_id_is_checked),
		cmocka_unit_test(a_bad_option_names_the_command_and_hints_at_help),
		cmocka_unit_test(help_needs_no_arguments_and_ends_the_command),
		cmocka_unit_test(a_command_that_is_not_supported_fails_even_for_help),
		cmocka_unit_test(
			an_option_without_its_value_is_told_even_for_an_unsupported_command),
		cmocka_unit_test(the_programs_help_lists_what_works),
		cmocka_unit_test(the_programs_man_page_has_its_commands_and_options),
		cmocka_unit_test(a_commands_man_page_has_every_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
