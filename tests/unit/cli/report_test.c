/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/report.h"

static struct err failed_mount(void)
{
	struct err err = ERR_INIT;

	err_sys_code(&err, ENOENT, "open_tree %s", "/srv/data");
	err_while(&err, "mount /srv/data on /data");
	err_config(&err, "/mounts/3/source");
	err_path(&err, "/srv/data");
	err_phase(&err, "MOUNT");
	err.step = 7;
	return err;
}

static void a_message_is_one_line_with_cause_field_and_hint(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = failed_mount();

	err_hint(&err, "make the directory first");
	assert_string_equal(report_message(&arena, &err),
		"mount /srv/data on /data: open_tree /srv/data: no such file or directory "
		"(config /mounts/3/source); hint: make the directory first");
}

static void what_is_not_known_is_left_out(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;

	err_fail(&err, ENOENT, "container does not exist");
	assert_string_equal(report_message(&arena, &err), "container does not exist");
}

static void a_field_that_the_text_names_is_not_named_again(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL, "/process/user/uid: -1 is not a number");
	err_config(&err, "/process/user/uid");
	assert_string_equal(report_message(&arena, &err), "/process/user/uid: -1 is not a number");
}

static void a_hint_with_words_that_engines_match_is_left_out(void **state)
{
	static const char *const hints[] = {
		"the runtime says Permission denied when AppArmor is in the way",
		"operation not permitted means that",
		"is there no such file or directory?",
		"executable file not found",
		"if /data is a directory",
		"/data is not a directory",
		"it does not exist",
		"no such process",
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;

		err_fail(&err, EINVAL, "it failed");
		err_hint(&err, "%s", hints[i]);
		assert_string_equal(report_message(&arena, &err), "it failed");
	}
}

static void a_hooks_output_is_part_of_the_line(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;

	err_fail(&err, EIO, "error running createRuntime hook #1: exit status 1");
	text_copy(err.hook_stderr, sizeof(err.hook_stderr), "first\nsecond\x1b[2J\n");
	assert_string_equal(report_message(&arena, &err),
		"error running createRuntime hook #1: exit status 1, stderr: first second?[2J");
}

static void control_characters_do_not_get_through(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;

	err_fail(&err, EINVAL,
		"a\nb\tc\x1b]0;x\x07 \xc2\x9b"
		"2J\x7f");
	assert_string_equal(report_message(&arena, &err), "a b c?]0;x? ??2J?");
}

static void the_longest_error_is_still_one_line(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *message;

	err.code = EINVAL;
	memset(err.text, 't', sizeof(err.text) - 1);
	memset(err.config, 'c', sizeof(err.config) - 1);
	memset(err.hint, 'h', sizeof(err.hint) - 1);
	memset(err.hook_stderr, '\n', sizeof(err.hook_stderr) - 1);
	message = report_message(&arena, &err);
	assert_null(strchr(message, '\n'));
	assert_true(strlen(message) > ERR_TEXT_BYTES);
}

static void time_is_universal_with_nanoseconds(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct timespec when = { .tv_sec = 1767323045, .tv_nsec = 6 };

	assert_string_equal(report_time(&arena, &when), "2026-01-02T03:04:05.000000006Z");
}

static void a_text_line_quotes_its_message(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(
		report_text_line(&arena, "T", REPORT_LEVEL_ERROR, "unknown signal \"a\\b\""),
		"time=\"T\" level=error msg=\"unknown signal \\\"a\\\\b\\\"\"");
}

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(object, key, &value));
	return json_object_get_string(value);
}

static void a_json_line_has_what_is_known(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = failed_mount();
	const char *line = report_json_line(
		&arena, "T", REPORT_LEVEL_ERROR, report_message(&arena, &err), &err);
	struct json_object *object = json_tokener_parse(line);

	assert_null(strchr(line, '\n'));
	assert_non_null(object);
	assert_string_equal(member(object, "level"), "error");
	assert_string_equal(member(object, "time"), "T");
	assert_string_equal(member(object, "msg"), report_message(&arena, &err));
	assert_string_equal(member(object, "code"), "2");
	assert_string_equal(member(object, "errno"), "ENOENT");
	assert_string_equal(member(object, "syscall"), "open_tree");
	assert_string_equal(member(object, "path"), "/srv/data");
	assert_string_equal(member(object, "config"), "/mounts/3/source");
	assert_string_equal(member(object, "phase"), "MOUNT");
	assert_string_equal(member(object, "step"), "6"); /* counted from 0, as `plan` does */
	assert_false(json_object_object_get_ex(object, "hint", NULL));
	assert_false(json_object_object_get_ex(object, "stderr", NULL));
	json_object_put(object);
}

static void a_json_line_is_json_whatever_the_text_is(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json_object *object;

	err_fail(&err, EINVAL, "\"\\ \x01 \xff \n end");
	text_copy(err.path, sizeof(err.path), "/a\x1b[31m\n");
	object = json_tokener_parse(report_json_line(
		&arena, "T", REPORT_LEVEL_ERROR, report_message(&arena, &err), &err));
	assert_non_null(object);
	assert_string_equal(member(object, "msg"), "\"\\ ? \xef\xbf\xbd   end");
	assert_string_equal(member(object, "path"), "/a?[31m");
	json_object_put(object);
}

