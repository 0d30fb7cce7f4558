/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void a_clean_path_is_the_shortest_by_its_letters(void **state)
{
	static const char *const rows[][2] = {
		{ "", "." },
		{ ".", "." },
		{ "./", "." },
		{ "a/..", "." },
		{ "a", "a" },
		{ "a//b///c/", "a/b/c" },
		{ "./a/./b", "a/b" },
		{ "a/b/../c", "a/c" },
		{ "..", ".." },
		{ "../../a", "../../a" },
		{ "a/../../b", "../b" },
		{ "../a/../..", "../.." },
		{ "/", "/" },
		{ "//", "/" },
		{ "/..", "/" },
		{ "/../../a", "/a" },
		{ "/a/../../b", "/b" },
		{ "/a/b/../..", "/" },
		{ "/a/./b/", "/a/b" },
		{ "/...", "/..." },
		{ "/..a/a../.a", "/..a/a../.a" },
	};
	AUTO_ARENA arena = ARENA_INIT;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(path_clean(&arena, rows[i][0]), rows[i][1]);
}

static void only_a_relative_path_is_joined(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(path_join(&arena, "/a", "b"), "/a/b");
	assert_string_equal(path_join(&arena, "/a/", "./b/"), "/a/b");
	assert_string_equal(path_join(&arena, "/a", "../../b"), "/b");
	assert_string_equal(path_join(&arena, "/a", "/b/../c"), "/c");
	assert_string_equal(path_join(&arena, "/a", ""), "/a");
	assert_string_equal(path_join(&arena, "/", "proc"), "/proc");
}

static void the_base_is_behind_the_last_slash(void **state)
{
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_base("b"), "b");
	assert_string_equal(path_base("/b"), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_path_is_the_shortest_by_its_letters),
		cmocka_unit_test(only_a_relative_path_is_joined),
		cmocka_unit_test(the_base_is_behind_the_last_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
