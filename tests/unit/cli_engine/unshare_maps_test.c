/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/engine/unshare_maps.h"

static char subids_path[] = "/tmp/unshare-maps-test-XXXXXX";

struct made {
	struct arena arena;
	struct oci_id_mapping *lines;
	size_t n;
	struct err err;
	int r;
};

static struct made make(bool has_single, uint32_t single, const char *range)
{
	struct made made = { .arena = ARENA_INIT };
	const struct option_list ranges = { .items = &range, .n_items = range != NULL };
	const struct unshare_map map = {
		.has_single = has_single,
		.single = single,
		.ranges = &ranges,
		.own = 4711,
		.subids_path = subids_path,
		.proc_name = "uid_map",
	};

	made.r = unshare_map_make(&made.arena, &map, &made.lines, &made.n, &made.err);
	return made;
}

static void assert_line(
	const struct made *made, size_t i, uint32_t inside, uint32_t outside, uint32_t count)
{
	assert_int_equal(made->r, 0);
	assert_true(i < made->n);
	assert_int_equal(made->lines[i].container_id, inside);
	assert_int_equal(made->lines[i].host_id, outside);
	assert_int_equal(made->lines[i].size, count);
}

static void the_callers_own_id_is_one_line(void **state)
{
	struct made made = make(true, 0, NULL);

	assert_line(&made, 0, 0, 4711, 1);
	assert_int_equal(made.n, 1);
	arena_done(&made.arena);
}

static void both_orders_of_numbers_are_understood(void **state)
{
	struct made colons = make(false, 0, "1:2:3");
	struct made commas = make(false, 0, "2,1,3");

	assert_line(&colons, 0, 1, 2, 3);
	assert_line(&commas, 0, 1, 2, 3);
	arena_done(&colons.arena);
	arena_done(&commas.arena);
}

static void a_range_leaves_the_callers_own_id_out(void **state)
{
	struct made first = make(true, 0, "auto");
	struct made middle = make(true, 1000, "auto");
	struct made outside = make(true, 70000, "auto");

	assert_line(&first, 0, 0, 4711, 1);
	assert_line(&first, 1, 1, 100000, 65536);
	assert_int_equal(first.n, 2);
	assert_line(&middle, 1, 0, 100000, 1000);
	assert_line(&middle, 2, 1001, 101000, 64536);
	assert_line(&outside, 1, 0, 100000, 65536);
	assert_int_equal(outside.n, 2);
	arena_done(&first.arena);
	arena_done(&middle.arena);
	arena_done(&outside.arena);
}

static void subids_are_themselves_and_all_is_all_of_this_namespace(void **state)
{
	struct made subids = make(false, 0, "subids");
	struct made all = make(false, 0, "all");

	assert_line(&subids, 0, 100000, 100000, 65536);
	assert_int_equal(all.r, 0);
	assert_true(all.n > 0);
	for (size_t i = 0; i < all.n; i++)
		assert_int_equal(all.lines[i].container_id, all.lines[i].host_id);
	arena_done(&subids.arena);
	arena_done(&all.arena);
}

static void what_is_no_range_is_refused(void **state)
{
	static const char *const bad[] = { "x", "1", "1:2", "1:2:3:4", "1:2:x", "-1:2:3",
		"1:2:", "1:2,3", "4294967296:0:1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct made made = make(false, 0, bad[i]);

		assert_int_equal(made.r, -EINVAL);
		assert_non_null(strstr(made.err.text, bad[i]));
		arena_done(&made.arena);
	}
}

static int set_up(void **state)
{
	static const char text[] = "4711:100000:65536\n";
	int fd = mkstemp(subids_path);

	return fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	return unlink(subids_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_callers_own_id_is_one_line),
		cmocka_unit_test(both_orders_of_numbers_are_understood),
		cmocka_unit_test(a_range_leaves_the_callers_own_id_out),
		cmocka_unit_test(subids_are_themselves_and_all_is_all_of_this_namespace),
		cmocka_unit_test(what_is_no_range_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
