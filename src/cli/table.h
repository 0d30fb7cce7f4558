/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: rows in aligned columns, for people.
 *
 * Layer 3, role command. Cells are borrowed until the table is written. What comes from outside
 * may hold anything: control characters are replaced, so that one row stays one line and nothing
 * reaches the terminal as a command.
 */
#pragma once

#include <stdio.h>

#include "base/arena.h"

struct table {
	size_t n_columns;
	const char **cells; /* row after row */
	size_t n_cells;
};

#define TABLE_INIT(columns) ((struct table){ .n_columns = (columns) })

/* cells[0 … n_columns - 1] as the next row; the first is the heading. */
void table_add(struct table *table, struct arena *arena, const char *const *cells);

void table_write(const struct table *table, struct arena *arena, FILE *out);
