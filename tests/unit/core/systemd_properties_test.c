/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/systemd/systemd.h"

static struct arena arena;
static struct err err;

static const struct systemd_dialect v2 = { .version = 252, .is_v2 = true, .is_user = true };
static const struct systemd_dialect v1 = { .version = 241, .is_user = true };

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	err = ERR_INIT;
	return 0;
}

/* "NAME=VALUE|…" */
static const char *text_of(const struct systemd_properties *properties)
{
	const char *text = "";

	for (size_t i = 0; i < properties->n; i++)
		text = arena_printf(&arena, "%s%s%s=%s", text, i ? "|" : "",
			properties->list[i].name, properties->list[i].value);
	return text;
}

static const char *translated(const char *json, struct systemd_dialect dialect)
{
	struct systemd_properties properties = { 0 };
	struct oci_config *config;
	const char *text = arena_printf(&arena,
		"{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{\"resources\":%s}}",
		json);

	assert_int_equal(oci_config_read(&arena, text, strlen(text), &config, &err), 0);
	systemd_add_resources(&arena, config->platform.resources, dialect, false, &properties);
	return text_of(&properties);
}

static void memory_is_counted_without_swap_on_v2(void **state)
{
	assert_string_equal(translated("{\"memory\":{\"limit\":1000,\"swap\":3000,"
				       "\"reservation\":500}}",
				    v2),
		"MemoryMax=1000|MemoryLow=500|MemorySwapMax=2000");
	assert_string_equal(translated("{\"memory\":{\"limit\":-1,\"swap\":-1}}", v2),
		"MemoryMax=18446744073709551615|MemorySwapMax=18446744073709551615");
	assert_string_equal(translated("{\"memory\":{\"limit\":1000,\"swap\":1000}}", v2),
		"MemoryMax=1000|MemorySwapMax=0");
}

static void nothing_and_zero_are_left_as_they_are(void **state)
{
	assert_string_equal(translated("{}", v2), "");
	assert_string_equal(translated("{\"memory\":{\"limit\":0},\"cpu\":{\"shares\":0,"
				       "\"quota\":0,\"period\":0},\"pids\":{\"limit\":0},"
				       "\"blockIO\":{\"weight\":0}}",
				    v2),
		"");
}

static void processors_are_counted_in_percent_rounded_up(void **state)
{
	assert_string_equal(translated("{\"cpu\":{\"shares\":1024,\"quota\":12345,"
				       "\"period\":100000}}",
				    v2),
		"CPUWeight=100|CPUQuotaPeriodUSec=100000|CPUQuotaPerSecUSec=130000");
	assert_string_equal(
		translated("{\"cpu\":{\"quota\":50000}}", v2), "CPUQuotaPerSecUSec=500000");
	assert_string_equal(translated("{\"cpu\":{\"quota\":-1}}", v2),
		"CPUQuotaPerSecUSec=18446744073709551615");
	assert_string_equal(
		translated("{\"cpu\":{\"quota\":9223372036854775807,\"period\":1000}}", v2),
		"CPUQuotaPeriodUSec=1000|CPUQuotaPerSecUSec=18446744073709551615");
}

static void lists_of_processors_become_masks_of_bytes(void **state)
{
	assert_string_equal(translated("{\"cpu\":{\"cpus\":\"0-1,9\",\"mems\":\"0\"}}", v2),
		"AllowedCPUs=[3,2,0,0,0,0,0,0]|AllowedMemoryNodes=[1,0,0,0,0,0,0,0]");
}

static void an_idle_group_has_no_weight(void **state)
{
	assert_string_equal(translated("{\"cpu\":{\"shares\":512,\"idle\":1}}", v2),
		"CPUWeight=59|CPUWeight=0");
}

static void older_systemds_and_v1_have_other_words(void **state)
{
	assert_string_equal(
		translated("{\"memory\":{\"limit\":1000,\"reservation\":500,\"swap\":2000},"
			   "\"cpu\":{\"shares\":512,\"period\":50000,\"quota\":25000,"
			   "\"cpus\":\"0\",\"idle\":1},\"blockIO\":{\"weight\":500},"
			   "\"unified\":{\"memory.high\":\"5\"}}",
			v1),
		"MemoryLimit=1000|CPUShares=512|CPUQuotaPerSecUSec=500000|BlockIOWeight=500");
}

static void processes_and_weights_of_disks_are_known(void **state)
{
	assert_string_equal(
		translated("{\"pids\":{\"limit\":20},\"blockIO\":{\"weight\":1000}}", v2),
		"TasksMax=20|IOWeight=10000");
	assert_string_equal(
		translated("{\"pids\":{\"limit\":-1}}", v2), "TasksMax=18446744073709551615");
}

