/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/parse_size.h"

static int64_t size_of(const char *text)
{
	int64_t bytes = -7;

	assert_int_equal(parse_size_bytes(text, &bytes), 0);
	return bytes;
}

static void assert_refused(const char *text, int code)
{
	int64_t bytes = -7;

	assert_int_equal(parse_size_bytes(text, &bytes), -code);
	assert_int_equal(bytes, -7);
}

static void a_number_alone_is_bytes(void **state)
{
	assert_int_equal(size_of("0"), 0);
	assert_int_equal(size_of("67108864"), 67108864);
	assert_int_equal(size_of("9223372036854775807"), INT64_MAX);
}

static void units_are_powers_of_1024_in_any_case(void **state)
{
	assert_int_equal(size_of("32b"), 32);
	assert_int_equal(size_of("32B"), 32);
	assert_int_equal(size_of("3k"), 3 * 1024);
	assert_int_equal(size_of("3K"), 3 * 1024);
	assert_int_equal(size_of("64m"), 64 << 20);
	assert_int_equal(size_of("64MB"), 64 << 20);
	assert_int_equal(size_of("64MiB"), 64 << 20);
	assert_int_equal(size_of("2g"), INT64_C(2) << 30);
	assert_int_equal(size_of("2Tb"), INT64_C(2) << 40);
	assert_int_equal(size_of("2pib"), INT64_C(2) << 50);
}

static void one_space_may_stand_before_the_unit(void **state)
{
	assert_int_equal(size_of("64 m"), 64 << 20);
	assert_refused("64  m", EINVAL);
	assert_refused("64 ", EINVAL);
	assert_refused(" 64", EINVAL);
}

static void parts_of_a_unit_are_exact_and_parts_of_a_byte_are_dropped(void **state)
{
	assert_int_equal(size_of("1.5k"), 1536);
	assert_int_equal(size_of("0.25g"), 1 << 28);
	assert_int_equal(size_of("1.9"), 1);
	assert_int_equal(size_of("0.0009765625k"), 1);
	assert_int_equal(size_of("1.33333333333333333333333333333k"), 1365);
}

static void what_is_too_big_is_told_apart_from_nonsense(void **state)
{
	assert_refused("9223372036854775808", ERANGE);
	assert_refused("18446744073709551616", ERANGE);
	assert_refused("8192p", ERANGE);
	assert_int_equal(size_of("8191p"), INT64_C(8191) << 50);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = { "", "m", "-1", "+1", "1x", "1mm", "1mx", "1mib2",
		"1.m", ".5m", "1,5m", "0x10", "1e3", "1bb", "1kbb", "1 2" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_alone_is_bytes),
		cmocka_unit_test(units_are_powers_of_1024_in_any_case),
		cmocka_unit_test(one_space_may_stand_before_the_unit),
		cmocka_unit_test(parts_of_a_unit_are_exact_and_parts_of_a_byte_are_dropped),
		cmocka_unit_test(what_is_too_big_is_told_apart_from_nonsense),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
