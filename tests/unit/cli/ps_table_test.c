/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "cli/ps_table.h"

static const pid_t pids[] = { 7, 42, 1000 };

static int write_to(char **ret_text, const char *table, struct err *err)
{
	size_t size;
	FILE *out = open_memstream(ret_text, &size);
	int r;

	assert_non_null(out);
	r = ps_table_write(table, pids, sizeof(pids) / sizeof(pids[0]), out, err);
	fclose(out);
	return r;
}

static void assert_chosen(const char *table, const char *expected)
{
	struct err err = ERR_INIT;
	char *text;

	assert_int_equal(write_to(&text, table, &err), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void the_heading_and_the_lines_of_these_pids_are_kept(void **state)
{
	assert_chosen("UID   PID  PPID CMD\n"
		      "root    1     0 init\n"
		      "root    7     1 sh -c 42\n"
		      "root   42     7 sleep 9\n"
		      "root   43    42 sleep 42\n"
		      "root 1000     7 x\n",
		"UID   PID  PPID CMD\n"
		"root    7     1 sh -c 42\n"
		"root   42     7 sleep 9\n"
		"root 1000     7 x\n");
}

static void the_column_is_found_wherever_it_stands(void **state)
{
	assert_chosen("  PID\n    7\n   17\n", "  PID\n    7\n");
	assert_chosen("PPID TTY\tPID\n7 ? 1\n1 ? 42\n", "PPID TTY\tPID\n1 ? 42\n");
}

static void lines_without_a_number_there_are_left_out(void **state)
{
	assert_chosen("USER PID\nroot 7\n\nroot\nroot -\nroot 7x\nroot 4294967303\nroot 42",
		"USER PID\nroot 7\nroot 42\n");
}

static void without_the_column_nothing_is_chosen(void **state)
{
	static const char *const tables[] = { "", "\n", "PPID CMD\n7 7\n", "\nPID\n7\n",
		"XPID PIDX\n" };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct err err = ERR_INIT;
		char *text;

		assert_int_equal(write_to(&text, tables[i], &err), -EINVAL);
		assert_string_equal(err.text, "couldn't find PID field in ps output");
		assert_string_equal(text, "");
		free(text);
	}
}

static void of_no_processes_the_heading_is_left(void **state)
{
	struct err err = ERR_INIT;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(ps_table_write("PID\n7\n", NULL, 0, out, &err), 0);
	fclose(out);
	assert_string_equal(text, "PID\n");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_heading_and_the_lines_of_these_pids_are_kept),
		cmocka_unit_test(the_column_is_found_wherever_it_stands),
		cmocka_unit_test(lines_without_a_number_there_are_left_out),
		cmocka_unit_test(without_the_column_nothing_is_chosen),
		cmocka_unit_test(of_no_processes_the_heading_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
