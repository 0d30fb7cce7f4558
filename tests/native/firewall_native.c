/* SPDX-License-Identifier: Apache-2.0 */
/*
 * firewall_native: hull's table in the kernel that runs here, as root, in a network namespace that
 * is made for each test. What the kernel has is asked of nft(8).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/firewall/firewall.h"

static struct arena arena;
static struct err err;

/* ---- words of the tests ---- */

static int set_up(void **state)
{
	err = ERR_INIT;
	if (geteuid() != 0 || access("/usr/sbin/nft", X_OK) < 0)
		skip();
	return unshare(CLONE_NEWNET);
}

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

/* What the command prints, white space as single blanks. */
static const char *output_of(const char *command)
{
	static char text[65536];
	FILE *pipe = popen(command, "r");
	size_t n = 0;
	int c;

	assert_non_null(pipe);
	while ((c = getc(pipe)) != EOF && n < sizeof(text) - 1) {
		if (c == '\n' || c == '\t')
			c = ' ';
		if (c != ' ' || (n > 0 && text[n - 1] != ' '))
			text[n++] = (char)c;
	}
	text[n] = '\0';
	pclose(pipe);
	return text;
}

static const char *elements_of(const char *set)
{
	char command[128];
	const char *text;

	snprintf(command, sizeof(command), "nft list set inet hull %s 2>&1 || true", set);
	text = strstr(output_of(command), "elements = ");
	return text ? text + strlen("elements = ") : "none";
}

static const char *entries_of(const char *map)
{
	char command[128];
	const char *text;

	snprintf(command, sizeof(command), "nft list map inet hull %s 2>&1 || true", map);
	text = strstr(output_of(command), "elements = ");
	return text ? text + strlen("elements = ") : "none";
}

static unsigned number_of_rules(void)
{
	unsigned n = 0;

	sscanf(output_of("nft -a list ruleset | grep -c 'accept #\\|drop #\\|masquerade #\\|jump "
			 "\\|dnat '"),
		"%u", &n);
	return n;
}

static void assert_success(int r)
{
	if (r < 0)
		fail_msg("%s", err.text);
}

static struct ip_prefix prefix(const char *text)
{
	struct ip_prefix result;

	assert_int_equal(ip_prefix_parse(text, &result), 0);
	return result;
}

static struct firewall_port port(const char *host, uint16_t host_port, const char *container)
{
	return (struct firewall_port){
		.protocol = FIREWALL_PROTOCOL_TCP,
		.host = prefix(host),
		.container = prefix(container),
		.host_port = host_port,
		.container_port = 80,
	};
}

static void fill_nothing(void)
{
	assert_success(firewall_fill(&arena, NULL, 0, NULL, 0, &err));
}

/* ---- tests ---- */

static void a_table_is_made(void **state)
{
	fill_nothing();
	assert_non_null(strstr(output_of("nft list tables"), "table inet hull"));
	assert_in_range(number_of_rules(), 15, 30);
}

static void filling_twice_leaves_the_same(void **state)
{
	unsigned n;

	fill_nothing();
	n = number_of_rules();
	fill_nothing();
	assert_int_equal(number_of_rules(), n);
}

static void nft_can_load_what_it_lists(void **state)
{
	fill_nothing();
	assert_string_equal(output_of("nft list ruleset > /tmp/firewall_native.nft && nft flush "
				      "ruleset && nft -f /tmp/firewall_native.nft 2>&1; rm -f "
				      "/tmp/firewall_native.nft"),
		"");
}

static void a_network_is_elements(void **state)
{
	const struct ip_prefix subnets[] = { prefix("10.88.3.1/24"), prefix("fd00:1::1/64") };
	const struct firewall_network network = {
		.bridge = "hull3",
		.subnets = subnets,
		.n_subnets = 2,
		.is_isolated = true,
	};
	unsigned n_rules;

	fill_nothing();
	n_rules = number_of_rules();
	assert_success(firewall_add_network(&arena, &network, &err));
	assert_string_equal(elements_of("bridges"), "{ \"hull3\" } } } ");
	assert_string_equal(elements_of("inside"), "{ \"hull3\" . \"hull3\" } } } ");
	assert_string_equal(elements_of("isolated"), "{ \"hull3\" } } } ");
	assert_string_equal(elements_of("internal"), "none");
	assert_string_equal(elements_of("outgoing4"), "{ 10.88.3.0/24 } } } ");
	assert_string_equal(elements_of("outgoing6"), "{ fd00:1::/64 } } } ");
	assert_int_equal(number_of_rules(), n_rules);
	assert_success(firewall_add_network(&arena, &network, &err));
	assert_success(firewall_remove_network(&arena, &network, &err));
	assert_string_equal(elements_of("bridges"), "none");
	assert_string_equal(elements_of("outgoing4"), "none");
	assert_success(firewall_remove_network(&arena, &network, &err));
}

