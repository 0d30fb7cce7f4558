/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/container_id.h"

static void ids_that_engines_make_are_taken(void **state)
{
	static const char *const ids[] = {
		"a",
		"0",
		"c1",
		"web_1.2+3-x",
		"...",
		".hidden",
		"-rf",
		"_",
		"7f9c0b6d8e3f4a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(container_id_check(ids[i], &err), 0);
		assert_int_equal(err.code, 0);
	}
}

static void ids_that_could_lead_elsewhere_are_refused(void **state)
{
	static const char *const ids[] = { "", ".", "..", "/", "a/b", "../a", "a/..", "a b", "a,b",
		"a:b", "a\\b", "a\nb", "a\tb", "\x1b[2J", "\xc3\xa4", "a@b", "a*", "$(x)", "%s" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(container_id_check(ids[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, "invalid container ID format"));
	}
}

static void an_id_has_at_most_255_bytes(void **state)
{
	char id[257];
	struct err err = ERR_INIT;

	memset(id, 'a', sizeof(id));
	id[255] = '\0';
	assert_int_equal(container_id_check(id, &err), 0);
	id[255] = 'a';
	id[256] = '\0';
	assert_int_equal(container_id_check(id, &err), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_that_engines_make_are_taken),
		cmocka_unit_test(ids_that_could_lead_elsewhere_are_refused),
		cmocka_unit_test(an_id_has_at_most_255_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
