/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/inside.h"

static void the_root_is_what_is_above_the_path_inside(void **state)
{
	static const struct {
		const char *outside, *inside, *roots;
	} cases[] = {
		{ "0::/docker/1\n", "0::/\n", "/docker/1" },
		{ "0::/docker/1/app\n", "0::/app\n", "/docker/1" },
		{ "0::/\n", "0::/\n", "/" },
		{ "0::/app\n", "0::/app\n", "/" },
		/* moved out of its root, or somewhere else meanwhile */
		{ "0::/other\n", "0::/../../other\n", NULL },
		{ "0::/a/b\n", "0::/c\n", NULL },
		{ "0::/a\n", "0::/longer/a\n", NULL },
		/* hierarchies: the same, different, in another order, unknown */
		{ "2:cpu:/a/x\n1:name=systemd:/a\n0::/a\n", "0::/\n1:name=systemd:/\n2:cpu:/x\n",
			"/a" },
		{ "2:cpu:/a\n0::/b/x\n", "2:cpu:/\n0::/x\n", "2:cpu:/a\n0::/b" },
		{ "2:cpu:/a\n0::/b\n", "0::/\n", "/b" },
		{ "2:cpu,cpuacct:/a\n", "2:cpu:/\n", NULL },
		{ "", "", NULL },
		{ "0::", "0::", NULL },
		{ "nonsense\n0::/b\n", "x\n0::/\n", "/b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		const char *roots = inside_cgroup_roots(&arena, cases[i].outside, cases[i].inside);

		if (cases[i].roots)
			assert_string_equal(roots, cases[i].roots);
		else
			assert_null(roots);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_what_is_above_the_path_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
