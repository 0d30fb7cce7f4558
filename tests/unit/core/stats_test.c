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

#include "core/stats.h"

static const char two_interfaces[] =
	"Inter-|   Receive                                                |  Transmit\n"
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
	"drop "
	"fifo colls carrier compressed\n"
	"    lo:    1360      16    0    0    0     0          0         0     1360      16    0   "
	" 0    "
	"0     0       0          0\n"
	"  eth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";

static void every_interface_is_read_from_its_columns(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct network_use *uses;
	size_t n;

	assert_int_equal(network_use_parse(&arena, two_interfaces, &uses, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(uses[0].name, "lo");
	assert_int_equal(uses[0].rx_bytes, 1360);
	assert_int_equal(uses[0].tx_packets, 16);
	assert_string_equal(uses[1].name, "eth0");
	assert_true(uses[1].rx_bytes == UINT64_MAX); /* also without a space behind the colon */
	assert_int_equal(uses[1].rx_packets, 2);
	assert_int_equal(uses[1].rx_errors, 3);
	assert_int_equal(uses[1].rx_dropped, 4);
	assert_int_equal(uses[1].tx_bytes, 9);
	assert_int_equal(uses[1].tx_packets, 10);
	assert_int_equal(uses[1].tx_errors, 11);
	assert_int_equal(uses[1].tx_dropped, 12);
}

static void headings_alone_are_no_interface(void **state)
{
	static const char *const texts[] = { "", "one line", "one\n", "one\ntwo\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct network_use *uses;
		size_t n = 7;

		assert_int_equal(network_use_parse(&arena, texts[i], &uses, &n, &err), 0);
		assert_int_equal(n, 0);
	}
}

static void a_line_of_another_form_is_an_error(void **state)
{
	static const char *const lines[] = {
		"eth0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
		"eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
		"eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n16",
		"eth0: 1 2 -3 4 5 6 7 8 9 10 11 12 13 14 15 16",
		"eth0: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
		": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct network_use *uses;
		size_t n;
		const char *text = arena_printf(&arena, "one\ntwo\n%s\n", lines[i]);

		assert_int_equal(network_use_parse(&arena, text, &uses, &n, &err), -EPROTO);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_interface_is_read_from_its_columns),
		cmocka_unit_test(headings_alone_are_no_interface),
		cmocka_unit_test(a_line_of_another_form_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
