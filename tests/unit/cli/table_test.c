/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/table.h"

static char *written(const struct table *table, struct arena *arena)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	table_write(table, arena, out);
	fclose(out);
	return text;
}

static void columns_are_aligned_and_lines_have_no_spaces_at_their_end(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct table table = TABLE_INIT(3);
	char *text;

	table_add(&table, &arena, (const char *const[]){ "ID", "PID", "OWNER" });
	table_add(&table, &arena, (const char *const[]){ "a", "12345", "root" });
	table_add(&table, &arena, (const char *const[]){ "longer", "0", NULL });
	text = written(&table, &arena);
	assert_string_equal(text, "ID       PID     OWNER\n"
				  "a        12345   root\n"
				  "longer   0       \n");
	free(text);
}

static void a_cell_cannot_break_its_row(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct table table = TABLE_INIT(2);
	char *text;

	table_add(&table, &arena, (const char *const[]){ "a\nb\x1b", "c" });
	text = written(&table, &arena);
	assert_string_equal(text, "a b?   c\n");
	free(text);
}

static void width_is_counted_in_characters(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct table table = TABLE_INIT(2);
	char *text;

	table_add(&table, &arena, (const char *const[]){ "\xc3\xa4\xc3\xb6", "x" });
	table_add(&table, &arena, (const char *const[]){ "abc", "y" });
	text = written(&table, &arena);
	assert_string_equal(text, "\xc3\xa4\xc3\xb6    x\nabc   y\n");
	free(text);
}

static void a_table_without_rows_is_nothing(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct table table = TABLE_INIT(2);
	char *text = written(&table, &arena);

	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned_and_lines_have_no_spaces_at_their_end),
		cmocka_unit_test(a_cell_cannot_break_its_row),
		cmocka_unit_test(width_is_counted_in_characters),
		cmocka_unit_test(a_table_without_rows_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
