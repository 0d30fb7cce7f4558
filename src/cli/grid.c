/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/printable.h"

enum { CUT_COLUMNS_MIN = 8 }; /* a column is not cut to less */

/* ---- cells ---- */

void grid_add(struct grid *grid, const char *const *cells, const char *branches)
{
	for (size_t i = 0; i < grid->n_columns; i++)
		ARENA_APPEND(grid->arena, grid->cells, grid->n_cells) = cells[i] ? cells[i] : "";
	ARENA_APPEND(grid->arena, grid->branches, grid->n_rows) = branches ? branches : "";
}

/* Line number line of a cell, printable; NULL if it has fewer. */
static const char *cell_line(const struct grid *grid, size_t row, size_t column, size_t line)
{
	const char *text = grid->cells[row * grid->n_columns + column];
	char *copy;

	for (; line > 0; line--) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	copy = arena_strndup(grid->arena, text, strcspn(text, "\n"));
	printable_make_line(copy);
	return copy;
}

static const char *whole_line(const struct grid *grid, size_t row, size_t column, size_t line)
{
	const char *text = cell_line(grid, row, column, line);

	if (!text || !grid->columns[column].is_tree || line > 0)
		return text;
	return arena_printf(grid->arena, "%s%s", grid->branches[row], text);
}

/* ---- widths ---- */

static bool is_first_byte(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Characters, counted by the first bytes of UTF-8 sequences. */
static size_t measure(const char *text)
{
	size_t width = 0;

	for (const char *c = text; *c != '\0'; c++)
		width += is_first_byte(*c);
	return width;
}

/* The bytes of the first width characters. */
static size_t bytes_of(const char *text, size_t width)
{
	size_t bytes = 0;

	while (text[bytes] != '\0' && (width > 0 || !is_first_byte(text[bytes]))) {
		width -= is_first_byte(text[bytes]);
		bytes++;
	}
	return bytes;
}

static size_t measure_column(const struct grid *grid, size_t column, bool has_heading)
{
	size_t widest = has_heading ? measure(grid->columns[column].name) : 0;

	for (size_t row = 0; row < grid->n_rows; row++) {
		const char *text;

		for (size_t line = 0; (text = whole_line(grid, row, column, line)); line++) {
			size_t width = measure(text);

			if (width > widest)
				widest = width;
		}
	}
	return widest;
}

/* Takes what is too much from the widest columns that may be cut. */
static void fit(const struct grid *grid, size_t *widths, size_t available)
{
	size_t total = grid->n_columns > 0 ? grid->n_columns - 1 : 0;

	for (size_t i = 0; i < grid->n_columns; i++)
		total += widths[i];
	while (total > available) {
		size_t *widest = NULL;

		for (size_t i = 0; i < grid->n_columns; i++)
			if (grid->columns[i].may_be_cut && widths[i] > CUT_COLUMNS_MIN &&
				(!widest || widths[i] > *widest))
				widest = &widths[i];
		if (!widest)
			return;
		(*widest)--;
		total--;
	}
}

/* ---- columns that say nothing ---- */

static bool is_empty(const struct grid *grid, size_t column)
{
	for (size_t row = 0; row < grid->n_rows; row++)
		if (grid->cells[row * grid->n_columns + column][0] != '\0')
			return false;
	return true;
}

static struct grid without_empty_columns(const struct grid *grid)
{
	struct grid_column *columns = ARENA_NEW_ARRAY(
		grid->arena, grid->n_columns, struct grid_column);
	bool *is_kept = ARENA_NEW_ARRAY(grid->arena, grid->n_columns, bool);
	struct grid kept = { .arena = grid->arena,
		.columns = columns,
		.branches = grid->branches,
		.n_rows = grid->n_rows };

	for (size_t i = 0; i < grid->n_columns; i++) {
		is_kept[i] = !grid->columns[i].is_left_out_if_empty || !is_empty(grid, i);
		if (is_kept[i])
			columns[kept.n_columns++] = grid->columns[i];
	}
	for (size_t i = 0; i < grid->n_cells; i++)
		if (is_kept[i % grid->n_columns])
			ARENA_APPEND(kept.arena, kept.cells, kept.n_cells) = grid->cells[i];
	return kept;
}

/* ---- writing ---- */

static void write_cell(const char *text, size_t width, bool is_right, bool is_last, FILE *out)
{
	size_t bytes = bytes_of(text, width);
	size_t taken = measure(text);
	int padding = taken < width ? (int)(width - taken) : 0;

	if (is_right)
		fprintf(out, "%*s", padding, "");
	fwrite(text, 1, bytes, out);
	if (!is_right && !is_last)
		fprintf(out, "%*s", padding, "");
	fputc(is_last ? '\n' : ' ', out);
}

/* One line of a row; false when no cell has one of that number. */
static bool write_line(
	const struct grid *grid, const size_t *widths, size_t row, size_t line, FILE *out)
{
	bool has_any = false;

	for (size_t i = 0; i < grid->n_columns; i++)
		has_any |= cell_line(grid, row, i, line) != NULL;
	for (size_t i = 0; has_any && i < grid->n_columns; i++) {
		const char *text = whole_line(grid, row, i, line);

		write_cell(text ? text : "", widths[i], grid->columns[i].is_right,
			i + 1 == grid->n_columns, out);
	}
	return has_any;
}

static void write_for_people(const struct grid *grid, const struct grid_style *style, FILE *out)
{
	size_t *widths = ARENA_NEW_ARRAY(grid->arena, grid->n_columns, size_t);

	for (size_t i = 0; i < grid->n_columns; i++)
		widths[i] = measure_column(grid, i, !style->has_no_heading);
	if (style->width > 0)
		fit(grid, widths, style->width);
	for (size_t i = 0; !style->has_no_heading && i < grid->n_columns; i++)
		write_cell(grid->columns[i].name, widths[i], grid->columns[i].is_right,
			i + 1 == grid->n_columns, out);
	for (size_t row = 0; row < grid->n_rows; row++)
		for (size_t line = 0; write_line(grid, widths, row, line, out); line++)
			;
}

static void write_raw_cell(const char *text, FILE *out)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (*c > 0x20 && *c < 0x7f && *c != '\\')
			fputc(*c, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*c);
	}
}

