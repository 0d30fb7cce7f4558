/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

/* One option as it was given: "--name=value". */
struct given {
	const char *name; /* not NUL-terminated */
	size_t name_length;
	const char *value; /* behind '=', or NULL */
	bool may_be_name, may_be_letter;
};

static const struct {
	const char *word;
	bool value;
} truth_words[] = {
	{ "true", true },
	{ "false", false },
	{ "1", true },
	{ "0", false },
	{ "t", true },
	{ "f", false },
	{ "T", true },
	{ "F", false },
	{ "TRUE", true },
	{ "FALSE", false },
	{ "True", true },
	{ "False", false },
};

static int refuse_value(
	struct err *err, const struct option_spec *spec, const char *value, const char *reason)
{
	return err_fail(
		err, EINVAL, "invalid value \"%s\" for flag -%s: %s", value, spec->name, reason);
}

static int refuse_number(
	struct err *err, const struct option_spec *spec, const char *value, int code)
{
	return refuse_value(
		err, spec, value, code == -ERANGE ? "value out of range" : "parse error");
}

static int store_flag(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	(void)arena;
	for (size_t i = 0; i < sizeof(truth_words) / sizeof(truth_words[0]); i++) {
		if (text_equal(value, truth_words[i].word)) {
			*(bool *)target = truth_words[i].value;
			return 0;
		}
	}
	return err_fail(err, EINVAL, "invalid boolean value \"%s\" for -%s: parse error", value,
		spec->name);
}

static int store_string(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	(void)spec;
	(void)arena;
	(void)err;
	*(const char **)target = value[0] == '\0' ? NULL : value;
	return 0;
}

static bool is_one_of(const char *value, const char *words)
{
	size_t length = strlen(value);

	for (const char *word = words;; word++) {
		size_t word_length = strcspn(word, "|");

		if (length == word_length && memcmp(word, value, length) == 0)
			return true;
		word += word_length;
		if (*word == '\0')
			return false;
	}
}

static int store_choice(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	if (value[0] != '\0' && !is_one_of(value, spec->argument))
		return err_fail(err, EINVAL, "invalid value \"%s\" for flag -%s: not one of %s",
			value, spec->name, spec->argument);
	return store_string(spec, arena, value, target, err);
}

static int store_u32(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	int r = parse_u32(value, target);

	(void)arena;
	if (r < 0)
		return refuse_number(err, spec, value, r);
	return 0;
}

static int store_number(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	struct option_number *number = target;
	int r = parse_i64(value, &number->value);

	(void)arena;
	if (r < 0)
		return refuse_number(err, spec, value, r);
	number->is_given = true;
	return 0;
}

static int store_list(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	struct option_list *list = target;

	(void)spec;
	(void)err;
	ARENA_APPEND(arena, list->items, list->n_items) = value;
	return 0;
}

static int store_optional(const struct option_spec *spec, struct arena *arena, const char *value,
	void *target, struct err *err)
{
	struct option_optional *optional = target;

	(void)spec;
	(void)arena;
	(void)err;
	optional->is_given = true;
	optional->value = value[0] == '\0' ? NULL : value;
	return 0;
}

static int (*const store[OPTION_KIND_COUNT])(const struct option_spec *spec, struct arena *arena,
	const char *value, void *target, struct err *err) = {
	[OPTION_KIND_FLAG] = store_flag,
	[OPTION_KIND_STRING] = store_string,
	[OPTION_KIND_CHOICE] = store_choice,
	[OPTION_KIND_U32] = store_u32,
	[OPTION_KIND_NUMBER] = store_number,
	[OPTION_KIND_LIST] = store_list,
	[OPTION_KIND_OPTIONAL] = store_optional,
};

static bool has_name(const struct given *given, const char *name)
{
	return given->may_be_name && strlen(name) == given->name_length &&
	       memcmp(given->name, name, given->name_length) == 0;
}

static bool has_letter(const struct given *given, char letter)
{
	return given->may_be_letter && letter != '\0' && given->name_length == 1 &&
	       given->name[0] == letter;
}

static const struct option_spec *find(const struct option_spec *table, const struct given *given)
{
	for (const struct option_spec *spec = table; spec->name; spec++) {
		if (has_name(given, spec->name) || has_letter(given, spec->letter))
			return spec;
	}
	return NULL;
}

static struct given split(const char *argument, enum option_syntax syntax)
{
	bool has_two_dashes = argument[1] == '-';
	const char *name = argument + (has_two_dashes ? 2 : 1);
	size_t length = strcspn(name, "=");

	return (struct given){
		.name = name,
		.name_length = length,
		.value = name[length] == '=' ? name + length + 1 : NULL,
		.may_be_name = true,
		.may_be_letter = syntax == OPTION_SYNTAX_GO,
	};
}

static bool is_well_formed(const struct given *given)
{
	return given->name_length > 0 && given->name[0] != '-';
}

static int refuse_missing_value(const struct given *given, struct err *err)
{
	return err_fail(err, EINVAL, "flag needs an argument: %s%.*s",
		given->name_length > 1 ? "--" : "-", (int)given->name_length, given->name);
}

/* Where the parser stands in argv. */
struct cursor {
	int argc;
	char *const *argv;
	int next;
};

