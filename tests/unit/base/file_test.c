/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static char directory[] = "/tmp/hull-file-XXXXXX";
static int dir = -1;
static struct arena arena;
static struct err err;

static int set_up(void **state)
{
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	arena = ARENA_INIT;
	err = ERR_INIT;
	if (!mkdtemp(directory))
		return -1;
	dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	return remove(path);
}

static int tear_down(void **state)
{
	fd_replace(&dir, -1);
	arena_done(&arena);
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static size_t count_entries(void)
{
	DIR *entries = opendir(directory);
	size_t n = 0;

	assert_non_null(entries);
	while (readdir(entries))
		n++;
	closedir(entries);
	return n - 2; /* "." and ".." */
}

static void what_is_written_is_read(void **state)
{
	const char *text;
	size_t length;

	assert_int_equal(file_replace(dir, "f", "a\0b", 3, 0640, &err), 0);
	assert_int_equal(file_read_at(&arena, dir, "f", 100, &text, &length, &err), 0);
	assert_int_equal(length, 3);
	assert_memory_equal(text, "a\0b\0", 4); /* terminated */
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	const char *text;
	struct stat st;
	size_t length;

	assert_int_equal(file_replace(dir, "f", "a long first content", 20, 0600, &err), 0);
	AUTO_FD int reader = openat(dir, "f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_replace(dir, "f", "short", 5, 0600, &err), 0);
	assert_int_equal(file_read_at(&arena, dir, "f", 100, &text, &length, &err), 0);
	assert_string_equal(text, "short");
	assert_int_equal(fstat(reader, &st), 0);
	assert_int_equal(st.st_size, 20); /* who had it open sees the old one */
	assert_int_equal(count_entries(), 1);
}

static void nothing_is_left_of_a_replacement_that_failed(void **state)
{
	assert_int_equal(mkdirat(dir, "f", 0700), 0);
	assert_int_equal(file_replace(dir, "f", "x", 1, 0600, &err), -EISDIR);
	assert_int_equal(count_entries(), 1);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	const char *text = NULL;
	size_t length;

	assert_int_equal(file_replace(dir, "f", "abcd", 4, 0600, &err), 0);
	assert_int_equal(file_read_at(&arena, dir, "f", 3, &text, &length, &err), -EFBIG);
	assert_null(text);
	assert_int_equal(file_read_at(&arena, dir, "f", 4, &text, &length, &err), 0);
}

static void only_regular_files_are_read(void **state)
{
	const char *text;
	size_t length;

	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_int_equal(mkfifoat(dir, "p", 0600), 0);
	assert_int_equal(file_read_at(&arena, dir, "d", 10, &text, &length, &err), -EISDIR);
	assert_int_equal(file_read_at(&arena, dir, "p", 10, &text, &length, &err), -EINVAL);
	assert_int_equal(file_read_at(&arena, dir, "none", 10, &text, &length, &err), -ENOENT);
	assert_string_equal(err.path, "none");
}

static void an_empty_file_is_an_empty_text(void **state)
{
	const char *text;
	size_t length;

	assert_int_equal(file_replace(dir, "f", "", 0, 0600, &err), 0);
	assert_int_equal(file_read_at(&arena, dir, "f", 0, &text, &length, &err), 0);
	assert_int_equal(length, 0);
	assert_string_equal(text, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read),
		TEST(a_file_is_replaced_as_a_whole),
		TEST(nothing_is_left_of_a_replacement_that_failed),
		TEST(a_file_that_is_too_large_is_refused),
		TEST(only_regular_files_are_read),
		TEST(an_empty_file_is_an_empty_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
