/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/hook_process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct err err;

/* A hook that is a line of shell. */
static int run(const char *line, const void *input, size_t input_size, uint64_t timeout_sec)
{
	const char *const args[] = { "hook", "-c", line, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "NAME=value", NULL };
	const struct hook_process hook = {
		.path = "/bin/sh",
		.args = args,
		.env = env,
		.timeout_sec = timeout_sec,
		.input = input,
		.input_size = input_size,
	};

	err = ERR_INIT;
	return hook_process_run(&hook, &err);
}

static void a_hook_that_ends_well_is_no_error(void **state)
{
	assert_int_equal(run("exit 0", NULL, 0, 0), 0);
	assert_int_equal(err.code, 0);
}

static void a_hook_reads_the_state_to_its_end(void **state)
{
	assert_int_equal(run("test \"$(cat)\" = '{\"id\":\"c1\"}'", "{\"id\":\"c1\"}", 11, 0), 0);
}

static void a_hook_need_not_read_its_state(void **state)
{
	const size_t size = 1 << 20;
	char *state_text = calloc(1, size);

	assert_non_null(state_text);
	assert_int_equal(run("exit 0", state_text, size, 0), 0);
	assert_int_equal(run("head -c 10 >/dev/null", state_text, size, 0), 0);
	assert_int_equal(run("test $(wc -c) = 1048576", state_text, size, 0), 0);
	free(state_text);
}

static void a_hook_has_the_environment_of_the_configuration_alone(void **state)
{
	setenv("HULL_HOOK_TEST", "seen", 1);
	assert_int_equal(run("test -z \"$HULL_HOOK_TEST\" && test $NAME = value", NULL, 0, 0), 0);
}

static void a_failing_hook_says_how_it_ended_and_what_it_wrote(void **state)
{
	assert_true(run("echo 'not me' >&2; exit 3", NULL, 0, 0) < 0);
	assert_string_equal(err.text, "exit status 3");
	assert_string_equal(err.hook_stderr, "not me\n");
	assert_string_equal(err.path, "/bin/sh");
	assert_true(run("kill -9 $$", NULL, 0, 0) < 0);
	assert_string_equal(err.text, "killed by signal 9");
}

static void only_the_end_of_much_output_is_kept(void **state)
{
	assert_true(run("seq 1 100000 >&2; exit 1", NULL, 0, 0) < 0);
	assert_int_equal(strlen(err.hook_stderr), ERR_STDERR_BYTES - 1);
	assert_non_null(strstr(err.hook_stderr, "\n99999\n100000\n"));
}

static void output_cannot_command_a_terminal(void **state)
{
	assert_true(run("printf '\\033]0;x\\007' >&2; exit 1", NULL, 0, 0) < 0);
	assert_string_equal(err.hook_stderr, "?]0;x?");
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void a_hook_is_killed_after_its_time(void **state)
{
	uint64_t begin = now_ms();

	assert_int_equal(run("exec sleep 30", NULL, 0, 1), -ETIME);
	assert_true(now_ms() - begin >= 1000);
	assert_true(now_ms() - begin < 25000);
	assert_non_null(strstr(err.text, "1 s"));
}

/* what it left behind holds its standard error open */
static void a_hooks_children_are_not_waited_for(void **state)
{
	uint64_t begin = now_ms();

	assert_int_equal(run("sleep 20 & exit 0", NULL, 0, 0), 0);
	assert_true(now_ms() - begin < 15000);
}

static void a_hook_that_is_not_there_is_told(void **state)
{
	const struct hook_process hook = { .path = "/nowhere/hook" };

	err = ERR_INIT;
	assert_int_equal(hook_process_run(&hook, &err), -ENOENT);
	assert_string_equal(err.text, "exec /nowhere/hook: no such file or directory");
	assert_string_equal(err.hook_stderr, "");
	assert_string_equal(err.path, "/nowhere/hook");
}

static void without_arguments_the_path_is_the_name(void **state)
{
	const struct hook_process hook = { .path = "/bin/true" };

	err = ERR_INIT;
	assert_int_equal(hook_process_run(&hook, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hook_that_ends_well_is_no_error),
		cmocka_unit_test(a_hook_reads_the_state_to_its_end),
		cmocka_unit_test(a_hook_need_not_read_its_state),
		cmocka_unit_test(a_hook_has_the_environment_of_the_configuration_alone),
		cmocka_unit_test(a_failing_hook_says_how_it_ended_and_what_it_wrote),
		cmocka_unit_test(only_the_end_of_much_output_is_kept),
		cmocka_unit_test(output_cannot_command_a_terminal),
		cmocka_unit_test(a_hook_is_killed_after_its_time),
		cmocka_unit_test(a_hooks_children_are_not_waited_for),
		cmocka_unit_test(a_hook_that_is_not_there_is_told),
		cmocka_unit_test(without_arguments_the_path_is_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
