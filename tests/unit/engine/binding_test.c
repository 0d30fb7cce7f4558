/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/binding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/text.h"

static struct arena arena;
static struct container_port *ports;
static size_t n_ports;
static struct err err;

static int set_up(void **state)
{
	arena = ARENA_INIT;
	ports = NULL;
	n_ports = 0;
	err = ERR_INIT;
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&arena);
	return 0;
}

static void publish(const char *text)
{
	if (binding_read(&arena, text, &ports, &n_ports, &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void assert_refused(const char *text)
{
	err = ERR_INIT;
	assert_int_equal(binding_read(&arena, text, &ports, &n_ports, &err), -EINVAL);
	assert_int_equal(n_ports, 0);
}

static void assert_port(
	size_t index, const char *host_ip, const char *host_port, const char *target)
{
	assert_true(index < n_ports);
	assert_true(text_equal(ports[index].host_ip, host_ip));
	assert_true(text_equal(ports[index].host_port, host_port));
	assert_string_equal(ports[index].target, target);
}

static void a_port_alone_gets_any_of_the_host(void **state)
{
	publish("80");
	publish("53/udp");
	assert_port(0, NULL, NULL, "80/tcp");
	assert_port(1, NULL, NULL, "53/udp");
}

static void host_and_address_stand_in_front(void **state)
{
	publish("8080:80");
	publish("0.0.0.0:8080:80/udp");
	publish("127.0.0.1::80");
	publish("[::1]:8080:80");
	publish("[::]::80/tcp");
	assert_port(0, NULL, "8080", "80/tcp");
	assert_port(1, "0.0.0.0", "8080", "80/udp");
	assert_port(2, "127.0.0.1", NULL, "80/tcp");
	assert_port(3, "::1", "8080", "80/tcp");
	assert_port(4, "::", NULL, "80/tcp");
}

static void ranges_go_port_by_port(void **state)
{
	publish("8000-8002:90-92/udp");
	assert_int_equal(n_ports, 3);
	assert_port(0, NULL, "8000", "90/udp");
	assert_port(2, NULL, "8002", "92/udp");
}

static void a_range_of_the_container_alone_gets_free_ones(void **state)
{
	publish("90-91");
	assert_port(0, NULL, NULL, "90/tcp");
	assert_port(1, NULL, NULL, "91/tcp");
}

static void a_range_of_the_host_for_one_port_is_kept(void **state)
{
	publish("8000-8002:80");
	assert_int_equal(n_ports, 1);
	assert_port(0, NULL, "8000-8002", "80/tcp");
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = { "", ":", "0", "65536", "x", "80/", "80/sctp", "80/TCP",
		"-1", "+80", " 80", "80 ", "80:", "8080:0", "80-", "-80", "90-80", "1.2.3:80:80",
		"::1:80:80", "[::1]80:80", "[::1]:80", "[::1:80:80", "1.2.3.4:80:80:80", "a:80:80",
		"8000-8001:90-92", "8080:90-92", "80-81-82", "99999999999999999999", "80/tcp/udp",
		"127.0.0.1:0:80" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i]);
}

static void exposed_ports_may_be_ranges(void **state)
{
	const char **targets = NULL;
	size_t n = 0;

	assert_int_equal(binding_read_exposed(&arena, "8000-8001/udp", &targets, &n, &err), 0);
	assert_int_equal(binding_read_exposed(&arena, "80", &targets, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_string_equal(targets[0], "8000/udp");
	assert_string_equal(targets[1], "8001/udp");
	assert_string_equal(targets[2], "80/tcp");
	assert_int_equal(binding_read_exposed(&arena, "80:80", &targets, &n, &err), -EINVAL);
}

static void what_is_not_said_is_the_loopback_address(void **state)
{
	const struct container_port port = { .target = "80/tcp", .host_port = "8000-8002" };
	struct binding_target target;
	struct binding_range range;
	struct ip_prefix host;

	assert_int_equal(binding_resolve(&port, &host, &range, &target, &err), 0);
	assert_true(firewall_is_loopback(&host));
	assert_int_equal(range.first, 8000);
	assert_int_equal(range.last, 8002);
	assert_int_equal(target.port, 80);
}

static void settings_of_a_damaged_file_are_refused(void **state)
{
	const struct container_port damaged[] = {
		{ .target = NULL },
		{ .target = "80"
			    "/x" },
		{ .target = "80/tcp", .host_ip = "host" },
		{ .target = "80/tcp", .host_port = "8000-" },
	};

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct binding_target target;
		struct binding_range range;
		struct ip_prefix host;

		err = ERR_INIT;
		assert_int_equal(
			binding_resolve(&damaged[i], &host, &range, &target, &err), -EINVAL);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_port_alone_gets_any_of_the_host),
		TEST(host_and_address_stand_in_front),
		TEST(ranges_go_port_by_port),
		TEST(a_range_of_the_container_alone_gets_free_ones),
		TEST(a_range_of_the_host_for_one_port_is_kept),
		TEST(nonsense_is_refused),
		TEST(exposed_ports_may_be_ranges),
		TEST(what_is_not_said_is_the_loopback_address),
		TEST(settings_of_a_damaged_file_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
