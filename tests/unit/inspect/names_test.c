/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/names.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	return 0;
}

static void docker_names_a_container_with_a_slash(void **state)
{
	static const char text[] =
		"{\"ID\":\"0123\",\"Name\":\"/web\",\"Config\":{\"Image\":\"x\"}}";

	assert_string_equal(names_parse_docker(&arena, text, strlen(text)), "web");
}

static void storage_names_each_container_in_one_list(void **state)
{
	static const char text[] =
		"[{\"id\":\"0123\",\"names\":[\"web\",\"other\"],\"layer\":\"l\"},"
		"{\"id\":\"4567\",\"names\":[\"db\"]},{\"id\":\"89ab\"}]";

	assert_string_equal(names_parse_storage(&arena, text, strlen(text), "0123"), "web");
	assert_string_equal(names_parse_storage(&arena, text, strlen(text), "4567"), "db");
	assert_null(names_parse_storage(&arena, text, strlen(text), "89ab"));
	assert_null(names_parse_storage(&arena, text, strlen(text), "012"));
}

static void what_is_something_else_names_nothing(void **state)
{
	static const char *const texts[] = { "", "null", "[]", "{}", "{\"Name\":7}",
		"{\"Name\":\"\"}", "{\"Name\":\"/web\"", "[7]", "[{\"id\":7}]",
		"[{\"id\":\"0123\",\"names\":\"web\"}]", "[{\"id\":\"0123\",\"names\":[]}]",
		"[{\"id\":\"0123\",\"names\":[7]}]" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_null(names_parse_docker(&arena, texts[i], strlen(texts[i])));
		assert_null(names_parse_storage(&arena, texts[i], strlen(texts[i]), "0123"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_names_a_container_with_a_slash),
		cmocka_unit_test(storage_names_each_container_in_one_list),
		cmocka_unit_test(what_is_something_else_names_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
