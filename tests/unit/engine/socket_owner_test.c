/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/firewall/ports.h"

#define HEAD                                                                                  \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode\n"
#define LINE(local, state, inode)              \
	"   0: " local " 00000000:0000 " state \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode " 1 0 100 0\n"

static uint64_t find(
	const char *text, enum firewall_protocol protocol, const char *address, uint16_t port)
{
	struct ip_prefix prefix;

	assert_int_equal(ip_address_parse(address, &prefix), 0);
	return socket_owner_inode(text, protocol, &prefix, port);
}

static void the_listener_of_the_address_is_found(void **state)
{
	static const char text[] = HEAD LINE("0100007F:1F90", "01", "11")
		LINE("0100007F:1F91", "0A", "12") LINE("0100007F:1F90", "0A", "13");

	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "127.0.0.1", 8080), 13);
	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "0.0.0.0", 8081), 12);
	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "127.0.0.2", 8080), 0);
	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "127.0.0.1", 8082), 0);
}

static void a_listener_on_all_addresses_has_each(void **state)
{
	static const char four[] = HEAD LINE("00000000:0050", "0A", "21");
	static const char six[] = HEAD LINE("00000000000000000000000000000000:0050", "0A", "22");

	assert_int_equal(find(four, FIREWALL_PROTOCOL_TCP, "10.0.0.1", 80), 21);
	assert_int_equal(find(six, FIREWALL_PROTOCOL_TCP, "10.0.0.1", 80), 22);
	assert_int_equal(find(six, FIREWALL_PROTOCOL_TCP, "fd00::1", 80), 22);
}

static void addresses_of_sixteen_bytes_are_read(void **state)
{
	static const char text[] = HEAD LINE("00000000000000000000000001000000:0050", "0A", "31");

	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "::1", 80), 31);
	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "::2", 80), 0);
}

static void of_udp_every_bound_socket_counts(void **state)
{
	static const char text[] = HEAD LINE("00000000:0035", "07", "41");

	assert_int_equal(find(text, FIREWALL_PROTOCOL_UDP, "127.0.0.1", 53), 41);
	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "127.0.0.1", 53), 0);
}

static void lines_of_another_form_are_skipped(void **state)
{
	static const char text[] = HEAD
		"   0: 0100007F:0050 x 0A\n 1: zz:0050 a 0A b c d e f 51\n\n"
		"  2: 0100:0050 00000000:0000 0A 0:0 0:0 0 0 0 52\n"
		"  3: 0100007F:0050 00000000:0000 0A 0:0 0:0 0 0 0 -5\n   ";

	assert_int_equal(find(text, FIREWALL_PROTOCOL_TCP, "127.0.0.1", 80), 0);
	assert_int_equal(find("", FIREWALL_PROTOCOL_TCP, "127.0.0.1", 80), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_listener_of_the_address_is_found),
		cmocka_unit_test(a_listener_on_all_addresses_has_each),
		cmocka_unit_test(addresses_of_sixteen_bytes_are_read),
		cmocka_unit_test(of_udp_every_bound_socket_counts),
		cmocka_unit_test(lines_of_another_form_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
