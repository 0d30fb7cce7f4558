/* SPDX-License-Identifier: Apache-2.0 */
#include "init/home.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

/* A file with that content, at its beginning. */
static int file_of(const char *text, size_t size)
{
	int fd = memfd_create("passwd", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void assert_home(const char *text, uint32_t uid, const char *expected)
{
	char variable[HOME_VARIABLE_BYTES] = "untouched";
	AUTO_FD int fd = file_of(text, strlen(text));

	assert_int_equal(home_from_passwd(fd, uid, variable), expected != NULL);
	assert_string_equal(variable, expected ? expected : "untouched");
}

static const char ordinary[] = "root:x:0:0:root:/root:/bin/bash\n"
			       "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
			       "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n";

static void the_users_directory_is_found(void **state)
{
	assert_home(ordinary, 0, "HOME=/root");
	assert_home(ordinary, 33, "HOME=/var/www");
	assert_home(ordinary, 65534, "HOME=/nonexistent");
}

static void a_user_without_an_entry_has_none(void **state)
{
	assert_home(ordinary, 3, NULL);
	assert_home("", 0, NULL);
	assert_home("\n\n\n", 0, NULL);
}

static void the_first_of_two_entries_counts(void **state)
{
	assert_home("a:x:7:7::/a:\nb:x:7:7::/b:\n", 7, "HOME=/a");
}

static void the_last_line_needs_no_end(void **state)
{
	assert_home("a:x:7:7::/a:/bin/sh", 7, "HOME=/a");
	assert_home("a:x:7:7::/a", 7, "HOME=/a");
}

static void lines_of_another_form_are_passed_over(void **state)
{
	static const char *const lines[] = { "a:x:7\n", "a:x:7:7:\n", "a:x:7:7::\n", "a:x:7:7:::\n",
		"a:x:+7:7::/a:\n", "a:x: 7:7::/a:\n", "a:x:7 :7::/a:\n", "a:x:0x7:7::/a:\n",
		"a:x::7::/a:\n", "a:x:4294967303:7::/a:\n", "a:x:-7:7::/a:\n", ":::::\n", ":\n" };
	char text[128];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_home(lines[i], 7, NULL);
		snprintf(text, sizeof(text), "%sb:x:7:7::/b:\n", lines[i]);
		assert_home(text, 7, "HOME=/b");
	}
}

static void an_id_that_is_not_a_number_is_no_root(void **state)
{
	assert_home("a:x:x:0::/a:\n", 0, NULL);
	assert_home("a:x:4294967296:0::/a:\n", 0, NULL);
}

static void more_fields_than_seven_belong_to_the_shell(void **state)
{
	assert_home("a:x:7:7::/a:/bin/sh:more:and:more\n", 7, "HOME=/a");
}

/* "a:x:7:7:", filler, ":/a:\n", and the line of user 8 behind it. */
static void assert_with_filler(size_t size, uint32_t uid, const char *expected)
{
	char *text = malloc(size + 64);
	size_t used;

	assert_non_null(text);
	memcpy(text, "a:x:7:7:", 8);
	memset(text + 8, 'c', size);
	used = 8 + size;
	memcpy(text + used, ":/a:\nb:x:8:8::/b:\n", 19);
	assert_home(text, uid, expected);
	free(text);
}

static void a_line_across_two_reads_is_one_line(void **state)
{
	for (size_t size = 4076; size < 4100; size++)
		assert_with_filler(size - 2100, 7, "HOME=/a");
	for (size_t size = 4060; size < 4100; size++)
		assert_with_filler(size, 8, "HOME=/b");
}

static void a_line_that_is_too_long_is_passed_over_as_a_whole(void **state)
{
	assert_with_filler(2034, 7, "HOME=/a");
	assert_with_filler(2035, 7, "HOME=/a"); /* 2047 bytes without its end */
	assert_with_filler(2036, 7, NULL);
	assert_with_filler(100000, 7, NULL);
	assert_with_filler(100000, 8, "HOME=/b");
}

static void a_file_without_an_end_is_read_in_part(void **state)
{
	assert_with_filler(900000, 8, "HOME=/b");
	assert_with_filler(2 << 20, 8, NULL);
}

static void bytes_that_are_no_text_do_no_harm(void **state)
{
	static const char bytes[] = "a:x:7:7:\0:/a:\nb:x:8:8::/b:\n\0\0\0";
	char variable[HOME_VARIABLE_BYTES] = "untouched";
	AUTO_FD int fd = file_of(bytes, sizeof(bytes));

	assert_false(home_from_passwd(fd, 7, variable));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(home_from_passwd(fd, 8, variable));
	assert_string_equal(variable, "HOME=/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_users_directory_is_found),
		cmocka_unit_test(a_user_without_an_entry_has_none),
		cmocka_unit_test(the_first_of_two_entries_counts),
		cmocka_unit_test(the_last_line_needs_no_end),
		cmocka_unit_test(lines_of_another_form_are_passed_over),
		cmocka_unit_test(an_id_that_is_not_a_number_is_no_root),
		cmocka_unit_test(more_fields_than_seven_belong_to_the_shell),
		cmocka_unit_test(a_line_across_two_reads_is_one_line),
		cmocka_unit_test(a_line_that_is_too_long_is_passed_over_as_a_whole),
		cmocka_unit_test(a_file_without_an_end_is_read_in_part),
		cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