static void write_raw(const struct grid *grid, const struct grid_style *style, FILE *out)
{
	for (size_t i = 0; !style->has_no_heading && i < grid->n_columns; i++)
		fprintf(out, "%s%c", grid->columns[i].name, i + 1 < grid->n_columns ? ' ' : '\n');
	for (size_t i = 0; i < grid->n_cells; i++) {
		write_raw_cell(grid->cells[i], out);
		fputc((i + 1) % grid->n_columns ? ' ' : '\n', out);
	}
}

void grid_write(const struct grid *grid, const struct grid_style *style, FILE *out)
{
	const struct grid kept = without_empty_columns(grid);

	if (style->is_raw)
		write_raw(&kept, style, out);
	else
		write_for_people(&kept, style, out);
}

/* ---- trees ---- */

/* As locale(7) has it: the first of these that is set decides. */
static bool has_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!text_is_empty(value))
			return strcasestr(value, "UTF-8") || strcasestr(value, "utf8");
	}
	return false;
}

const char *grid_branches(struct arena *arena, const char *path)
{
	static const char *const signs[2][4] = {
		{ "| ", "  ", "|-", "`-" },
		{ "│ ", "  ", "├─", "└─" },
	};
	const char *const *sign = signs[has_utf8()];
	char *branches = arena_strdup(arena, "");

	for (const char *level = path; *level != '\0'; level++) {
		bool is_own = level[1] == '\0';

		branches = arena_printf(
			arena, "%s%s", branches, sign[2 * is_own + (*level == ' ')]);
	}
	return branches;
}

size_t grid_terminal_width(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}
