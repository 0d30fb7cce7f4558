/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/option.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct target {
	bool flag;
	bool other_flag;
	const char *string;
	const char *choice;
	uint32_t u32;
	struct option_number number;
	struct option_list list;
	struct option_optional optional;
};

static const struct option_spec table[] = {
	OPTION_FLAG(struct target, flag, "flag", .letter = 'f', .help = "flag"),
	OPTION_FLAG(struct target, other_flag, "other-flag", .is_hidden = true, .help = "other"),
	OPTION_STRING(
		struct target, string, "bundle", .letter = 'b', .argument = "DIR", .help = "dir"),
	OPTION_CHOICE(struct target, choice, "format", .argument = "table|json", .help = "format"),
	OPTION_U32(struct target, u32, "preserve-fds", .argument = "N", .help = "count"),
	OPTION_NUMBER(struct target, number, "quota", .argument = "N", .help = "quota"),
	OPTION_LIST(struct target, list, "env", .letter = 'e', .argument = "X", .help = "list"),
	OPTION_OPTIONAL(struct target, optional, "mount", .letter = 'm', .argument = "FILE",
		.help = "optional"),
	OPTION_END,
};

enum { WORDS_MAX = 8 };

struct parsed {
	struct arena arena;
	struct target target;
	struct option_result result;
	struct err err;
	int r;
};

static struct parsed parse_by(struct option_rules rules, const char *const *words)
{
	struct parsed parsed = { .arena = ARENA_INIT };
	int argc = 0;

	while (argc < WORDS_MAX && words[argc])
		argc++;
	parsed.r = option_parse(table, rules, &parsed.arena, argc, (char *const *)words,
		&parsed.target, &parsed.result, &parsed.err);
	return parsed;
}

static struct parsed parse_in_order(enum option_order order, const char *const *words)
{
	return parse_by((struct option_rules){ order, OPTION_SYNTAX_GO }, words);
}

#define PARSE(...) \
	parse_in_order(OPTION_ORDER_ANY, (const char *const[WORDS_MAX + 1]){ __VA_ARGS__ })
#define PARSE_ARGUMENTS_LAST(...) \
	parse_in_order(           \
		OPTION_ORDER_ARGUMENTS_LAST, (const char *const[WORDS_MAX + 1]){ __VA_ARGS__ })

#define PARSE_GNU(...)                                                         \
	parse_by((struct option_rules){ OPTION_ORDER_ANY, OPTION_SYNTAX_GNU }, \
		(const char *const[WORDS_MAX + 1]){ __VA_ARGS__ })

static void values_are_taken_in_every_spelling(void **state)
{
	static const char *const spellings[][WORDS_MAX + 1] = {
		{ "--bundle", "/b" },
		{ "--bundle=/b" },
		{ "-bundle", "/b" },
		{ "-bundle=/b" },
		{ "-b", "/b" },
		{ "-b=/b" },
		{ "--b", "/b" },
		{ "--b=/b" },
		{ "--bundle", "/a", "-b", "/b" },
		{ "id", "--bundle", "/b" },
		{ "--bundle", "/b", "id" },
	};

	for (size_t i = 0; i < LENGTH(spellings); i++) {
		struct parsed parsed = parse_in_order(OPTION_ORDER_ANY, spellings[i]);

		assert_int_equal(parsed.r, 0);
		assert_string_equal(parsed.target.string, "/b");
		arena_done(&parsed.arena);
	}
}

static void flags_are_taken_in_every_spelling(void **state)
{
	static const struct {
		const char *words[WORDS_MAX + 1];
		bool expected;
	} cases[] = {
		{ { "--flag" }, true },
		{ { "-flag" }, true },
		{ { "-f" }, true },
		{ { "--flag=true" }, true },
		{ { "--flag=t" }, true },
		{ { "--flag=1" }, true },
		{ { "--flag=TRUE" }, true },
		{ { "-f=True" }, true },
		{ { "--flag=false" }, false },
		{ { "--flag", "--flag=false" }, false },
		{ { "--flag=0" }, false },
		{ { "--flag=F" }, false },
		{ { "id" }, false },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct parsed parsed = parse_in_order(OPTION_ORDER_ANY, cases[i].words);

		assert_int_equal(parsed.r, 0);
		assert_int_equal(parsed.target.flag, cases[i].expected);
		arena_done(&parsed.arena);
	}
}

