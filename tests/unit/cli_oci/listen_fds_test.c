/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/oci/listen_fds.h"

static void sockets_count_only_for_the_process_they_are_meant_for(void **state)
{
	static const struct {
		const char *fds;
		const char *pid;
		uint32_t expected;
	} cases[] = {
		{ "2", "77", 2 },
		{ "0", "77", 0 },
		{ "2", "78", 0 },
		{ "2", NULL, 0 },
		{ "2", "", 0 },
		{ NULL, "77", 0 },
		{ "", "77", 0 },
		{ "-1", "77", 0 },
		{ "2x", "77", 0 },
		{ "2", "77x", 0 },
		{ "4294967295", "77", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			listen_fds_count(cases[i].fds, cases[i].pid, 77), cases[i].expected);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_count_only_for_the_process_they_are_meant_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
