/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rdt/internal.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

/* "FIELD LINE|FIELD LINE" */
static const char *lines_text(const struct oci_intel_rdt *config)
{
	struct rdt_lines lines = rdt_lines_of(&arena, config);
	const char *text = "";

	for (size_t i = 0; i < lines.n_lines; i++)
		text = arena_printf(&arena, "%s%s%s %s", text, i ? "|" : "",
			lines.lines[i].config + sizeof(RDT_CONFIG), lines.lines[i].text);
	return text;
}

static void the_cache_is_written_first_then_the_bandwidth_and_schemata_last(void **state)
{
	const struct oci_intel_rdt config = {
		.l3_cache_schema = "L3:0=f",
		.mem_bw_schema = "MB:0=20",
		.schemata = (const char *[]){ "L3:0=ff", "L2:0=1" },
		.n_schemata = 2,
	};

	assert_string_equal(lines_text(&config),
		"l3CacheSchema L3:0=f|memBwSchema MB:0=20|schemata/0 L3:0=ff|schemata/1 L2:0=1");
}

static void no_schema_is_no_line(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "c", .enable_monitoring = true };

	assert_string_equal(lines_text(&config), "");
}

static void several_lines_of_the_cache_schema_are_several_writes(void **state)
{
	const struct oci_intel_rdt config = { .l3_cache_schema = "L3:0=f\n\nL2:0=1\nMB:0=10\n" };

	assert_string_equal(lines_text(&config),
		"l3CacheSchema L3:0=f|l3CacheSchema L2:0=1|l3CacheSchema MB:0=10");
}

static void bandwidth_in_the_cache_schema_gives_way_to_its_own_field(void **state)
{
	const struct oci_intel_rdt config = {
		.l3_cache_schema = "MB:0=10\nL3:0=f\n MB:1=10",
		.mem_bw_schema = "MB:0=20",
	};

	assert_string_equal(lines_text(&config), "l3CacheSchema L3:0=f|memBwSchema MB:0=20");
}

/* "RESOURCE/DOMAIN/VALUE …" */
static const char *values_text(const struct rdt_values *values)
{
	const char *text = "";

	for (size_t i = 0; i < values->n_values; i++)
		text = arena_printf(&arena, "%s%s%s/%s/%s", text, i ? " " : "",
			values->values[i].resource, values->values[i].domain,
			values->values[i].value);
	return text;
}

static const char *parsed(const char *text)
{
	struct rdt_values values = { NULL, 0 };

	rdt_values_add(&arena, &values, text, NULL);
	return values_text(&values);
}

static void schemata_of_the_kernel_are_read(void **state)
{
	assert_string_equal(parsed("    MB:0=100;1= 90\n    L3:0=fffff;1=00fff\n"),
		"MB/0/100 MB/1/90 L3/0/fffff L3/1/00fff");
	assert_string_equal(parsed("L3CODE:0=f\nL3DATA:0=3\n"), "L3CODE/0/f L3DATA/0/3");
	assert_string_equal(parsed("L3:uninitialized\n"), "L3//uninitialized");
	assert_string_equal(parsed(""), "");
	assert_string_equal(parsed("\n \n"), "");
}

static void odd_lines_are_values_that_nothing_has(void **state)
{
	assert_string_equal(parsed("nonsense"), "nonsense//");
	assert_string_equal(parsed("L3:0"), "L3//0");
	assert_string_equal(parsed("L3:0=f;;1=f;"), "L3/0/f L3// L3/1/f");
	assert_string_equal(parsed(":=;"), "//");
	assert_string_equal(parsed("L3: 0 = f "), "L3/0/f");
}

static void a_later_value_of_the_same_domain_counts(void **state)
{
	struct rdt_values values = { NULL, 0 };

	rdt_values_add(&arena, &values, "L3:0=f;1=1", "/a");
	rdt_values_add(&arena, &values, "L3:0=3", "/b");
	assert_string_equal(values_text(&values), "L3/0/3 L3/1/1");
	assert_string_equal(rdt_values_find(&values, "L3", "0")->config, "/b");
	assert_null(rdt_values_find(&values, "L3", "2"));
	assert_null(rdt_values_find(&values, "L2", "0"));
}

static void masks_are_compared_as_numbers(void **state)
{
	assert_true(rdt_value_is_equal("7f0", "007f0", 0));
	assert_true(rdt_value_is_equal("0x7F0", "7f0", 0));
	assert_false(rdt_value_is_equal("7f0", "7f1", 0));
	assert_true(rdt_value_is_equal("ffffffffffffffff", "FFFFFFFFFFFFFFFF", 0));
	assert_false(rdt_value_is_equal("1ffffffffffffffff", "ffffffffffffffff", 0));
	assert_false(rdt_value_is_equal("", "0", 0));
	assert_true(rdt_value_is_equal("later", "later", 0));
}

static void bandwidth_is_rounded_up_like_the_kernel_does(void **state)
{
	assert_true(rdt_value_is_equal("20", "20", 10));
	assert_true(rdt_value_is_equal("25", "30", 10));
	assert_false(rdt_value_is_equal("25", "20", 10));
	assert_false(rdt_value_is_equal("25", "30", 1));
	assert_true(rdt_value_is_equal("5000", "5000", 1));
	assert_false(rdt_value_is_equal("18446744073709551615", "0", 10));
	assert_false(rdt_value_is_equal("1e", "30", 10));
}

static void lines_of_one_resource_are_found(void **state)
{
	const char *text = "    MB:0=100\n    L3:0=f\n  SMBA:0=1\n";

	assert_string_equal(rdt_schemata_lines(&arena, text, "MB:"), "MB:0=100");
	assert_string_equal(rdt_schemata_lines(&arena, text, "L3"), "L3:0=f");
	assert_null(rdt_schemata_lines(&arena, text, "L2"));
	assert_string_equal(rdt_schemata_lines(&arena, "L3DATA:0=f\nL3CODE:0=3", "L3"),
		"L3DATA:0=f\nL3CODE:0=3");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_cache_is_written_first_then_the_bandwidth_and_schemata_last),
		TEST(no_schema_is_no_line),
		TEST(several_lines_of_the_cache_schema_are_several_writes),
		TEST(bandwidth_in_the_cache_schema_gives_way_to_its_own_field),
		TEST(schemata_of_the_kernel_are_read),
		TEST(odd_lines_are_values_that_nothing_has),
		TEST(a_later_value_of_the_same_domain_counts),
		TEST(masks_are_compared_as_numbers),
		TEST(bandwidth_is_rounded_up_like_the_kernel_does),
		TEST(lines_of_one_resource_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
