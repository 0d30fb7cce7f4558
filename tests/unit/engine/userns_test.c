/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/userns.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void maps_are_three_numbers_or_two(void **state)
{
	struct err err = ERR_INIT;
	struct oci_id_mapping map;

	assert_int_equal(userns_parse_map("uidmap", "0:100000:65536", &map, &err), 0);
	assert_int_equal(map.container_id, 0);
	assert_int_equal(map.host_id, 100000);
	assert_int_equal(map.size, 65536);
	assert_int_equal(userns_parse_map("uidmap", "7:8", &map, &err), 0);
	assert_int_equal(map.container_id, 7);
	assert_int_equal(map.host_id, 8);
	assert_int_equal(map.size, 1);
}

static void maps_that_are_none_are_refused(void **state)
{
	static const char *const wrong[] = { "", "0", "0:", ":0", "0:1:", "0:1:0", "0:1:2:3",
		"a:b:c", "0:-1:1", "0:4294967295:1", "4294967295:0:1", "0:0:4294967296", "0: 1:1" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct oci_id_mapping map = { 1, 2, 3 };
		struct err err = ERR_INIT;

		assert_int_equal(userns_parse_map("uidmap", wrong[i], &map, &err), -EINVAL);
		assert_int_equal(map.size, 3);
	}
}

static void modes_depend_on_who_asks(void **state)
{
	static const struct {
		const char *mode;
		int root, user;
	} modes[] = {
		{ NULL, 0, 0 },
		{ "", 0, 0 },
		{ "host", 0, 0 },
		{ "private", 0, 0 },
		{ "container:box", 0, 0 },
		{ "container:", -EINVAL, -EINVAL },
		{ "auto", 0, -EPERM },
		{ "auto:size=1", 0, -EPERM },
		{ "auto:size=65536", 0, -EPERM },
		{ "auto:size=65537", -EINVAL, -EPERM },
		{ "auto:size=0", -EINVAL, -EPERM },
		{ "auto:size=", -EINVAL, -EPERM },
		{ "auto:", -EINVAL, -EINVAL },
		{ "keep", -EINVAL, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(userns_check_mode(modes[i].mode, true, &err), modes[i].root);
		assert_int_equal(userns_check_mode(modes[i].mode, false, &err), modes[i].user);
	}
}

static void ids_are_found_in_maps(void **state)
{
	const struct oci_id_mapping uids[] = { { 5, 50, 5 }, { 0, 1000, 2 } };
	const struct oci_id_mapping gids[] = { { 0, 2000, 1 } };
	const struct userns userns = { .maps = { uids, gids, 2, 1 } };
	const struct userns none = { 0 };

	assert_int_equal(userns_root_uid(&userns), 1000);
	assert_int_equal(userns_root_gid(&userns), 2000);
	assert_true(userns_has_uid(&userns, 9));
	assert_false(userns_has_uid(&userns, 10));
	assert_false(userns_has_uid(&userns, 4));
	assert_false(userns_has_gid(&userns, 1));
	assert_true(userns_has_uid(&none, 4000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_are_three_numbers_or_two),
		cmocka_unit_test(maps_that_are_none_are_refused),
		cmocka_unit_test(modes_depend_on_who_asks),
		cmocka_unit_test(ids_are_found_in_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
