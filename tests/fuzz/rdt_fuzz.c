/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of resctrl's schemata, the kernel's and a configuration's (a form feed between them):
 * reading them again from what was read gives the same, a domain has one value, and whatever was
 * found is equal to itself. The first text is tried as /proc/filesystems and as a name as well.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/rdt/internal.h"
#include "sys/resctrl.h"

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_values(struct arena *arena, const struct rdt_values *values)
{
	struct rdt_values again = { NULL, 0 };

	for (size_t i = 0; i < values->n_values; i++) {
		const struct rdt_value *value = &values->values[i];

		require(rdt_values_find(values, value->resource, value->domain) == value);
		require(rdt_value_is_equal(value->value, value->value, 0));
		rdt_value_is_equal(value->value, value->value, 10);
		if (*value->domain)
			rdt_values_add(arena, &again,
				arena_printf(arena, "%s:%s=%s", value->resource, value->domain,
					value->value),
				value->config);
	}
	for (size_t i = 0; i < again.n_values; i++) {
		const struct rdt_value *value = &again.values[i];
		const struct rdt_value *first = rdt_values_find(
			values, value->resource, value->domain);

		require(first && strcmp(first->value, value->value) == 0);
	}
}

static void check_lines(struct arena *arena, const char *l3, const char *schema)
{
	const struct oci_intel_rdt config = {
		.l3_cache_schema = l3,
		.mem_bw_schema = "MB:0=20",
		.schemata = &schema,
		.n_schemata = 1,
	};
	struct rdt_lines lines = rdt_lines_of(arena, &config);

	require(lines.n_lines >= 2);
	for (size_t i = 0; i + 2 < lines.n_lines; i++)
		require(*lines.lines[i].text && !strchr(lines.lines[i].text, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *first = arena_strndup(&arena, (const char *)data, size);
	char *second = strchr(first, '\f');
	struct rdt_values values = { NULL, 0 };
	const char *found;

	if (second)
		*second++ = '\0';
	else
		second = first + strlen(first);
	rdt_values_add(&arena, &values, first, "/a");
	check_values(&arena, &values);
	rdt_values_add(&arena, &values, second, "/b");
	check_values(&arena, &values);
	check_lines(&arena, first, second);
	found = rdt_schemata_lines(&arena, first, "L3");
	require(!found || strncmp(found, "L3", 2) == 0);
	require(!resctrl_is_known(first) || strstr(first, "\tresctrl"));
	require(!rdt_is_group_name(second) || !strpbrk(second, "/\n"));
	return 0;
}