static void a_flag_takes_no_value_from_the_next_word(void **state)
{
	struct parsed parsed = PARSE("--flag", "false");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.target.flag);
	assert_int_equal(parsed.result.n_args, 1);
	assert_string_equal(parsed.result.args[0], "false");
	arena_done(&parsed.arena);
}

static void a_value_may_look_like_an_option(void **state)
{
	struct parsed parsed = PARSE("--bundle", "--flag", "--quota", "-1", "--env", "--");

	assert_int_equal(parsed.r, 0);
	assert_string_equal(parsed.target.string, "--flag");
	assert_false(parsed.target.flag);
	assert_int_equal(parsed.target.number.value, -1);
	assert_string_equal(parsed.target.list.items[0], "--");
	arena_done(&parsed.arena);
}

static void a_value_may_contain_equals_signs(void **state)
{
	struct parsed parsed = PARSE("--env=A=b=c", "-e", "D=", "-e=");

	assert_int_equal(parsed.r, 0);
	assert_int_equal(parsed.target.list.n_items, 3);
	assert_string_equal(parsed.target.list.items[0], "A=b=c");
	assert_string_equal(parsed.target.list.items[1], "D=");
	assert_string_equal(parsed.target.list.items[2], "");
	arena_done(&parsed.arena);
}

static void an_empty_value_is_none(void **state)
{
	struct parsed parsed = PARSE("--bundle=/b", "--bundle=", "--format", "");

	assert_int_equal(parsed.r, 0);
	assert_null(parsed.target.string);
	assert_null(parsed.target.choice);
	arena_done(&parsed.arena);
}

static void numbers_are_stored(void **state)
{
	struct parsed parsed = PARSE(
		"--preserve-fds", "4294967295", "--quota=-9223372036854775808");

	assert_int_equal(parsed.r, 0);
	assert_int_equal(parsed.target.u32, UINT32_MAX);
	assert_true(parsed.target.number.is_given);
	assert_true(parsed.target.number.value == INT64_MIN);
	arena_done(&parsed.arena);
}

static void a_number_that_was_not_given_says_so(void **state)
{
	struct parsed parsed = PARSE("id");

	assert_int_equal(parsed.r, 0);
	assert_false(parsed.target.number.is_given);
	arena_done(&parsed.arena);
}

static void arguments_keep_their_order_between_options(void **state)
{
	struct parsed parsed = PARSE("one", "--flag", "two", "-b", "/b", "-", "three");

	assert_int_equal(parsed.r, 0);
	assert_int_equal(parsed.result.n_args, 4);
	assert_string_equal(parsed.result.args[0], "one");
	assert_string_equal(parsed.result.args[1], "two");
	assert_string_equal(parsed.result.args[2], "-");
	assert_string_equal(parsed.result.args[3], "three");
	assert_null(parsed.result.args[4]);
	arena_done(&parsed.arena);
}

static void two_dashes_end_the_options(void **state)
{
	struct parsed parsed = PARSE("one", "--", "--flag", "--", "--nope");

	assert_int_equal(parsed.r, 0);
	assert_false(parsed.target.flag);
	assert_int_equal(parsed.result.n_args, 4);
	assert_string_equal(parsed.result.args[1], "--flag");
	assert_string_equal(parsed.result.args[2], "--");
	assert_string_equal(parsed.result.args[3], "--nope");
	arena_done(&parsed.arena);
}

static void what_follows_the_first_argument_can_be_handed_on(void **state)
{
	struct parsed parsed = PARSE_ARGUMENTS_LAST("--flag", "id", "ls", "-l", "--help", "--");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.target.flag);
	assert_false(parsed.result.wants_help);
	assert_int_equal(parsed.result.n_args, 5);
	assert_string_equal(parsed.result.args[2], "-l");
	assert_string_equal(parsed.result.args[4], "--");
	assert_null(parsed.result.args[5]);
	arena_done(&parsed.arena);
}

