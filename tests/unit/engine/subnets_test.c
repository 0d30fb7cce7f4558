/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/network/subnets.h"

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix;

	assert_int_equal(ip_prefix_parse(text, &prefix), 0);
	return prefix;
}

static void assert_is(const struct ip_prefix *prefix, const char *expected)
{
	char text[IP_PREFIX_TEXT_BYTES];

	ip_prefix_format(prefix, text);
	assert_string_equal(text, expected);
}

static void the_first_subnet_is_that_of_the_default_network(void **state)
{
	const struct subnet_list none = { 0 };
	struct err err = ERR_INIT;
	struct ip_prefix prefix;

	assert_int_equal(subnet_choose(&none, true, &prefix, &err), 0);
	assert_is(&prefix, "10.75.0.0/16");
	assert_int_equal(subnet_choose(&none, false, &prefix, &err), 0);
	assert_is(&prefix, "10.76.0.0/24");
}

static void what_others_have_is_left_out(void **state)
{
	struct ip_prefix taken[] = { prefix_of("10.75.3.0/24"), prefix_of("10.76.0.0/24"),
		prefix_of("10.76.1.128/25"), prefix_of("10.0.0.0/32") };
	const struct subnet_list list = { taken, 4 };
	struct err err = ERR_INIT;
	struct ip_prefix prefix;

	assert_int_equal(subnet_choose(&list, true, &prefix, &err), 0);
	assert_is(&prefix, "10.76.2.0/24");
	assert_int_equal(subnet_choose(&list, false, &prefix, &err), 0);
	assert_is(&prefix, "10.76.2.0/24");
}

static void a_large_route_moves_hull_to_other_blocks(void **state)
{
	struct ip_prefix taken[] = { prefix_of("10.0.0.0/8"), prefix_of("172.16.0.0/12") };
	const struct subnet_list list = { taken, 2 };
	struct err err = ERR_INIT;
	struct ip_prefix prefix;

	assert_int_equal(subnet_choose(&list, false, &prefix, &err), 0);
	assert_is(&prefix, "192.168.224.0/24");
}

static void where_everything_is_taken_that_is_said(void **state)
{
	struct ip_prefix taken[] = { prefix_of("10.0.0.0/8"), prefix_of("172.16.0.0/12"),
		prefix_of("192.168.0.0/16") };
	const struct subnet_list list = { taken, 3 };
	struct err err = ERR_INIT;
	struct ip_prefix prefix;

	assert_int_equal(subnet_choose(&list, true, &prefix, &err), -ENOSPC);
	assert_non_null(strstr(err.hint, "--subnet"));
}

static void subnets_of_ip6_are_unique_local_ones(void **state)
{
	const struct subnet_list none = { 0 };
	struct err err = ERR_INIT;
	struct ip_prefix one, other;

	assert_int_equal(subnet_choose_ip6(&none, &one, &err), 0);
	assert_int_equal(subnet_choose_ip6(&none, &other, &err), 0);
	assert_int_equal(one.bytes[0], 0xfd);
	assert_int_equal(one.length, 64);
	assert_int_not_equal(ip_prefix_compare(&one, &other), 0);
}

static struct network_subnet subnet_of(const char *prefix, const char *gateway, const char *range)
{
	struct network_subnet subnet = { .prefix = prefix_of(prefix) };

	if (gateway)
		assert_int_equal(ip_address_parse(gateway, &subnet.gateway), 0);
	if (range)
		subnet.range = prefix_of(range);
	return subnet;
}

static void subnets_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *prefix, *gateway, *range, *why;
	} cases[] = {
		{ "10.0.0.1/24", NULL, NULL, "bits behind the length" },
		{ "10.0.0.0/31", NULL, NULL, "no place for a container" },
		{ "fd00::/127", NULL, NULL, "no place for a container" },
		{ "0.0.0.0/0", NULL, NULL, "everything" },
		{ "10.0.0.0/24", "10.0.1.1", NULL, "no host of the subnet" },
		{ "10.0.0.0/24", "10.0.0.0", NULL, "no host of the subnet" },
		{ "10.0.0.0/24", "10.0.0.255", NULL, "no host of the subnet" },
		{ "10.0.0.0/24", NULL, "10.0.1.0/25", "not in the subnet" },
		{ "10.0.0.0/24", NULL, "10.0.0.0/23", "not in the subnet" },
		{ "10.0.0.0/24", NULL, "fd00::/100", "not in the subnet" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct network_subnet subnet = subnet_of(
			cases[i].prefix, cases[i].gateway, cases[i].range);
		struct err err = ERR_INIT;

		assert_int_equal(subnet_check(&subnet, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].why));
	}
}

static void subnets_that_can_be_are_taken(void **state)
{
	struct network_subnet subnets[] = {
		subnet_of("10.0.0.0/24", "10.0.0.254", "10.0.0.128/25"),
		subnet_of("10.0.0.0/30", "10.0.0.1", NULL),
		subnet_of("fd00::/64", "fd00::1", "fd00::/64"),
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(subnets) / sizeof(subnets[0]); i++)
		assert_int_equal(subnet_check(&subnets[i], &err), 0);
}

static void a_container_gets_no_address_that_is_another_s(void **state)
{
	struct network_subnet subnet = subnet_of("10.0.0.0/29", "10.0.0.3", NULL);
	static const bool expected[] = { false, true, true, false, true, true, true, false, false };

	for (int i = 0; i < 9; i++) {
		struct ip_prefix address = prefix_of("10.0.0.0/32");

		address.bytes[3] = (uint8_t)i;
		assert_int_equal(subnet_has_host(&subnet, &address), expected[i]);
	}
}

static void the_gateway_is_the_first_host(void **state)
{
	struct ip_prefix prefix = prefix_of("10.77.255.0/24");
	struct ip_prefix gateway = subnet_default_gateway(&prefix);

	assert_is(&gateway, "10.77.255.1/24");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_subnet_is_that_of_the_default_network),
		cmocka_unit_test(what_others_have_is_left_out),
		cmocka_unit_test(a_large_route_moves_hull_to_other_blocks),
		cmocka_unit_test(where_everything_is_taken_that_is_said),
		cmocka_unit_test(subnets_of_ip6_are_unique_local_ones),
		cmocka_unit_test(subnets_that_cannot_be_are_refused),
		cmocka_unit_test(subnets_that_can_be_are_taken),
		cmocka_unit_test(a_container_gets_no_address_that_is_another_s),
		cmocka_unit_test(the_gateway_is_the_first_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
