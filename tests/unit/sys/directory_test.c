/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

static char path[] = "/tmp/hull-directory-XXXXXX";
static int fd = -1;

static int set_up(void **state)
{
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	if (!mkdtemp(path))
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : 0;
}

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *walk)
{
	return remove(name);
}

static int tear_down(void **state)
{
	fd_replace(&fd, -1);
	return nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *name)
{
	fd_close(openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static void an_empty_directory_has_no_names(void **state)
{
	struct directory directory = DIRECTORY_INIT(fd);
	struct err err = ERR_INIT;
	const char *name = NULL;

	assert_int_equal(directory_next(&directory, &name, &err), 0);
	assert_null(name);
	assert_int_equal(directory_next(&directory, &name, &err), 0); /* and stays at its end */
}

/* More than one buffer holds. */
static void every_name_comes_once(void **state)
{
	enum { MANY = 700 };
	struct directory directory = DIRECTORY_INIT(fd);
	struct err err = ERR_INIT;
	int seen[MANY] = { 0 };
	const char *name;
	char text[64];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "name-%d", i);
		put(text);
	}
	put(".hidden");
	put("...");
	for (int i = 0; i < MANY + 2; i++) {
		assert_int_equal(directory_next(&directory, &name, &err), 1);
		if (name[0] != '.')
			seen[strtoul(name + 5, NULL, 10)]++;
	}
	assert_int_equal(directory_next(&directory, &name, &err), 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(seen[i], 1);
}

static void what_is_no_directory_is_refused(void **state)
{
	struct err err = ERR_INIT;
	const char *name;

	put("file");
	AUTO_FD int file = openat(fd, "file", O_RDONLY | O_CLOEXEC);
	struct directory directory = DIRECTORY_INIT(file);
	assert_int_equal(directory_next(&directory, &name, &err), -ENOTDIR);
	assert_string_equal(err.syscall, "getdents64");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_directory_has_no_names),
		TEST(every_name_comes_once),
		TEST(what_is_no_directory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