/* Before the command is known nothing can fail for want of memory: its exit status is not, either.
 */
static void what_is_handed_on_needs_no_memory(void **state)
{
	struct parsed parsed = PARSE_ARGUMENTS_LAST("--flag", "--", "--flag", "ls");

	assert_int_equal(parsed.r, 0);
	assert_int_equal(parsed.result.n_args, 2);
	assert_string_equal(parsed.result.args[0], "--flag");
	assert_null(parsed.arena.blocks);
}

static void help_ends_the_line(void **state)
{
	struct parsed parsed = PARSE("--help", "id", "--unknown");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.result.wants_help);
	assert_int_equal(parsed.result.n_args, 0);
	arena_done(&parsed.arena);
}

static void no_words_are_no_arguments(void **state)
{
	struct parsed parsed = PARSE(NULL);

	assert_int_equal(parsed.r, 0);
	assert_int_equal(parsed.result.n_args, 0);
	assert_null(parsed.result.args[0]);
	arena_done(&parsed.arena);
}

static void help_is_noticed_in_every_spelling(void **state)
{
	static const char *const spellings[][WORDS_MAX + 1] = {
		{ "--help" },
		{ "-help" },
		{ "-h" },
		{ "--h" },
		{ "id", "--help", "--nope" },
	};

	for (size_t i = 0; i < LENGTH(spellings); i++) {
		struct parsed parsed = parse_in_order(OPTION_ORDER_ANY, spellings[i]);

		assert_int_equal(parsed.r, 0);
		assert_true(parsed.result.wants_help);
		arena_done(&parsed.arena);
	}
}

static void bad_lines_are_refused_in_known_words(void **state)
{
	static const struct {
		const char *words[WORDS_MAX + 1];
		const char *expected;
	} cases[] = {
		{ { "--nope" }, "flag provided but not defined: -nope" },
		{ { "-x" }, "flag provided but not defined: -x" },
		{ { "-x=1" }, "flag provided but not defined: -x" },
		{ { "-9" }, "flag provided but not defined: -9" },
		{ { "-fb" }, "flag provided but not defined: -fb" },
		{ { "--bundl", "/b" }, "flag provided but not defined: -bundl" },
		{ { "--bundles", "/b" }, "flag provided but not defined: -bundles" },
		{ { "id", "--nope" }, "flag provided but not defined: -nope" },
		{ { "--bundle" }, "flag needs an argument: --bundle" },
		{ { "-bundle" }, "flag needs an argument: --bundle" },
		{ { "-b" }, "flag needs an argument: -b" },
		{ { "--preserve-fds" }, "flag needs an argument: --preserve-fds" },
		{ { "---bundle" }, "bad flag syntax: ---bundle" },
		{ { "--=x" }, "bad flag syntax: --=x" },
		{ { "-=x" }, "bad flag syntax: -=x" },
		{ { "--flag=maybe" }, "invalid boolean value \"maybe\" for -flag: parse error" },
		{ { "--flag=" }, "invalid boolean value \"\" for -flag: parse error" },
		{ { "--format=yaml" },
			"invalid value \"yaml\" for flag -format: not one of table|json" },
		{ { "--format=jso" },
			"invalid value \"jso\" for flag -format: not one of table|json" },
		{ { "--format=table|json" },
			"invalid value \"table|json\" for flag -format: not one of table|json" },
		{ { "--preserve-fds=abc" },
			"invalid value \"abc\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds=" }, "invalid value \"\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds", "-1" },
			"invalid value \"-1\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds", "+1" },
			"invalid value \"+1\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds", "0x1" },
			"invalid value \"0x1\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds", " 1" },
			"invalid value \" 1\" for flag -preserve-fds: parse error" },
		{ { "--preserve-fds", "4294967296" },
			"invalid value \"4294967296\" for flag -preserve-fds: value out of range" },
		{ { "--quota", "1.5" }, "invalid value \"1.5\" for flag -quota: parse error" },
		{ { "--quota", "9223372036854775808" }, "invalid value \"9223372036854775808\" for "
							"flag -quota: value out of range" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct parsed parsed = parse_in_order(OPTION_ORDER_ANY, cases[i].words);

		assert_int_equal(parsed.r, -EINVAL);
		assert_int_equal(parsed.err.code, EINVAL);
		assert_string_equal(parsed.err.text, cases[i].expected);
		arena_done(&parsed.arena);
	}
}

