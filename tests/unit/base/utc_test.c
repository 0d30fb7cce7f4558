/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void times_are_read(void **state)
{
	static const struct {
		const char *text;
		time_t seconds;
		long nsec;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "0001-01-01T00:00:00Z", -62135596800, 0 },
		{ "2000-02-29T23:59:59.5Z", 951868799, 500000000 },
		{ "2015-10-31T22:22:56.015925234Z", 1446330176, 15925234 },
		{ "2026-01-01T00:00:00.1234567891+01:00", 1767222000, 123456789 },
		{ "2026-01-01t00:00:00-23:59", 1767311940, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800, 0 },
		{ "9999-12-31T23:59:59Z", 253402300799, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct timespec time = { -1, -1 };

		assert_int_equal(utc_parse(cases[i].text, &time), 0);
		assert_int_equal(time.tv_sec, cases[i].seconds);
		assert_int_equal(time.tv_nsec, cases[i].nsec);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-01-01", "2026-01-01T00:00:00",
		"2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1:00", "26-01-01T00:00:00Z",
		"+026-01-01T00:00:00Z" };

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct timespec time = { -1, -1 };

		assert_int_equal(utc_parse(bad[i], &time), -EINVAL);
		assert_int_equal(time.tv_sec, -1);
	}
}

static void what_is_written_is_read_as_the_same(void **state)
{
	for (time_t seconds = -62135596800; seconds < 253402300799; seconds += 86400 * 37 + 4321) {
		char text[UTC_TEXT_BYTES + 1];
		struct timespec time;

		utc_text(seconds, text);
		snprintf(text + 19, sizeof(text) - 19, "Z");
		assert_int_equal(utc_parse(text, &time), 0);
		assert_int_equal(time.tv_sec, seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(what_is_written_is_read_as_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
