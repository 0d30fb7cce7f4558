/* SPDX-License-Identifier: Apache-2.0 */
/* template_internal: between template*.c. Layer 3, role command. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/template.h"

enum { TEMPLATE_VARIABLES_MAX = 32 };

struct template_variable {
	const char *name; /* with the '$' */
	const struct json_value *value;
};

/* What is being rendered. */
struct template_run {
	struct arena *arena;
	const struct json_value *root; /* "$" */
	struct template_variable variables[TEMPLATE_VARIABLES_MAX];
	size_t n_variables;
	char *out; /* NUL-terminated */
	size_t out_length, out_capacity;
	unsigned depth; /* of nested {{range}}, {{if}} … and brackets */
};

/* A pipeline as text; *ret is never NULL. */
int template_evaluate(struct template_run *run, const char *pipeline, const struct json_value *dot,
	const struct json_value **ret, struct err *err);

/* Go's idea of true: not false, 0, "", empty or null. */
bool template_is_true(const struct json_value *value);

/* As Go prints it: text as it is, [a b], map[k:v]. */
const char *template_text(struct arena *arena, const struct json_value *value);

const struct json_value *template_string(struct arena *arena, const char *text);

/* A function by name, with its arguments; -ENOENT if there is none. */
int template_call(struct template_run *run, const char *name,
	const struct json_value *const *arguments, size_t n, const struct json_value **ret,
	struct err *err);

int template_fail(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
