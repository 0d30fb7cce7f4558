/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing: many things of one kind, in the form that --format asks for.
 *
 * Layer 3, role command. A row is a JSON object whose members are the fields that a template may
 * name. Forms, as Docker has them: none or "table": aligned columns; "json": one object a line;
 * "table TEMPLATE": the template's fields as columns, with headings; TEMPLATE: a line for each row.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

struct listing_column {
	const char *heading;
	const char *field; /* of the row; its text is the cell */
	bool is_hidden;    /* known to "table TEMPLATE" for its heading only */
};

struct listing {
	const struct listing_column *columns; /* ends with a NULL heading */
	const struct json_value *rows;        /* an array of objects */
	const char *format;                   /* NULL: table */
};

int listing_write(struct arena *arena, const struct listing *listing, FILE *out, struct err *err);
