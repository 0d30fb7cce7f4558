/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const never_numbers[] = { "", " ", " 1", "1 ", "+1", "0x1", "1a", "a", "1.0",
	"1,0", "--1", "-", "\t1", "1\n", "\xd9\xa1" };

static void only_digits_are_numbers(void **state)
{
	uint64_t u64 = 77;
	int64_t i64 = 77;
	uint32_t u32 = 77;

	for (size_t i = 0; i < COUNT_OF(never_numbers); i++) {
		assert_int_equal(parse_u64(never_numbers[i], &u64), -EINVAL);
		assert_int_equal(parse_i64(never_numbers[i], &i64), -EINVAL);
		assert_int_equal(parse_u32(never_numbers[i], &u32), -EINVAL);
		assert_int_equal(parse_id(never_numbers[i], &u32), -EINVAL);
	}
	assert_int_equal(parse_u64("-1", &u64), -EINVAL);
	assert_int_equal(parse_id("-1", &u32), -EINVAL);
	assert_int_equal(u64, 77); /* untouched by failures */
	assert_int_equal(i64, 77);
	assert_int_equal(u32, 77);
}

static void the_ends_of_each_type_are_exact(void **state)
{
	uint64_t u64;
	int64_t i64;
	uint32_t u32;

	assert_int_equal(parse_u64("18446744073709551615", &u64), 0);
	assert_true(u64 == UINT64_MAX);
	assert_int_equal(parse_u64("18446744073709551616", &u64), -ERANGE);
	assert_int_equal(parse_u64("99999999999999999999999", &u64), -ERANGE);
	assert_int_equal(parse_i64("9223372036854775807", &i64), 0);
	assert_true(i64 == INT64_MAX);
	assert_int_equal(parse_i64("9223372036854775808", &i64), -ERANGE);
	assert_int_equal(parse_i64("-9223372036854775808", &i64), 0);
	assert_true(i64 == INT64_MIN);
	assert_int_equal(parse_i64("-9223372036854775809", &i64), -ERANGE);
	assert_int_equal(parse_u32("4294967295", &u32), 0);
	assert_true(u32 == UINT32_MAX);
	assert_int_equal(parse_u32("4294967296", &u32), -ERANGE);
}

static void leading_zeros_change_nothing(void **state)
{
	uint64_t value;

	assert_int_equal(parse_u64("0010", &value), 0);
	assert_int_equal(value, 10);
}

/* setresuid(2) takes it as "no change", and a lenient parser as root */
static void the_id_that_means_no_change_is_none(void **state)
{
	uint32_t id = 77;

	assert_int_equal(parse_id("4294967295", &id), -ERANGE);
	assert_int_equal(parse_id("4294967296", &id), -ERANGE);
	assert_int_equal(id, 77);
	assert_int_equal(parse_id("4294967294", &id), 0);
	assert_true(id == UINT32_MAX - 1);
	assert_int_equal(parse_id("0", &id), 0);
	assert_int_equal(id, 0);
}

static void a_part_of_a_text_can_be_a_number(void **state)
{
	uint64_t value;

	assert_int_equal(parse_u64_n("123:45", 3, &value), 0);
	assert_int_equal(value, 123);
	assert_int_equal(parse_u64_n("123:45", 4, &value), -EINVAL);
	assert_int_equal(parse_u64_n("123", 0, &value), -EINVAL);
}

static void modes_are_octal(void **state)
{
	static const char *const wrong[] = { "", "8", "0o755", "-7", " 7", "755 ", "000755",
		"u+x" };
	uint32_t mode = 77;

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(parse_mode(wrong[i], &mode), -EINVAL);
	assert_int_equal(parse_mode("10000", &mode), -ERANGE);
	assert_int_equal(mode, 77);
	assert_int_equal(parse_mode("755", &mode), 0);
	assert_int_equal(mode, 0755);
	assert_int_equal(parse_mode("07777", &mode), 0);
	assert_int_equal(mode, 07777);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_digits_are_numbers),
		cmocka_unit_test(the_ends_of_each_type_are_exact),
		cmocka_unit_test(leading_zeros_change_nothing),
		cmocka_unit_test(the_id_that_means_no_change_is_none),
		cmocka_unit_test(a_part_of_a_text_can_be_a_number),
		cmocka_unit_test(modes_are_octal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
