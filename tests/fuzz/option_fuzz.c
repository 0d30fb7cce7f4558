/* SPDX-License-Identifier: Apache-2.0 */
/* A command line, words ended by NUL bytes, for a table with a row of every kind. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/ip_prefix.h"
#include "cli/container_id.h"
#include "cli/option.h"
#include "cli/signal_name.h"

enum { WORDS_MAX = 64 };

struct target {
	bool flag;
	const char *string;
	const char *choice;
	uint32_t u32;
	struct option_number number;
	struct option_list list;
	struct option_optional optional;
};

static const struct option_spec table[] = {
	OPTION_FLAG(struct target, flag, "flag", .letter = 'f', .help = "flag"),
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

static int split(char *words, size_t size, char *argv[WORDS_MAX + 1])
{
	int argc = 0;

	for (size_t at = 0; at < size && argc < WORDS_MAX; at += strlen(words + at) + 1)
		argv[argc++] = words + at;
	argv[argc] = NULL;
	return argc;
}

static void check_result(const struct option_result *result, int argc)
{
	assert(result->n_args <= (size_t)argc);
	assert(!result->args[result->n_args]);
	for (size_t i = 0; i < result->n_args; i++)
		assert(result->args[i]);
}

static void check_prefix(const char *word)
{
	char text[IP_PREFIX_TEXT_BYTES];
	struct ip_prefix prefix, again;

	if (ip_prefix_parse(word, &prefix) < 0)
		return;
	ip_prefix_format(&prefix, text);
	assert(ip_prefix_parse(text, &again) == 0);
	assert(memcmp(prefix.bytes, again.bytes, sizeof(prefix.bytes)) == 0);
	if (ip_prefix_neighbour(&prefix, &again) == 0)
		assert(memcmp(prefix.bytes, again.bytes, sizeof(prefix.bytes)) != 0);
}

static void check_words(const char *word)
{
	struct err err = ERR_INIT;
	int number = 0;

	check_prefix(word);

	if (container_id_check(word, &err) == 0)
		assert(!strpbrk(word, "/ \n\x1b") && word[0] != '\0');
	if (signal_parse(word, &number, &err) == 0)
		assert(number >= 0 && number <= 64);
}

static void parse(struct option_rules rules, int argc, char **argv)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct target target = { 0 };
	struct option_result result;
	struct err err = ERR_INIT;
	int r = option_parse(table, rules, &arena, argc, argv, &target, &result, &err);

	if (r < 0)
		assert(r == -EINVAL && err.code == EINVAL && err.text[0] != '\0');
	else
		check_result(&result, argc);
	if (target.choice)
		assert(strcmp(target.choice, "table") == 0 || strcmp(target.choice, "json") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *words = arena_alloc(&arena, size + 1);
	char *argv[WORDS_MAX + 1];
	int argc;

	if (size > 0)
		memcpy(words, bytes, size);
	argc = split(words, size, argv);
	for (int order = 0; order < OPTION_ORDER_COUNT; order++)
		for (int syntax = 0; syntax < OPTION_SYNTAX_COUNT; syntax++)
			parse((struct option_rules){ order, syntax }, argc, argv);
	for (int i = 0; i < argc; i++)
		check_words(argv[i]);
	return 0;
}
