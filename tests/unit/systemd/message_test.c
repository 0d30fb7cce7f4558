/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "systemd/message.h"

static struct arena arena;
static struct err err;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	err = ERR_INIT;
	return 0;
}

static void a_request_arrives_as_it_was_sent(void **state)
{
	struct systemd_property list[] = {
		{ "MemoryMax", "t", "18446744073709551615" },
		{ "Description", "s", "\"a \\\"b\\\"\"" },
	};
	struct systemd_request sent = {
		.call = SYSTEMD_CALL_START,
		.is_user = true,
		.unit = "hull-a\\x2db.scope",
		.limit_msec = 30000,
		.properties = { list, 2 },
	};
	struct systemd_request received;
	size_t length;
	const char *text = systemd_request_text(&arena, &sent, &length);

	assert_int_equal(systemd_request_read(&arena, text, length, &received, &err), 0);
	assert_int_equal(received.call, SYSTEMD_CALL_START);
	assert_true(received.is_user);
	assert_string_equal(received.unit, sent.unit);
	assert_int_equal(received.limit_msec, 30000);
	assert_int_equal(received.properties.n, 2);
	assert_string_equal(received.properties.list[1].name, "Description");
	assert_string_equal(received.properties.list[1].signature, "s");
	assert_string_equal(received.properties.list[1].value, "\"a \\\"b\\\"\"");
}

static void requests_that_make_no_sense_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"{\"call\":\"reboot\"}",
		"{\"call\":\"start\"}",
		"{\"call\":\"stop\",\"unit\":\"sshd.service\"}",
		"{\"call\":\"stop\",\"unit\":\"../x.scope\"}",
		"{\"call\":\"stop\",\"unit\":\".scope\"}",
		"{\"call\":\"stop\",\"unit\":\"a b.scope\"}",
		"{\"call\":\"attach\",\"unit\":\"a.scope\"}",
		"{\"call\":\"set\",\"unit\":\"a.scope\",\"properties\":[{\"name\":\"A\",\"type\":"
		"\"tt\",\"value\":\"1\"}]}",
		"{\"call\":\"set\",\"unit\":\"a.scope\",\"properties\":[{\"name\":\"A b\",\"type\":"
		"\"t\",\"value\":\"1\"}]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct systemd_request request;

		err = ERR_INIT;
		assert_true(
			systemd_request_read(&arena, bad[i], strlen(bad[i]), &request, &err) < 0);
	}
}

static void a_reply_brings_the_failure_with_it(void **state)
{
	struct systemd_reply sent = { .control_group = "/system.slice", .version = 252 };
	struct systemd_reply received;
	const char *text;
	size_t length;

	err_fail(&sent.err, EEXIST, "there is \x1b[1mone");
	err_hint(&sent.err, "stop it");
	text = systemd_reply_text(&arena, &sent, &length);
	assert_int_equal(systemd_reply_read(&arena, text, length, &received, &err), 0);
	assert_int_equal(received.err.code, EEXIST);
	assert_string_equal(received.err.text, "there is ?[1mone");
	assert_string_equal(received.err.hint, "stop it");
	assert_string_equal(received.control_group, "/system.slice");
	assert_int_equal(received.version, 252);
}

static void a_success_has_no_failure(void **state)
{
	static const char text[] = "{\"code\":0,\"text\":\"\",\"hint\":\"\"}";
	struct systemd_reply received;

	assert_int_equal(systemd_reply_read(&arena, text, sizeof(text) - 1, &received, &err), 0);
	assert_int_equal(received.err.code, 0);
	assert_string_equal(received.control_group, "");
}

static void a_control_group_is_a_path_that_does_not_climb(void **state)
{
	static const char *const bad[] = { "a", "/a/../b", "/..", "../a", "/a/.." };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *text = arena_printf(
			&arena, "{\"code\":0,\"controlGroup\":\"%s\"}", bad[i]);
		struct systemd_reply reply;

		err = ERR_INIT;
		assert_int_equal(
			systemd_reply_read(&arena, text, strlen(text), &reply, &err), -EPROTO);
	}
}

static void a_signature_is_read_type_by_type(void **state)
{
	assert_int_equal(systemd_signature_next("t"), 1);
	assert_int_equal(systemd_signature_next("as"), 2);
	assert_int_equal(systemd_signature_next("a(ss)u"), 5);
	assert_int_equal(systemd_signature_next("(sa(tt))"), 8);
	assert_int_equal(systemd_signature_next(""), 0);
	assert_int_equal(systemd_signature_next("v"), 0);
	assert_int_equal(systemd_signature_next("h"), 0);
	assert_int_equal(systemd_signature_next("a"), 0);
	assert_int_equal(systemd_signature_next("()"), 0);
	assert_int_equal(systemd_signature_next("(s"), 0);
	assert_int_equal(systemd_signature_next("a{sv}"), 0);
	assert_int_equal(systemd_signature_next("aaaaaaaaaaaas"), 0);
}

static void names_of_units_are_those_of_scopes_and_slices(void **state)
{
	char long_name[300];

	assert_true(systemd_is_unit_name("libpod-0a.scope"));
	assert_true(systemd_is_unit_name("a-b_c:d@e.slice"));
	assert_true(systemd_is_unit_name("-.slice"));
	assert_false(systemd_is_unit_name("a.service"));
	assert_false(systemd_is_unit_name("a/b.scope"));
	assert_false(systemd_is_unit_name("a\nb.scope"));
	assert_false(systemd_is_unit_name("\xc3\xa4.scope"));
	memset(long_name, 'a', sizeof(long_name));
	memcpy(long_name + 250, ".scope", 7);
	assert_false(systemd_is_unit_name(long_name));
	assert_true(systemd_is_unit_name(long_name + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_request_arrives_as_it_was_sent, tear_down),
		cmocka_unit_test_teardown(requests_that_make_no_sense_are_refused, tear_down),
		cmocka_unit_test_teardown(a_reply_brings_the_failure_with_it, tear_down),
		cmocka_unit_test_teardown(a_success_has_no_failure, tear_down),
		cmocka_unit_test_teardown(a_control_group_is_a_path_that_does_not_climb, tear_down),
		cmocka_unit_test_teardown(a_signature_is_read_type_by_type, tear_down),
		cmocka_unit_test_teardown(names_of_units_are_those_of_scopes_and_slices, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
