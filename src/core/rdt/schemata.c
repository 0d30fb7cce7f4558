/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schemata: lines such as "L3:0=7f0;1=1f" or "    MB:0= 20;1= 70", as configurations have them and
 * as the kernel prints them. Pure.
 */
#include "core/rdt/internal.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define WHITE " \t\r"

/* ---- what a configuration asks for ---- */

static void add_line(
	struct arena *arena, struct rdt_lines *lines, const char *text, const char *config)
{
	ARENA_APPEND(arena, lines->lines, lines->n_lines) = (struct rdt_line){ text, config };
}

static void add_l3_lines(
	struct arena *arena, struct rdt_lines *lines, const struct oci_intel_rdt *config)
{
	for (const char *at = config->l3_cache_schema; at && *at;) {
		size_t length = strcspn(at, "\n");
		const char *line = arena_strndup(arena, at, length);
		const char *name = line + strspn(line, WHITE);

		if (*name && !(config->mem_bw_schema && text_has_prefix(name, "MB:")))
			add_line(arena, lines, line, RDT_CONFIG "/l3CacheSchema");
		at += length + (at[length] == '\n');
	}
}

struct rdt_lines rdt_lines_of(struct arena *arena, const struct oci_intel_rdt *config)
{
	struct rdt_lines lines = { NULL, 0 };

	add_l3_lines(arena, &lines, config);
	if (config->mem_bw_schema)
		add_line(arena, &lines, config->mem_bw_schema, RDT_CONFIG "/memBwSchema");
	for (size_t i = 0; i < config->n_schemata; i++)
		add_line(arena, &lines, config->schemata[i],
			arena_printf(arena, RDT_CONFIG "/schemata/%zu", i));
	return lines;
}

/* ---- values ---- */

static const char *trimmed(struct arena *arena, const char *text, size_t length)
{
	while (length > 0 && strchr(WHITE, text[0])) {
		text++;
		length--;
	}
	while (length > 0 && strchr(WHITE, text[length - 1]))
		length--;
	return arena_strndup(arena, text, length);
}

static void put_value(struct arena *arena, struct rdt_values *values, struct rdt_value value)
{
	for (size_t i = 0; i < values->n_values; i++) {
		struct rdt_value *other = &values->values[i];

		if (text_equal(other->resource, value.resource) &&
			text_equal(other->domain, value.domain)) {
			*other = value;
			return;
		}
	}
	ARENA_APPEND(arena, values->values, values->n_values) = value;
}

/* "0=f;1=ff", length bytes. */
static void add_domains(struct arena *arena, struct rdt_values *values, const char *resource,
	const char *text, size_t length, const char *config)
{
	const char *end = text + length;

	while (text < end) {
		const char *stop = memchr(text, ';', (size_t)(end - text));
		const char *equals;

		stop = stop ? stop : end;
		equals = memchr(text, '=', (size_t)(stop - text));
		put_value(arena, values,
			(struct rdt_value){
				.resource = resource,
				.domain = equals ? trimmed(arena, text, (size_t)(equals - text))
						 : "",
				.value = trimmed(arena, equals ? equals + 1 : text,
					(size_t)(stop - (equals ? equals + 1 : text))),
				.config = config,
			});
		text = stop < end ? stop + 1 : end;
	}
}

static void add_text_line(struct arena *arena, struct rdt_values *values, const char *line,
	size_t length, const char *config)
{
	const char *colon = memchr(line, ':', length);
	size_t name_length = colon ? (size_t)(colon - line) : length;
	const char *resource = trimmed(arena, line, name_length);

	if (colon)
		add_domains(arena, values, resource, colon + 1, length - name_length - 1, config);
	else if (*resource)
		put_value(arena, values, (struct rdt_value){ resource, "", "", config });
}

void rdt_values_add(
	struct arena *arena, struct rdt_values *values, const char *text, const char *config)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		add_text_line(arena, values, text, length, config);
		text += length + (text[length] == '\n');
	}
}

const struct rdt_value *rdt_values_find(
	const struct rdt_values *values, const char *resource, const char *domain)
{
	for (size_t i = 0; i < values->n_values; i++)
		if (text_equal(values->values[i].resource, resource) &&
			text_equal(values->values[i].domain, domain))
			return &values->values[i];
	return NULL;
}

/* "7f0", "0x7F0"; false: none, or more than 64 bits. */
static bool parse_mask(const char *text, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (!*text)
		return false;
	for (; *text; text++) {
		const char *digit = strchr(
			digits, *text >= 'A' && *text <= 'F' ? *text + 32 : *text);

		if (!digit || value >> 60)
			return false;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ret = value;
	return true;
}

static uint64_t round_up(uint64_t value, uint64_t step)
{
	uint64_t rest = value % step;

	return rest == 0 || value > UINT64_MAX - step ? value : value + step - rest;
}

bool rdt_value_is_equal(const char *wanted, const char *present, uint64_t step)
{
	uint64_t left, right;

	if (step == 0 && parse_mask(wanted, &left) && parse_mask(present, &right))
		return left == right;
	if (step > 0 && parse_u64(wanted, &left) == 0 && parse_u64(present, &right) == 0)
		return round_up(left, step) == right;
	return text_equal(wanted, present);
}

/* ---- lines ---- */

const char *rdt_schemata_lines(struct arena *arena, const char *schemata, const char *prefix)
{
	const char *found = NULL;

	while (*schemata) {
		size_t length = strcspn(schemata, "\n");
		const char *line = trimmed(arena, schemata, length);

		if (text_has_prefix(line, prefix))
			found = found ? arena_printf(arena, "%s\n%s", found, line) : line;
		schemata += length + (schemata[length] == '\n');
	}
	return found;
}