static void a_failure_keeps_what_came_before(void **state)
{
	struct parsed parsed = PARSE("--format=json", "--nope", "--flag");

	assert_int_equal(parsed.r, -EINVAL);
	assert_string_equal(parsed.target.choice, "json");
	assert_false(parsed.target.flag);
	arena_done(&parsed.arena);
}

static void hidden_options_work(void **state)
{
	struct parsed parsed = PARSE("--other-flag");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.target.other_flag);
	arena_done(&parsed.arena);
}

static void letters_are_combined_in_the_syntax_for_people(void **state)
{
	static const char *const spellings[][WORDS_MAX + 1] = {
		{ "-fmb", "/b" },
		{ "-fmb/b" },
		{ "-f", "-m", "-b=/b" },
		{ "--flag", "--mount", "--bundle", "/b" },
	};

	for (size_t i = 0; i < LENGTH(spellings); i++) {
		struct parsed parsed = parse_by(
			(struct option_rules){ .syntax = OPTION_SYNTAX_GNU }, spellings[i]);

		assert_int_equal(parsed.r, 0);
		assert_true(parsed.target.flag);
		assert_true(parsed.target.optional.is_given);
		assert_null(parsed.target.optional.value);
		assert_string_equal(parsed.target.string, "/b");
		assert_int_equal(parsed.result.n_args, 0);
		arena_done(&parsed.arena);
	}
}

static void one_dash_is_no_name_and_two_no_letter_for_people(void **state)
{
	static const char *const bad[] = { "-flag", "--f", "--b=x", "-fx" };

	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct parsed parsed = PARSE_GNU(bad[i]);

		assert_int_equal(parsed.r, -EINVAL);
		arena_done(&parsed.arena);
	}
}

static void a_value_that_may_be_left_out_stands_behind_the_equals_sign_only(void **state)
{
	struct parsed with = PARSE_GNU("--mount=/proc/1/ns/mnt", "word");
	struct parsed without = PARSE_GNU("--mount", "word");

	assert_string_equal(with.target.optional.value, "/proc/1/ns/mnt");
	assert_int_equal(with.result.n_args, 1);
	assert_true(without.target.optional.is_given);
	assert_null(without.target.optional.value);
	assert_string_equal(without.result.args[0], "word");
	arena_done(&with.arena);
	arena_done(&without.arena);
}

static void help_may_stand_among_letters(void **state)
{
	struct parsed parsed = PARSE_GNU("-fh");

	assert_int_equal(parsed.r, 0);
	assert_true(parsed.result.wants_help);
	arena_done(&parsed.arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_taken_in_every_spelling),
		cmocka_unit_test(flags_are_taken_in_every_spelling),
		cmocka_unit_test(a_flag_takes_no_value_from_the_next_word),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(a_value_may_contain_equals_signs),
		cmocka_unit_test(an_empty_value_is_none),
		cmocka_unit_test(numbers_are_stored),
		cmocka_unit_test(a_number_that_was_not_given_says_so),
		cmocka_unit_test(arguments_keep_their_order_between_options),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(what_follows_the_first_argument_can_be_handed_on),
		cmocka_unit_test(what_is_handed_on_needs_no_memory),
		cmocka_unit_test(help_ends_the_line),
		cmocka_unit_test(no_words_are_no_arguments),
		cmocka_unit_test(help_is_noticed_in_every_spelling),
		cmocka_unit_test(bad_lines_are_refused_in_known_words),
		cmocka_unit_test(a_failure_keeps_what_came_before),
		cmocka_unit_test(hidden_options_work),
		cmocka_unit_test(letters_are_combined_in_the_syntax_for_people),
		cmocka_unit_test(one_dash_is_no_name_and_two_no_letter_for_people),
		cmocka_unit_test(a_value_that_may_be_left_out_stands_behind_the_equals_sign_only),
		cmocka_unit_test(help_may_stand_among_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
