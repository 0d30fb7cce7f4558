/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void a_failed_call_is_told_with_its_errno(void **state)
{
	struct err err = ERR_INIT;

	errno = ENOENT;
	assert_int_equal(err_sys(&err, "open %s", "/x"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "open /x: no such file or directory");
	assert_string_equal(err.syscall, "open");
}

static void a_code_counts_with_either_sign(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(err_sys_code(&err, EACCES, "mount %s", "/x"), -EACCES);
	assert_string_equal(err.text, "mount /x: permission denied");
	assert_int_equal(err_sys_code(&err, -EPERM, "clone3"), -EPERM);
	assert_int_equal(err.code, EPERM);
	assert_string_equal(err.syscall, "clone3");
}

static void a_decision_stands_alone(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(err_fail(&err, EINVAL, "%s is wrong", "x"), -EINVAL);
	assert_string_equal(err.text, "x is wrong");
	assert_string_equal(err.syscall, "");
}

static void purposes_come_in_front(void **state)
{
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL, "wrong");
	assert_int_equal(err_while(&err, "inner %d", 1), -EINVAL);
	assert_int_equal(err_while(&err, "outer"), -EINVAL);
	assert_string_equal(err.text, "outer: inner 1: wrong");
}

static void a_text_that_is_too_long_keeps_both_ends(void **state)
{
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL, "the end");
	for (int i = 0; i < 200; i++)
		err_while(&err, "purpose %d", i);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	assert_int_equal(strncmp(err.text, "purpose 199: ", 13), 0);
	assert_string_equal(err.text + strlen(err.text) - 7, "the end");
}

static void the_innermost_path_and_field_win(void **state)
{
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL, "x");
	assert_int_equal(err_config(&err, "/mounts/%d", 3), -EINVAL);
	err_config(&err, "/mounts");
	assert_int_equal(err_path(&err, "/inner"), -EINVAL);
	err_path(&err, "/outer");
	assert_int_equal(err_phase(&err, "MOUNT"), -EINVAL);
	err_phase(&err, "build");
	assert_string_equal(err.config, "/mounts/3");
	assert_string_equal(err.path, "/inner");
	assert_string_equal(err.phase, "MOUNT");
}

static void a_new_failure_forgets_the_old_one(void **state)
{
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL, "x");
	err_config(&err, "/a");
	err_hint(&err, "try");
	err_fail(&err, ENOENT, "y");
	assert_string_equal(err.config, "");
	assert_string_equal(err.hint, "");
	assert_int_equal(err.code, ENOENT);
}

/* Engines match these letter by letter. */
static void errno_texts_are_lower_case(void **state)
{
	assert_string_equal(err_errno_text(ENOENT), "no such file or directory");
	assert_string_equal(err_errno_text(-EACCES), "permission denied");
	assert_string_equal(err_errno_text(EPERM), "operation not permitted");
	assert_string_equal(err_errno_text(EISDIR), "is a directory");
	assert_string_equal(err_errno_text(ENOTDIR), "not a directory");
	assert_string_equal(err_errno_text(ESRCH), "no such process");
	assert_string_equal(err_errno_text(4000), "errno 4000");
	for (int code = 1; code < 134; code++)
		assert_false(isupper((unsigned char)err_errno_text(code)[0]));
}

static void what_was_received_is_made_harmless(void **state)
{
	struct err err;

	memset(&err, '\033', sizeof(err));
	err_sanitize(&err);
	assert_int_equal(err.code, EPROTO); /* it was no errno */
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	assert_int_equal(strlen(err.path), ERR_PATH_BYTES - 1);
	assert_int_equal(strlen(err.config), ERR_CONFIG_BYTES - 1);
	assert_int_equal(strlen(err.hint), ERR_HINT_BYTES - 1);
	assert_int_equal(strlen(err.hook_stderr), ERR_STDERR_BYTES - 1);
	assert_int_equal(strlen(err.syscall), ERR_WORD_BYTES - 1);
	assert_int_equal(strlen(err.phase), ERR_WORD_BYTES - 1);
	assert_null(strchr(err.text, '\033'));
	assert_null(strchr(err.hook_stderr, '\033'));
	memset(&err, 0xff, sizeof(err));
	err_sanitize(&err);
	assert_int_equal(err.code, EPROTO);
	assert_int_equal(err.step, 0);
}

static void what_was_right_stays_as_it_is(void **state)
{
	struct err err = ERR_INIT, before;

	errno = ENOENT;
	err_sys(&err, "open %s", "/x");
	err.step = 4;
	before = err;
	err_sanitize(&err);
	assert_memory_equal(&err, &before, sizeof(err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_call_is_told_with_its_errno),
		cmocka_unit_test(a_code_counts_with_either_sign),
		cmocka_unit_test(a_decision_stands_alone),
		cmocka_unit_test(purposes_come_in_front),
		cmocka_unit_test(a_text_that_is_too_long_keeps_both_ends),
		cmocka_unit_test(the_innermost_path_and_field_win),
		cmocka_unit_test(a_new_failure_forgets_the_old_one),
		cmocka_unit_test(errno_texts_are_lower_case),
		cmocka_unit_test(what_was_received_is_made_harmless),
		cmocka_unit_test(what_was_right_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
