/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "sys/directory.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void names_become_plain(void **state)
{
	static const struct {
		const char *name, *clean;
	} cases[] = { { "", "" }, { ".", "" }, { "./", "" }, { "/", "" }, { "a", "a" },
		{ "./a/b", "a/b" }, { "/a//b/", "a/b" }, { "a/./b/../c", "a/c" }, { "a/..", "" },
		{ "...", "..." }, { "..a/b..", "..a/b.." }, { "a/../b/..", "" } };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char clean[PATH_MAX];
		struct err err = ERR_INIT;

		assert_int_equal(tree_clean(cases[i].name, clean, &err), 0);
		assert_string_equal(clean, cases[i].clean);
	}
}

static void names_that_lead_out_are_refused(void **state)
{
	static const char *const names[] = { "..", "../x", "/..", "a/../..", "a/../../a",
		"./../x" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char clean[PATH_MAX];
		struct err err = ERR_INIT;

		assert_int_equal(tree_clean(names[i], clean, &err), -EINVAL);
	}
}

static void a_name_as_long_as_a_path_may_be_fits(void **state)
{
	char name[PATH_MAX + 1], clean[PATH_MAX];
	struct err err = ERR_INIT;

	memset(name, 'n', sizeof(name));
	name[PATH_MAX - 1] = '\0';
	assert_int_equal(tree_clean(name, clean, &err), -ENAMETOOLONG);
	name[PATH_MAX - 2] = '\0';
	assert_int_equal(tree_clean(name, clean, &err), 0);
	assert_int_equal(strlen(clean), PATH_MAX - 2);
}

static void a_whiteout_is_a_device_without_number(void **state)
{
	struct stat st = { .st_mode = S_IFCHR, .st_rdev = makedev(0, 0) };

	assert_true(tree_is_whiteout(&st));
	st.st_rdev = makedev(1, 3);
	assert_false(tree_is_whiteout(&st));
	st = (struct stat){ .st_mode = S_IFBLK };
	assert_false(tree_is_whiteout(&st));
}

/* Deeper than a process has descriptors, wider than a buffer of names. */
static void a_deep_and_wide_directory_is_emptied(void **state)
{
	char path[] = "/tmp/hull-tree-test.XXXXXX", name[32];
	struct err err = ERR_INIT;

	assert_non_null(mkdtemp(path));
	AUTO_FD int root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = dup(root_fd);

	for (int depth = 0; depth < 1500; depth++) {
		int next;

		assert_int_equal(mkdirat(fd, "d", 0700), 0);
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(symlinkat("/", fd, "link"), 0);
		close(fd);
		fd = next;
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		close(openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	close(fd);
	assert_int_equal(directory_empty(root_fd, &err), 0);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_plain),
		cmocka_unit_test(names_that_lead_out_are_refused),
		cmocka_unit_test(a_name_as_long_as_a_path_may_be_fits),
		cmocka_unit_test(a_whiteout_is_a_device_without_number),
		cmocka_unit_test(a_deep_and_wide_directory_is_emptied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