/* Intervals that touch: the end of one is the beginning of the next. */
static void neighbouring_subnets_are_kept_apart(void **state)
{
	const struct ip_prefix a = prefix("10.88.0.0/24"), b = prefix("10.88.1.0/24");
	const struct ip_prefix all = prefix("255.255.255.0/24");
	const struct firewall_network first = { .bridge = "a", .subnets = &a, .n_subnets = 1 };
	const struct firewall_network second = { .bridge = "b", .subnets = &b, .n_subnets = 1 };
	const struct firewall_network last = { .bridge = "c", .subnets = &all, .n_subnets = 1 };

	fill_nothing();
	assert_success(firewall_add_network(&arena, &first, &err));
	assert_success(firewall_add_network(&arena, &second, &err));
	assert_success(firewall_add_network(&arena, &last, &err));
	assert_success(firewall_remove_network(&arena, &first, &err));
	assert_string_equal(elements_of("outgoing4"), "{ 10.88.1.0/24, 255.255.255.0/24 } } } ");
}

static void a_port_is_an_element(void **state)
{
	const struct firewall_port ports[] = {
		port("127.0.0.1/32", 8080, "10.88.3.2/32"),
		port("0.0.0.0/32", 8081, "10.88.3.2/32"),
		port("fd00::1/128", 8080, "fd00:1::2/128"),
		port("::/128", 8081, "fd00:1::2/128"),
	};

	fill_nothing();
	assert_success(firewall_add_ports(&arena, ports, 4, &err));
	assert_string_equal(
		entries_of("ports4"), "{ 127.0.0.1 . tcp . 8080 : 10.88.3.2 . 80 } } } ");
	assert_string_equal(entries_of("any4"), "{ tcp . 8081 : 10.88.3.2 . 80 } } } ");
	assert_string_equal(entries_of("ports6"), "{ fd00::1 . tcp . 8080 : fd00:1::2 . 80 } } } ");
	assert_string_equal(entries_of("any6"), "{ tcp . 8081 : fd00:1::2 . 80 } } } ");
	assert_success(firewall_remove_ports(&arena, ports, 4, &err));
	assert_string_equal(entries_of("ports4"), "none");
	assert_string_equal(entries_of("any6"), "none");
}

static void what_is_not_there_does_not_keep_the_rest(void **state)
{
	const struct firewall_port ports[] = {
		port("127.0.0.1/32", 8080, "10.88.3.2/32"),
		port("127.0.0.1/32", 8081, "10.88.3.2/32"),
	};

	fill_nothing();
	assert_success(firewall_add_ports(&arena, &ports[1], 1, &err));
	assert_success(firewall_remove_ports(&arena, ports, 2, &err));
	assert_string_equal(entries_of("ports4"), "none");
}

static void a_stale_port_is_taken_over(void **state)
{
	const struct firewall_port old = port("127.0.0.1/32", 8080, "10.88.3.2/32");
	const struct firewall_port new = port("127.0.0.1/32", 8080, "10.88.3.9/32");

	fill_nothing();
	assert_success(firewall_add_ports(&arena, &old, 1, &err));
	assert_success(firewall_add_ports(&arena, &new, 1, &err));
	assert_string_equal(
		entries_of("ports4"), "{ 127.0.0.1 . tcp . 8080 : 10.88.3.9 . 80 } } } ");
}

static void a_table_that_has_gone_is_told(void **state)
{
	const struct firewall_port one = port("127.0.0.1/32", 8080, "10.88.3.2/32");

	assert_int_equal(firewall_add_ports(&arena, &one, 1, &err), -ENOENT);
	assert_success(firewall_remove_ports(&arena, &one, 1, &err));
	assert_success(firewall_remove(&arena, &err));
}

static void thousands_of_ports_are_one_batch(void **state)
{
	enum { N = 5000 };
	struct firewall_port *ports = ARENA_NEW_ARRAY(&arena, N, struct firewall_port);

	for (unsigned i = 0; i < N; i++)
		ports[i] = port("0.0.0.0/32", (uint16_t)(1000 + i), "10.88.3.2/32");
	assert_success(firewall_fill(&arena, NULL, 0, ports, N, &err));
	assert_string_equal(
		output_of("nft list map inet hull any4 | grep -o tcp | wc -l"), "5000 ");
	assert_success(firewall_remove_ports(&arena, ports, N, &err));
	assert_string_equal(entries_of("any4"), "none");
}

static void removing_the_table_leaves_the_others(void **state)
{
	output_of("nft add table inet other");
	fill_nothing();
	assert_success(firewall_remove(&arena, &err));
	assert_string_equal(output_of("nft list tables"), "table inet other ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_table_is_made),
		TEST(filling_twice_leaves_the_same),
		TEST(nft_can_load_what_it_lists),
		TEST(a_network_is_elements),
		TEST(neighbouring_subnets_are_kept_apart),
		TEST(a_port_is_an_element),
		TEST(what_is_not_there_does_not_keep_the_rest),
		TEST(a_stale_port_is_taken_over),
		TEST(a_table_that_has_gone_is_told),
		TEST(thousands_of_ports_are_one_batch),
		TEST(removing_the_table_leaves_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
