/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/option_help.h"

struct target {
	bool flag;
	const char *string;
};

static const struct option_spec table[] = {
	OPTION_STRING(struct target, string, "bundle", .letter = 'b', .argument = "DIR",
		.help = "directory of the bundle, with words enough for more than a single line of "
			"it"),
	OPTION_FLAG(struct target, flag, "no-pivot", .help = ".starts with a dot"),
	OPTION_FLAG(struct target, flag, "secret", .is_hidden = true, .help = "not shown"),
	OPTION_CHOICE(struct target, string, "a-name-of-a-length", .argument = "first|second|third",
		.help = "back\\slash"),
	OPTION_END,
};

static char *written_of(
	const struct option_spec *rows, void (*write)(const struct option_spec *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(rows, out);
	fclose(out);
	return text;
}

static char *written(void (*write)(const struct option_spec *, FILE *))
{
	return written_of(table, write);
}

static void help_is_aligned_and_wrapped(void **state)
{
	char *text = written(option_write_help);

	assert_string_equal(text,
		"Options:\n"
		"  -b, --bundle DIR  directory of the bundle, with words enough for more than a\n"
		"                    single line of it\n"
		"      --no-pivot    .starts with a dot\n"
		"      --a-name-of-a-length first|second|third\n"
		"                    back\\slash\n"
		"  -h, --help        show this text\n");
	free(text);
}

static void no_line_of_help_is_longer_than_a_terminal(void **state)
{
	char *text = written(option_write_help);

	for (char *line = text; line && *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 80);
	free(text);
}

static void the_man_page_escapes_its_own_markup(void **state)
{
	char *text = written(option_write_man);

	assert_string_equal(text,
		".TP\n"
		"\\fB\\-b\\fR, \\fB\\-\\-bundle\\fR \\fIDIR\\fR\n"
		"directory of the bundle, with words enough for more than a single line of it\n"
		".TP\n"
		"\\fB\\-\\-no\\-pivot\\fR\n"
		"\\&.starts with a dot\n"
		".TP\n"
		"\\fB\\-\\-a\\-name\\-of\\-a\\-length\\fR \\fIfirst|second|third\\fR\n"
		"back\\eslash\n"
		".TP\n"
		"\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
		"show this text\n");
	free(text);
}

static void a_letter_that_the_table_uses_is_not_help_s(void **state)
{
	static const struct option_spec rows[] = {
		{ .name = "hostname", .letter = 'h', .help = "x" },
		OPTION_END,
	};
	char *text = written_of(rows, option_write_help);

	assert_string_equal(text, "Options:\n"
				  "  -h, --hostname  x\n"
				  "      --help      show this text\n");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_aligned_and_wrapped),
		cmocka_unit_test(no_line_of_help_is_longer_than_a_terminal),
		cmocka_unit_test(the_man_page_escapes_its_own_markup),
		cmocka_unit_test(a_letter_that_the_table_uses_is_not_help_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