static void a_hint_is_a_field_even_when_it_is_not_in_the_message(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json_object *object;

	err_fail(&err, EINVAL, "it failed");
	err_hint(&err, "permission denied?");
	object = json_tokener_parse(report_json_line(
		&arena, "T", REPORT_LEVEL_ERROR, report_message(&arena, &err), &err));
	assert_string_equal(member(object, "msg"), "it failed");
	assert_string_equal(member(object, "hint"), "permission denied?");
	json_object_put(object);
}

static void levels_default_to_errors_in_json_and_warnings_in_text(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_int_equal(report_init("p", &arena, NULL, NULL).level, REPORT_LEVEL_WARNING);
	assert_int_equal(report_init("p", &arena, "text", NULL).level, REPORT_LEVEL_WARNING);
	assert_int_equal(report_init("p", &arena, "json", NULL).level, REPORT_LEVEL_ERROR);
	assert_int_equal(report_init("p", &arena, "json", "debug").level, REPORT_LEVEL_DEBUG);
	assert_int_equal(report_init("p", &arena, "text", "error").level, REPORT_LEVEL_ERROR);
}

/* A log in a file of its own, and what is in it afterwards. */
struct logged {
	char path[32];
	struct arena arena;
	struct report report;
	struct err err;
};

static struct logged log_begin(const char *prefix, const char *format)
{
	struct logged logged = { .path = "/tmp/report-test-XXXXXX", .arena = ARENA_INIT };
	int fd = mkstemp(logged.path);

	assert_true(fd >= 0);
	close(fd);
	logged.report = report_init("p", NULL, format, NULL);
	assert_int_equal(
		report_open_log(&logged.report,
			arena_printf(&logged.arena, "%s%s", prefix, logged.path), &logged.err),
		0);
	return logged;
}

static void log_end(struct logged *logged, char *text, size_t size)
{
	int fd = open(logged->path, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, size - 1);

	assert_true(length >= 0);
	text[length] = '\0';
	close(fd);
	unlink(logged->path);
	report_done(&logged->report);
	arena_done(&logged->arena);
}

static void a_json_log_gets_one_object_for_a_failure_and_no_warnings(void **state)
{
	struct logged logged = log_begin("file:", "json");
	struct err err = failed_mount();
	char text[4096];

	logged.report.arena = &logged.arena;
	report_note(&logged.report, REPORT_LEVEL_WARNING, "a warning");
	report_error(&logged.report, &err);
	log_end(&logged, text, sizeof(text));
	assert_true(text_has_prefix(text, "{\"level\":\"error\""));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void a_text_log_gets_warnings_but_no_debug_messages(void **state)
{
	struct logged logged = log_begin("", "text");
	char text[4096];

	logged.report.arena = &logged.arena;
	report_note(&logged.report, REPORT_LEVEL_WARNING, "a %s\n", "warning");
	report_note(&logged.report, REPORT_LEVEL_DEBUG, "a detail");
	log_end(&logged, text, sizeof(text));
	assert_non_null(strstr(text, " level=warning msg=\"a warning\"\n"));
	assert_null(strstr(text, "detail"));
}

static void other_logs_than_files_are_refused(void **state)
{
	static const char *const logs[] = { "journald:hull", "syslog:hull" };

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct report report = report_init("p", &arena, NULL, NULL);
		struct err err = ERR_INIT;

		assert_int_equal(report_open_log(&report, logs[i], &err), -ENOTSUP);
		assert_int_equal(report.log_fd, -1);
	}
}

static void a_log_that_cannot_be_opened_is_an_error(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct report report = report_init("p", &arena, NULL, NULL);
	struct err err = ERR_INIT;

	assert_int_equal(report_open_log(&report, "/nowhere/log", &err), -ENOENT);
	assert_string_equal(err.text, "log: open /nowhere/log: no such file or directory");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line_with_cause_field_and_hint),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(a_field_that_the_text_names_is_not_named_again),
		cmocka_unit_test(a_hint_with_words_that_engines_match_is_left_out),
		cmocka_unit_test(a_hooks_output_is_part_of_the_line),
		cmocka_unit_test(control_characters_do_not_get_through),
		cmocka_unit_test(the_longest_error_is_still_one_line),
		cmocka_unit_test(time_is_universal_with_nanoseconds),
		cmocka_unit_test(a_text_line_quotes_its_message),
		cmocka_unit_test(a_json_line_has_what_is_known),
		cmocka_unit_test(a_json_line_is_json_whatever_the_text_is),
		cmocka_unit_test(a_hint_is_a_field_even_when_it_is_not_in_the_message),
		cmocka_unit_test(levels_default_to_errors_in_json_and_warnings_in_text),
		cmocka_unit_test(a_json_log_gets_one_object_for_a_failure_and_no_warnings),
		cmocka_unit_test(a_text_log_gets_warnings_but_no_debug_messages),
		cmocka_unit_test(other_logs_than_files_are_refused),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
