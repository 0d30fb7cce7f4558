/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/grid.h"

static const struct grid_column columns[] = {
	{ "NR", .is_right = true },
	{ "NAME", .is_tree = true },
	{ "TEXT", .may_be_cut = true },
};

static char output[4096];

static const char *written(const struct grid *grid, const struct grid_style *style)
{
	FILE *out = fmemopen(output, sizeof(output), "w");

	assert_non_null(out);
	grid_write(grid, style, out);
	fclose(out);
	return output;
}

static struct grid make(struct arena *arena)
{
	struct grid grid = GRID_INIT(arena, columns, 3);

	grid_add(&grid, (const char *const[]){ "1", "a", "one two three" }, "");
	grid_add(&grid, (const char *const[]){ "22", "b", NULL }, grid_branches(arena, "|"));
	grid_add(&grid, (const char *const[]){ "3", "c", "x" }, grid_branches(arena, "| "));
	grid_add(&grid, (const char *const[]){ "4", "d", "y\nz" }, grid_branches(arena, " "));
	return grid;
}

static void numbers_stand_right_and_branches_in_front_of_names(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct grid grid = make(&arena);

	assert_string_equal(written(&grid, &(struct grid_style){ 0 }), "NR NAME  TEXT\n"
								       " 1 a     one two three\n"
								       "22 |-b   \n"
								       " 3 | `-c x\n"
								       " 4 `-d   y\n"
								       "         z\n");
}

static void a_locale_of_utf8_draws_lines(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	setenv("LC_ALL", "C.UTF-8", 1);
	assert_string_equal(grid_branches(&arena, "| "), "│ └─");
	setenv("LC_ALL", "C", 1);
	assert_string_equal(grid_branches(&arena, "| "), "| `-");
	assert_string_equal(grid_branches(&arena, ""), "");
}

static void what_may_be_cut_gives_way_to_the_terminals_width(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct grid grid = make(&arena);
	const struct grid_style style = { .width = 18, .has_no_heading = true };

	assert_memory_equal(written(&grid, &style), " 1 a     one two t\n", 19);
}

static void a_cut_never_divides_a_character(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct grid grid = GRID_INIT(&arena, &columns[2], 1);
	const struct grid_style style = { .width = 9, .has_no_heading = true };

	grid_add(&grid, (const char *const[]){ "ääääääääää" }, NULL);
	assert_string_equal(written(&grid, &style), "äääääääää\n");
}

static void nothing_reaches_the_terminal_as_a_command(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct grid grid = GRID_INIT(&arena, &columns[2], 1);
	const struct grid_style raw = { .is_raw = true, .has_no_heading = true };

	grid_add(&grid, (const char *const[]){ "a\033]0;x\007\tb" }, NULL);
	written(&grid, &(struct grid_style){ 0 });
	assert_null(strchr(output, '\033'));
	assert_null(strchr(output, '\t'));
	assert_string_equal(written(&grid, &raw), "a\\x1b]0;x\\x07\\x09b\n");
}

static void a_column_that_says_nothing_may_be_left_out(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const struct grid_column some[] = { { "A" }, { "B", .is_left_out_if_empty = true },
		{ "C" } };
	struct grid grid = GRID_INIT(&arena, some, 3);

	grid_add(&grid, (const char *const[]){ "1", NULL, "3" }, NULL);
	assert_string_equal(written(&grid, &(struct grid_style){ 0 }), "A C\n1 3\n");
	grid_add(&grid, (const char *const[]){ "1", "2", "3" }, NULL);
	assert_string_equal(written(&grid, &(struct grid_style){ 0 }), "A B C\n1   3\n1 2 3\n");
}

int main(void)
{
	setenv("LC_ALL", "C", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_stand_right_and_branches_in_front_of_names),
		cmocka_unit_test(a_locale_of_utf8_draws_lines),
		cmocka_unit_test(what_may_be_cut_gives_way_to_the_terminals_width),
		cmocka_unit_test(a_cut_never_divides_a_character),
		cmocka_unit_test(nothing_reaches_the_terminal_as_a_command),
		cmocka_unit_test(a_column_that_says_nothing_may_be_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
