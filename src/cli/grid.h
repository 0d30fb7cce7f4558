/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid: rows in columns that fit the terminal, with trees and cells of several lines.
 *
 * Layer 3, role command. As table.h, and beyond that: a column may be cut to what is left of the
 * terminal's width, numbers stand right, rows may be drawn as a tree, and the same rows can be
 * written for programs. Control characters never get out.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

struct grid_column {
	const char *name;
	bool is_right;   /* numbers */
	bool may_be_cut; /* the widest of these gives way when the terminal is too narrow */
	bool is_tree;    /* the row's branches stand in front of its cell */
	bool is_left_out_if_empty; /* in all rows */
};

struct grid {
	struct arena *arena;
	const struct grid_column *columns;
	size_t n_columns;
	const char **cells; /* row after row, in the arena */
	size_t n_cells;
	const char **branches; /* for each row what is in front of its cell in the tree's column */
	size_t n_rows;
};

#define GRID_INIT(arena_, columns_, n) \
	((struct grid){ .arena = (arena_), .columns = (columns_), .n_columns = (n) })

struct grid_style {
	size_t width; /* characters a line; 0: as many as it takes */
	bool is_raw;  /* one space between cells, none inside: what is not printable is \xHH */
	bool has_no_heading;
};

/*
 * cells[0 … n_columns - 1]; NULL is an empty one. A newline in a cell begins a further line of the
 * row. branches may be NULL.
 */
void grid_add(struct grid *grid, const char *const *cells, const char *branches);

void grid_write(const struct grid *grid, const struct grid_style *style, FILE *out);

/* ---- trees ---- */

/*
 * What is in front of a row: one character of path for each level below the root, '|' where further
 * rows follow on that level and ' ' for the last of them. "" for a root.
 */
const char *grid_branches(struct arena *arena, const char *path);

/* The width of the terminal at out; 0 if it is none. */
size_t grid_terminal_width(FILE *out);
