/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "systemd/annotation.h"

static struct arena arena;
static struct err err;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	err = ERR_INIT;
	return 0;
}

/* "NAME TYPE VALUE" */
static const char *read_as(const char *name, const char *text)
{
	struct systemd_property property;
	int r = systemd_annotation_read(&arena, name, text, &property, &err);

	if (r < 0)
		fail_msg("%s %s: %s", name, text, err.text);
	return arena_printf(&arena, "%s %s %s", property.name, property.signature, property.value);
}

#define assert_read(name, text, expected) assert_string_equal(read_as(name, text), expected)

static void assert_refused(const char *name, const char *text, int code)
{
	struct systemd_property property = { .name = "untouched" };

	err = ERR_INIT;
	assert_int_equal(systemd_annotation_read(&arena, name, text, &property, &err), -code);
	assert_int_equal(err.code, code);
	assert_string_equal(property.name, "untouched");
}

static void values_are_written_as_systemd_and_glib_write_them(void **state)
{
	assert_read("TimeoutStopUSec", "uint64 123456789", "TimeoutStopUSec t 123456789");
	assert_read("CollectMode", "'inactive-or-failed'", "CollectMode s \"inactive-or-failed\"");
	assert_read("CollectMode", "\"inactive\"", "CollectMode s \"inactive\"");
	assert_read("SendSIGHUP", "true", "SendSIGHUP b true");
	assert_read("KillSignal", "int32 15", "KillSignal i 15");
	assert_read(
		"After", "['a.service', \"b.service\"]", "After as [\"a.service\",\"b.service\"]");
}

static void the_word_for_the_type_may_be_left_out_or_be_one_of_dbus(void **state)
{
	assert_read("TimeoutStopUSec", " 5 ", "TimeoutStopUSec t 5");
	assert_read("TimeoutStopUSec", "@t 5", "TimeoutStopUSec t 5");
	assert_read("TimeoutStopUSec", "int32 5", "TimeoutStopUSec t 5");
	assert_read("After", "@as []", "After as []");
	assert_read("SendSIGKILL", "boolean false", "SendSIGKILL b false");
}

static void seconds_become_microseconds(void **state)
{
	assert_read("TimeoutStopSec", "90", "TimeoutStopUSec t 90000000");
	assert_read("RuntimeMaxSec", "uint64 1", "RuntimeMaxUSec t 1000000");
	assert_refused("TimeoutStopSec", "18446744073709551615", EINVAL);
}

static void escapes_in_texts_are_understood(void **state)
{
	assert_read("Description", "'it\\'s \\\\ a\\n\"b\"'",
		"Description s \"it's \\\\ a\\n\\\"b\\\"\"");
	assert_refused("Description", "'\\q'", EINVAL);
	assert_refused("Description", "'open", EINVAL);
	assert_refused("Description", "'ends in \\", EINVAL);
}

static void numbers_have_to_fit(void **state)
{
	assert_read("TimeoutStopUSec", "18446744073709551615",
		"TimeoutStopUSec t 18446744073709551615");
	assert_read("KillSignal", "-2147483648", "KillSignal i -2147483648");
	assert_refused("KillSignal", "2147483648", EINVAL);
	assert_refused("KillSignal", "-2147483649", EINVAL);
	assert_refused("TimeoutStopUSec", "-1", EINVAL);
	assert_refused("TimeoutStopUSec", "18446744073709551616", EINVAL);
}

static void what_is_no_value_of_the_type_is_refused(void **state)
{
	static const char *const bad[] = { "", "'5'", "5 6", "5,", "five", "uint64", "@s 5", "@",
		"true", "[5]", "0x5", "5.0", "uint64 uint64 5", "- 5" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused("TimeoutStopUSec", bad[i], EINVAL);
	assert_refused("SendSIGHUP", "1", EINVAL);
	assert_refused("SendSIGHUP", "trueish", EINVAL);
	assert_refused("CollectMode", "inactive", EINVAL);
	assert_refused("After", "'a.service'", EINVAL);
	assert_refused("After", "['a' 'b']", EINVAL);
	assert_refused("After", "['a',]", EINVAL);
	assert_refused("After", "[", EINVAL);
}

static void what_starts_stops_runs_or_lifts_something_is_refused(void **state)
{
	static const char *const dangerous[] = { "ExecStart", "ExecStop", "Wants", "Requires",
		"BindsTo", "Upholds", "Conflicts", "OnFailure", "OnSuccess", "SuccessAction",
		"FailureAction", "JobTimeoutAction", "Slice", "PIDs", "Delegate", "Controller",
		"DevicePolicy", "DeviceAllow", "BPFProgram", "MemoryMax", "TasksMax", "CPUWeight",
		"User", "RefuseManualStop", "timeoutStopUSec", "Sec", "USec" };

	for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++)
		assert_refused(dangerous[i], "'x'", EPERM);
	assert_non_null(strstr(err.hint, "linux.resources"));
}

static void names_that_no_property_has_are_refused(void **state)
{
	assert_refused("", "5", EINVAL);
	assert_refused("Timeout-Stop", "5", EINVAL);
	assert_refused("../x", "5", EINVAL);
	assert_refused("After ", "[]", EINVAL);
	assert_refused("Ä", "5", EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			values_are_written_as_systemd_and_glib_write_them, tear_down),
		cmocka_unit_test_teardown(
			the_word_for_the_type_may_be_left_out_or_be_one_of_dbus, tear_down),
		cmocka_unit_test_teardown(seconds_become_microseconds, tear_down),
		cmocka_unit_test_teardown(escapes_in_texts_are_understood, tear_down),
		cmocka_unit_test_teardown(numbers_have_to_fit, tear_down),
		cmocka_unit_test_teardown(what_is_no_value_of_the_type_is_refused, tear_down),
		cmocka_unit_test_teardown(
			what_starts_stops_runs_or_lifts_something_is_refused, tear_down),
		cmocka_unit_test_teardown(names_that_no_property_has_are_refused, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