static void files_of_v2_that_systemd_has_words_for_are_translated(void **state)
{
	assert_string_equal(
		translated("{\"unified\":{\"memory.high\":\"max\",\"memory.min\":\"4096\","
			   "\"cpu.max\":\"max 50000\",\"pids.max\":\"9\",\"cpuset.cpus\":\"1\","
			   "\"memory.oom.group\":\"1\",\"io.max\":\"8:0 rbps=1\","
			   "\"memory.low\":\"many\"}}",
			v2),
		"MemoryHigh=18446744073709551615|MemoryMin=4096|CPUQuotaPeriodUSec=50000|"
		"CPUQuotaPerSecUSec=18446744073709551615|TasksMax=9|"
		"AllowedCPUs=[2,0,0,0,0,0,0,0]");
}

static void devices_are_what_the_rules_allow_and_no_less(void **state)
{
	const struct systemd_dialect root = { .version = 252, .is_v2 = true };
	const char *text = translated(
		"{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{\"allow\":true,\"type\":\"c\","
		"\"major\":10,\"minor\":229,\"access\":\"rw\"},{\"allow\":true,\"type\":\"b\","
		"\"major\":7,\"access\":\"r\"}]}",
		root);

	assert_non_null(strstr(text, "DeviceAllow=[]|DevicePolicy=\"strict\"|DeviceAllow=["));
	assert_non_null(strstr(text, "[\"/dev/char/10:229\",\"rwm\"]")); /* m: of any device */
	assert_non_null(strstr(text, "[\"block-7\",\"rm\"]"));
	assert_non_null(strstr(text, "[\"/dev/char/1:3\",\"rwm\"]"));
	assert_non_null(strstr(text, "[\"char-*\",\"m\"]"));
}

static void where_everything_is_allowed_systemd_has_no_list(void **state)
{
	const struct systemd_dialect root = { .version = 252, .is_v2 = true };

	assert_string_equal(translated("{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}", root),
		"DeviceAllow=[]|DevicePolicy=\"auto\"");
}

static const char *unit_text(const char *name, const char *annotations)
{
	const struct systemd_unit unit = { .name = name };
	struct systemd_properties properties;
	struct oci_config *config;
	const char *text = arena_printf(&arena,
		"{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"annotations\":%s}",
		annotations);

	assert_int_equal(oci_config_read(&arena, text, strlen(text), &config, &err), 0);
	if (systemd_unit_properties(&arena, &unit, "a.slice", "c1", config, v2, &properties, &err) <
		0)
		return NULL;
	return text_of(&properties);
}

static void a_scope_begins_with_who_asks_and_is_delegated(void **state)
{
	assert_string_equal(unit_text("hull-c1.scope", "{}"),
		"Description=\"hull container c1\"|Slice=\"a.slice\"|PIDs=[0]|Delegate=true|"
		"DefaultDependencies=false|CPUAccounting=true|MemoryAccounting=true|"
		"TasksAccounting=true|IOAccounting=true|CollectMode=\"inactive-or-failed\"");
}

static void a_slice_has_no_processes(void **state)
{
	assert_null(strstr(unit_text("a-b.slice", "{}"), "PIDs"));
}

static void annotations_come_last_and_those_of_others_are_ignored(void **state)
{
	const char *text = unit_text("hull-c1.scope",
		"{\"org.systemd.property.CollectMode\":\"'inactive'\",\"other\":\"'x'\"}");

	assert_non_null(strstr(text, "|CollectMode=\"inactive\""));
	assert_null(strstr(text, "'x'"));
}

static void an_annotation_that_is_refused_is_named(void **state)
{
	assert_null(
		unit_text("hull-c1.scope", "{\"org.systemd.property.ExecStart\":\"'/bin/sh'\"}"));
	assert_int_equal(err.code, EPERM);
	assert_string_equal(err.config, "/annotations/org.systemd.property.ExecStart");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(memory_is_counted_without_swap_on_v2, tear_down),
		cmocka_unit_test_teardown(nothing_and_zero_are_left_as_they_are, tear_down),
		cmocka_unit_test_teardown(processors_are_counted_in_percent_rounded_up, tear_down),
		cmocka_unit_test_teardown(lists_of_processors_become_masks_of_bytes, tear_down),
		cmocka_unit_test_teardown(an_idle_group_has_no_weight, tear_down),
		cmocka_unit_test_teardown(older_systemds_and_v1_have_other_words, tear_down),
		cmocka_unit_test_teardown(processes_and_weights_of_disks_are_known, tear_down),
		cmocka_unit_test_teardown(
			files_of_v2_that_systemd_has_words_for_are_translated, tear_down),
		cmocka_unit_test_teardown(devices_are_what_the_rules_allow_and_no_less, tear_down),
		cmocka_unit_test_teardown(
			where_everything_is_allowed_systemd_has_no_list, tear_down),
		cmocka_unit_test_teardown(a_scope_begins_with_who_asks_and_is_delegated, tear_down),
		cmocka_unit_test_teardown(a_slice_has_no_processes, tear_down),
		cmocka_unit_test_teardown(
			annotations_come_last_and_those_of_others_are_ignored, tear_down),
		cmocka_unit_test_teardown(an_annotation_that_is_refused_is_named, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