/* What an option stands for that is given without a value; NULL: it needs one. */
static const char *value_if_none(const struct option_spec *spec)
{
	if (spec->kind == OPTION_KIND_FLAG)
		return "true";
	return spec->kind == OPTION_KIND_OPTIONAL ? "" : NULL;
}

static int take_option(const struct option_spec *spec, const struct given *given,
	struct arena *arena, struct cursor *cursor, void *target, struct err *err)
{
	const char *value = given->value ? given->value : value_if_none(spec);

	if (!value && cursor->next == cursor->argc)
		return refuse_missing_value(given, err);
	if (!value)
		value = cursor->argv[cursor->next++];

	return store[spec->kind](spec, arena, value, (char *)target + spec->offset, err);
}

static bool is_option(const char *argument)
{
	return argument[0] == '-' && argument[1] != '\0';
}

static void take_argument(struct arena *arena, struct option_result *result, const char *argument)
{
	ARENA_APPEND(arena, result->args, result->n_args) = argument;
}

static void take_rest(struct arena *arena, struct cursor *cursor, struct option_result *result)
{
	while (cursor->next < cursor->argc)
		take_argument(arena, result, cursor->argv[cursor->next++]);
}

/* The rest of the line as it stands: nothing is needed of the arena. */
static void hand_rest_on(struct cursor *cursor, struct option_result *result)
{
	result->args = (const char **)cursor->argv + cursor->next;
	result->n_args = (size_t)(cursor->argc - cursor->next);
}

static int parse_name(const struct option_spec *table, const struct given *given,
	struct arena *arena, struct cursor *cursor, void *target, struct option_result *result,
	struct err *err)
{
	const struct option_spec *spec = find(table, given);

	if (spec)
		return take_option(spec, given, arena, cursor, target, err);
	if (!has_name(given, "help") && !has_letter(given, 'h'))
		return err_fail(err, EINVAL, "flag provided but not defined: -%.*s",
			(int)given->name_length, given->name);

	result->wants_help = true;
	return 0;
}

/* The letter at *letters; *letters is then at the next one, or at the end if the rest is its value.
 */
static struct given split_letter(const struct option_spec *table, const char **letters)
{
	struct given given = { .name = *letters, .name_length = 1, .may_be_letter = true };
	const char *rest = *letters + 1;
	const struct option_spec *spec = find(table, &given);
	bool takes_rest = spec && !value_if_none(spec) && *rest != '\0';

	if (*rest == '=' || takes_rest) {
		given.value = rest + (*rest == '=');
		rest += strlen(rest);
	}
	*letters = rest;
	return given;
}

/* "-it", "-tpid" */
static int parse_letters(const struct option_spec *table, const char *letters, struct arena *arena,
	struct cursor *cursor, void *target, struct option_result *result, struct err *err)
{
	while (*letters != '\0' && !result->wants_help) {
		const struct given given = split_letter(table, &letters);
		int r = parse_name(table, &given, arena, cursor, target, result, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_option(const struct option_spec *table, enum option_syntax syntax,
	struct arena *arena, struct cursor *cursor, void *target, struct option_result *result,
	struct err *err)
{
	const char *argument = cursor->argv[cursor->next++];
	const struct given given = split(argument, syntax);

	if (!is_well_formed(&given))
		return err_fail(err, EINVAL, "bad flag syntax: %s", argument);
	if (syntax == OPTION_SYNTAX_GNU && argument[1] != '-')
		return parse_letters(table, argument + 1, arena, cursor, target, result, err);
	return parse_name(table, &given, arena, cursor, target, result, err);
}

/* One step; what is no option is taken as an argument. */
static int parse_next(const struct option_spec *table, enum option_syntax syntax,
	struct arena *arena, struct cursor *cursor, void *target, struct option_result *result,
	struct err *err)
{
	const char *argument = cursor->argv[cursor->next];

	if (is_option(argument))
		return parse_option(table, syntax, arena, cursor, target, result, err);
	take_argument(arena, result, argument);
	cursor->next++;
	return 0;
}

static bool is_at_end_of_options(const struct cursor *cursor, enum option_order order)
{
	const char *argument = cursor->argv[cursor->next];

	return text_equal(argument, "--") ||
	       (order == OPTION_ORDER_ARGUMENTS_LAST && !is_option(argument));
}

int option_parse(const struct option_spec *table, struct option_rules rules, struct arena *arena,
	int argc, char *const *argv, void *target, struct option_result *ret, struct err *err)
{
	struct option_result result = { 0 };
	struct cursor cursor = { .argc = argc, .argv = argv };

	while (cursor.next < argc && !result.wants_help &&
		!is_at_end_of_options(&cursor, rules.order)) {
		int r = parse_next(table, rules.syntax, arena, &cursor, target, &result, err);

		if (r < 0)
			return r;
	}
	if (result.wants_help)
		cursor.next = argc;
	else if (cursor.next < argc && text_equal(argv[cursor.next], "--"))
		cursor.next++;
	if (rules.order == OPTION_ORDER_ARGUMENTS_LAST) {
		hand_rest_on(&cursor, &result);
	} else {
		take_rest(arena, &cursor, &result);
		take_argument(arena, &result, NULL);
		result.n_args--;
	}
	*ret = result;
	return 0;
}
