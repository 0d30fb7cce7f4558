/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ip_prefix.h"

static void addresses_are_written_as_they_were_read(void **state)
{
	static const char *const texts[] = { "10.0.0.2/24", "0.0.0.0/0", "192.168.1.1/32",
		"fd00::2/64", "::1/128" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ip_prefix prefix;
		char text[IP_PREFIX_TEXT_BYTES];

		assert_int_equal(ip_prefix_parse(texts[i], &prefix), 0);
		ip_prefix_format(&prefix, text);
		assert_string_equal(text, texts[i]);
	}
}

static void what_is_no_address_with_a_length_is_refused(void **state)
{
	static const char *const texts[] = { "", "/", "10.0.0.2", "10.0.0.2/", "10.0.0.2/33",
		"10.0.0/24", "10.0.0.2/24/", "10.0.0.2/-1", "010.0.0.2/x", "fd00::2/129",
		"fd00:::2/64", "0123456789012345678901234567890123456789012345678901/8" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ip_prefix prefix;

		assert_int_equal(ip_prefix_parse(texts[i], &prefix), -EINVAL);
	}
}

static void assert_neighbour(const char *text, const char *expected)
{
	struct ip_prefix prefix, other;
	char found[IP_PREFIX_TEXT_BYTES];

	assert_int_equal(ip_prefix_parse(text, &prefix), 0);
	assert_int_equal(ip_prefix_neighbour(&prefix, &other), 0);
	ip_prefix_format(&other, found);
	assert_string_equal(found, expected);
}

static void the_other_end_has_the_first_address_that_is_free(void **state)
{
	assert_neighbour("10.0.0.2/24", "10.0.0.1/24");
	assert_neighbour("10.0.0.1/24", "10.0.0.2/24");
	assert_neighbour("10.1.2.200/20", "10.1.0.1/20");
	assert_neighbour("10.0.0.6/30", "10.0.0.5/30");
	assert_neighbour("10.0.0.5/30", "10.0.0.6/30");
	assert_neighbour("10.0.0.4/31", "10.0.0.5/31");
	assert_neighbour("fd00::2/64", "fd00::1/64");
	assert_neighbour("fd00::ffff:ffff:ffff:ffff/64", "fd00::1/64");
	assert_neighbour("fd00::3/127", "fd00::2/127");
}

static void networks_without_another_address_have_no_other_end(void **state)
{
	static const char *const texts[] = { "10.0.0.1/32", "fd00::1/128", "10.0.0.0/24",
		"10.0.0.255/24", "fd00::/64" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ip_prefix prefix, other;

		assert_int_equal(ip_prefix_parse(texts[i], &prefix), 0);
		assert_int_equal(ip_prefix_neighbour(&prefix, &other), -EADDRNOTAVAIL);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_written_as_they_were_read),
		cmocka_unit_test(what_is_no_address_with_a_length_is_refused),
		cmocka_unit_test(the_other_end_has_the_first_address_that_is_free),
		cmocka_unit_test(networks_without_another_address_have_no_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
