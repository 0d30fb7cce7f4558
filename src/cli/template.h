/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template: --format '{{.Field}}', the part of Go's text/template that people use with Docker.
 *
 * Layer 3, role command. What a template sees is a JSON value. There are:
 * - fields and paths: {{.State.Pid}}, {{.}}, {{$.Name}}, {{index .Labels "a.b"}};
 * - functions: json, join, split, len, upper, lower, title, println, index, eq, ne, lt, gt, not,
 *   and, or; with pipes: {{.Names | json}}; with brackets: {{len (index .X 0)}};
 * - {{range .X}} … {{else}} … {{end}}, {{range $i, $x := .X}}, {{if}} … {{else if}} … {{else}} …
 *   {{end}}, {{with}} … {{end}}; {{- and -}} take the blanks beside them away.
 * A field that is not there is an error, so that a slip of the pen is seen.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

/* *ret lives in arena. -EINVAL: "template: …" with what is wrong. */
int template_render(struct arena *arena, const char *text, const struct json_value *data,
	const char **ret, struct err *err);

/* JSON as Go's encoder writes it, on one line. */
const char *template_json(struct arena *arena, const struct json_value *value);
