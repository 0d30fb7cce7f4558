/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store/sub_ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oci/config.h"

static void ranges_of_the_user_follow_each_other(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_id_mapping *ranges;
	size_t n;

	sub_ids_parse(&arena, "other:100000:65536\nme:200000:10\n1000:300000:5\nme:400000:1", "me",
		1000, &ranges, &n);
	assert_int_equal(n, 3);
	assert_int_equal(ranges[0].container_id, 1);
	assert_int_equal(ranges[0].host_id, 200000);
	assert_int_equal(ranges[0].size, 10);
	assert_int_equal(ranges[1].container_id, 11);
	assert_int_equal(ranges[1].host_id, 300000);
	assert_int_equal(ranges[2].container_id, 16);
}

static void lines_of_another_form_are_skipped(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_id_mapping *ranges;
	size_t n;

	sub_ids_parse(&arena,
		"# me:1:1\nme\nme:1\nme:x:1\nme:1:0\nme:-1:1\nme:4294967290:100\nme: 1:1\n\n"
		"mee:1:1\n",
		"me", 1000, &ranges, &n);
	assert_int_equal(n, 0);
}

static void a_user_without_a_name_has_a_number(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_id_mapping *ranges;
	size_t n;

	sub_ids_parse(&arena, "1000:5:6\n", NULL, 1000, &ranges, &n);
	assert_int_equal(n, 1);
	sub_ids_parse(&arena, "01000x:5:6\n", NULL, 1000, &ranges, &n);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_the_user_follow_each_other),
		cmocka_unit_test(lines_of_another_form_are_skipped),
		cmocka_unit_test(a_user_without_a_name_has_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
