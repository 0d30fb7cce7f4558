/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <string.h>

#include "base/text.h"
#include "cli/printable.h"

enum { COLUMN_GAP = 3 };

void table_add(struct table *table, struct arena *arena, const char *const *cells)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		char *cell = arena_strdup(arena, cells[i] ? cells[i] : "");

		printable_make_line(cell);
		ARENA_APPEND(arena, table->cells, table->n_cells) = cell;
	}
}

/* Characters, counted by the first bytes of UTF-8 sequences. */
static size_t measure(const char *cell)
{
	size_t width = 0;

	for (const char *c = cell; *c != '\0'; c++)
		width += ((unsigned char)*c & 0xc0) != 0x80;
	return width;
}

static size_t *measure_columns(const struct table *table, struct arena *arena)
{
	size_t *widths = ARENA_NEW_ARRAY(arena, table->n_columns, size_t);

	for (size_t i = 0; i < table->n_cells; i++) {
		size_t width = measure(table->cells[i]);
		size_t *widest = &widths[i % table->n_columns];

		if (width > *widest)
			*widest = width;
	}
	return widths;
}

void table_write(const struct table *table, struct arena *arena, FILE *out)
{
	const size_t *widths = measure_columns(table, arena);

	for (size_t i = 0; i < table->n_cells; i++) {
		const char *cell = table->cells[i];
		size_t column = i % table->n_columns;

		fputs(cell, out);
		if (column + 1 == table->n_columns)
			fputc('\n', out);
		else
			fprintf(out, "%*s", (int)(widths[column] - measure(cell) + COLUMN_GAP), "");
	}
}
