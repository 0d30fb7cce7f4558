/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal: what the files of this folder share; nobody else includes it.
 *
 * Layer 2, role caller.
 */
#pragma once

#include "core/rdt/rdt.h"

/* ---- schemata; pure ---- */

/* One line to write, and the field it comes from. */
struct rdt_line {
	const char *text;
	const char *config; /* JSON pointer */
};

struct rdt_lines {
	struct rdt_line *lines;
	size_t n_lines;
};

/*
 * In the order of the spec: l3CacheSchema, memBwSchema, schemata. l3CacheSchema may have several
 * lines (until 1.2 it was the only place for other resources); those of MB in it give way to
 * memBwSchema.
 */
struct rdt_lines rdt_lines_of(struct arena *arena, const struct oci_intel_rdt *config);

/* "L3:0=f;1=ff" has two. */
struct rdt_value {
	const char *resource, *domain, *value;
	const char *config; /* of the line it stood in */
};

struct rdt_values {
	struct rdt_value *values;
	size_t n_values;
};

/*
 * Adds those of a text of any number of lines; a later value of the same domain replaces the former
 * one. White space counts as little as it does for the kernel. What has no ':' or '=' is a value
 * with an empty domain.
 */
void rdt_values_add(
	struct arena *arena, struct rdt_values *values, const char *text, const char *config);

/* NULL: there is none. */
const struct rdt_value *rdt_values_find(
	const struct rdt_values *values, const char *resource, const char *domain);

/*
 * Would the kernel make the same of both? step 0: hexadecimal masks; else decimal numbers that it
 * rounds up to a multiple of step. What is no number is compared as text.
 */
bool rdt_value_is_equal(const char *wanted, const char *present, uint64_t step);

/* Lines whose resource begins with prefix, without white space around them, newlines in between;
 * NULL: none. */
const char *rdt_schemata_lines(struct arena *arena, const char *schemata, const char *prefix);

/* ---- groups ---- */

const char *rdt_mon_path(struct arena *arena, const struct rdt_group *group, const char *id);

/* A file's text in arena. */
int rdt_read(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err);

/* The name of a group's directory, and none that resctrl has itself. */
bool rdt_is_group_name(const char *name);

/* The group, which exists, has all that the lines ask for: EEXIST. */
int rdt_compare(struct arena *arena, const char *mount, bool is_mbps, const char *path,
	const struct rdt_lines *lines, struct err *err);

/* The fields ask for a resource that the machine's resctrl has: ENOTSUP. */
int rdt_check_resources(struct arena *arena, const char *mount, const struct oci_intel_rdt *config,
	struct err *err);
