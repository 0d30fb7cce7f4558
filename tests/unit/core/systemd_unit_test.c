/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/systemd/systemd.h"

static struct arena arena;
static struct err err;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	err = ERR_INIT;
	return 0;
}

/* "SLICE UNIT" */
static const char *planned(const char *cgroups_path, bool is_user)
{
	struct systemd_unit unit;
	const char *slice;

	assert_int_equal(
		systemd_plan_unit(&arena, cgroups_path, "c1", is_user, &unit, &slice, &err), 0);
	assert_int_equal(unit.is_user, is_user);
	return arena_printf(&arena, "%s %s", slice, unit.name);
}

static void assert_refused(const char *cgroups_path)
{
	struct systemd_unit unit;
	const char *slice;

	err = ERR_INIT;
	assert_int_equal(
		systemd_plan_unit(&arena, cgroups_path, "c1", false, &unit, &slice, &err), -EINVAL);
	assert_string_equal(err.config, "/linux/cgroupsPath");
}

static void a_path_names_slice_prefix_and_name(void **state)
{
	assert_string_equal(
		planned("machine.slice:libpod:4711", false), "machine.slice libpod-4711.scope");
	assert_string_equal(planned("a-b.slice:cri:x:y", false), "a-b.slice cri-x:y.scope");
}

static void empty_parts_have_defaults(void **state)
{
	assert_string_equal(planned(NULL, false), "system.slice hull-c1.scope");
	assert_string_equal(planned("", true), "user.slice hull-c1.scope");
	assert_string_equal(planned(":libpod:4711", false), "system.slice libpod-4711.scope");
	assert_string_equal(planned(":libpod:4711", true), "user.slice libpod-4711.scope");
	assert_string_equal(planned("a.slice::4711", false), "a.slice 4711.scope");
	assert_string_equal(planned("::", false), "system.slice c1.scope");
}

static void a_name_may_be_a_slice_itself(void **state)
{
	assert_string_equal(planned("a.slice:p:a-b.slice", false), "a.slice a-b.slice");
}

static void other_paths_are_refused_with_what_is_expected(void **state)
{
	assert_refused("/a/b");
	assert_non_null(strstr(err.text, "slice:prefix:name"));
	assert_refused("a.slice:b");
	assert_refused("a:b:c");
	assert_refused("/a.slice:b:c");
	assert_refused("a/b.slice:b:c");
	assert_refused("a--b.slice:b:c");
	assert_refused("-a.slice:b:c");
	assert_refused("a-.slice:b:c");
	assert_refused("a.slice:b:c/d");
	assert_refused("a.slice:b:c d");
	assert_refused("a.slice:b:\xc3\xa4");
	assert_refused("a.slice:b:a--b.slice");
}

static void slices_lie_in_the_slices_that_their_names_begin_with(void **state)
{
	const char *path;

	assert_int_equal(systemd_slice_path(&arena, "system.slice", &path, &err), 0);
	assert_string_equal(path, "/system.slice");
	assert_int_equal(systemd_slice_path(&arena, "a-b-c.slice", &path, &err), 0);
	assert_string_equal(path, "/a.slice/a-b.slice/a-b-c.slice");
	assert_int_equal(systemd_slice_path(&arena, "-.slice", &path, &err), 0);
	assert_string_equal(path, "");
	assert_int_equal(systemd_slice_path(&arena, "x.scope", &path, &err), -EINVAL);
}

static void a_record_cannot_name_any_other_unit(void **state)
{
	const struct systemd_unit good = { .name = "hull-c1.scope" };
	const struct systemd_unit bad = { .name = "sshd.service" };

	assert_int_equal(systemd_check_unit(&good, &err), 0);
	assert_int_equal(systemd_check_unit(&bad, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_path_names_slice_prefix_and_name, tear_down),
		cmocka_unit_test_teardown(empty_parts_have_defaults, tear_down),
		cmocka_unit_test_teardown(a_name_may_be_a_slice_itself, tear_down),
		cmocka_unit_test_teardown(other_paths_are_refused_with_what_is_expected, tear_down),
		cmocka_unit_test_teardown(
			slices_lie_in_the_slices_that_their_names_begin_with, tear_down),
		cmocka_unit_test_teardown(a_record_cannot_name_any_other_unit, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
