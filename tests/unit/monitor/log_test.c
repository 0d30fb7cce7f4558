/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/monitor/monitor.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "sys/directory.h"

enum { FILE_MAX_BYTES = 1 << 20 };

static char root[64];
static int root_fd = -1;

static int make_root(void **state)
{
	snprintf(root, sizeof(root), "/tmp/hull-log-test.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

static int remove_root(void **state)
{
	struct err err = ERR_INIT;

	directory_empty(root_fd, &err);
	close(root_fd);
	return rmdir(root);
}

static void every_byte_becomes_json(void **state)
{
	static char entry[LOG_ENTRY_BYTES];
	char bytes[256];
	AUTO_ARENA arena = ARENA_INIT;
	const struct json_value *value;
	struct err err = ERR_INIT;
	size_t length;

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	length = log_entry("stdout", bytes, sizeof(bytes), "now", entry);
	assert_int_equal(json_parse(&arena, entry, length, &value, &err), 0);
	assert_memory_equal(json_member(value, "log")->text, bytes, 128);
	assert_string_equal(json_member(value, "stream")->text, "stdout");
	assert_string_equal(json_member(value, "time")->text, "now");
	/* the longest that there can be */
	static char worst[LOG_LINE_BYTES];
	memset(worst, 0xff, sizeof(worst));
	length = log_entry("stderr", worst, sizeof(worst), "2026-11-24T13:51:06.700253333Z", entry);
	assert_true(length < LOG_ENTRY_BYTES);
}

static const char *content(struct arena *arena, const char *name)
{
	struct err err = ERR_INIT;
	const char *text = NULL;
	size_t length;

	file_read_at(arena, root_fd, name, FILE_MAX_BYTES, &text, &length, &err);
	return text;
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; text && (text = strstr(text, word)); text++)
		n++;
	return n;
}

static void lines_are_put_together_and_long_ones_cut(void **state)
{
	static struct log_line line = { .stream = "stdout" };
	static char many[LOG_LINE_BYTES + 10];
	AUTO_ARENA arena = ARENA_INIT;
	struct log log;

	log_open(&log, root_fd, UINT64_MAX, 3);
	log_add(&log, &line, "on", 2);
	log_add(&log, &line, "e\ntwo\nthr", 9);
	assert_int_equal(count(content(&arena, "log.json"), "\n"), 2);
	log_end_line(&log, &line);
	assert_int_equal(count(content(&arena, "log.json"), "\"one\\n\""), 1);
	assert_int_equal(count(content(&arena, "log.json"), "\"thr\""), 1);
	memset(many, 'x', sizeof(many));
	log_add(&log, &line, many, sizeof(many));
	log_end_line(&log, &line);
	assert_int_equal(count(content(&arena, "log.json"), "\n"), 5);
	close(log.fd);
}

static void a_log_is_rotated_and_the_oldest_goes(void **state)
{
	static struct log_line line = { .stream = "stdout" };
	AUTO_ARENA arena = ARENA_INIT;
	struct log log;

	log_open(&log, root_fd, 200, 3);
	for (int i = 0; i < 20; i++) {
		char text[16];

		snprintf(text, sizeof(text), "line %02d\n", i);
		log_add(&log, &line, text, strlen(text));
	}
	assert_int_equal(count(content(&arena, "log.json"), "line 19"), 1);
	assert_int_equal(count(content(&arena, "log.json.1"), "line 17"), 1);
	assert_non_null(content(&arena, "log.json.2"));
	assert_null(content(&arena, "log.json.3"));
	assert_int_equal(count(content(&arena, "log.json.2"), "line 00"), 0);
	close(log.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_becomes_json),
		cmocka_unit_test_setup_teardown(
			lines_are_put_together_and_long_ones_cut, make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			a_log_is_rotated_and_the_oldest_goes, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
