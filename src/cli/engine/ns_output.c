/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/ns_show.h"

/* ---- JSON ---- */

/* As lsns has it: names in lower case; a list where a column is one. */
static void put_value(
	struct json_writer *writer, const struct ns_column *column, const struct ns_value *value)
{
	char name[32];
	size_t length = strlen(column->name);

	for (size_t i = 0; i <= length; i++)
		name[i] = (char)tolower((unsigned char)column->name[i]);
	if (value->kind == NS_VALUE_NUMBER) {
		json_write_u64(writer, name, value->number);
	} else if (column->is_list) {
		json_write_list(writer, name);
		for (const char *line = value->text; line; line = strchr(line, '\n')) {
			line += *line == '\n';
			json_write_string_n(writer, NULL, line, strcspn(line, "\n"));
		}
		json_write_end(writer);
	} else if (value->kind == NS_VALUE_TEXT) {
		json_write_string(writer, name, value->text);
	} else {
		json_write_null(writer, name);
	}
}

/* Deeper trees than the writer nests go on at the same level. */
enum { JSON_TREE_DEPTH_MAX = (JSON_WRITE_DEPTH_MAX - 4) / 2 };

static void put_row(
	struct ns_show *show, struct json_writer *writer, struct ns_row *row, unsigned depth)
{
	bool is_nested = row->n_children > 0 && depth < JSON_TREE_DEPTH_MAX;

	json_write_object(writer, NULL);
	for (size_t i = 0; i < show->n_columns; i++)
		put_value(writer, &ns_columns[show->columns[i]],
			ns_row_value(&show->listing, row, show->columns[i]));
	if (is_nested) {
		json_write_list(writer, "children");
		for (size_t i = 0; i < row->n_children; i++)
			put_row(show, writer, row->children[i], depth + 1);
		json_write_end(writer);
	}
	json_write_end(writer);
	for (size_t i = 0; !is_nested && i < row->n_children; i++)
		put_row(show, writer, row->children[i], depth);
}

void ns_write_json(struct ns_show *show, struct ns_row **roots, size_t n_roots)
{
	struct json_writer writer = JSON_WRITER_INIT(show->listing.arena, "   ");

	json_write_object(&writer, NULL);
	json_write_list(&writer, "namespaces");
	for (size_t i = 0; i < n_roots; i++)
		put_row(show, &writer, roots[i], 0);
	json_write_end(&writer);
	json_write_u64(&writer, "hidden", show->listing.scene.view.n_hidden);
	json_write_end(&writer);
	fprintf(show->out, "%s\n", json_write_text(&writer, NULL));
}

/* ---- for people, and raw ---- */

/* In a table whose columns nobody named they only take space when they say nothing. */
static bool may_be_left_out(const struct ns_options *options, const struct ns_column *column)
{
	return !options->output && !options->output_all && !options->raw &&
	       (text_equal(column->name, "CONTAINER") || text_equal(column->name, "HOLDER"));
}

/* Several lines as one. */
static const char *join_lines(struct arena *arena, const char *lines, char between)
{
	char *joined = lines ? arena_strdup(arena, lines) : NULL;

	for (char *c = joined; c && *c != '\0'; c++)
		if (*c == '\n')
			*c = between;
	return joined;
}

/* path: for each level whether more rows follow on it (grid_branches). */
static void add_row(struct ns_show *show, struct grid *grid, struct ns_row *row, const char *path)
{
	struct arena *arena = show->listing.arena;
	const char **cells = ARENA_NEW_ARRAY(arena, show->n_columns, const char *);

	for (size_t i = 0; i < show->n_columns; i++) {
		cells[i] = ns_value_text(
			arena, ns_row_value(&show->listing, row, show->columns[i]));
		if (!ns_columns[show->columns[i]].is_list)
			cells[i] = join_lines(arena, cells[i], ' ');
		else if (show->options->nowrap || show->options->raw)
			cells[i] = join_lines(arena, cells[i], ',');
	}
	grid_add(grid, cells, grid_branches(arena, path));
	for (size_t i = 0; i < row->n_children; i++)
		add_row(show, grid, row->children[i],
			arena_printf(arena, "%s%c", path, i + 1 < row->n_children ? '|' : ' '));
}

void ns_write_table(struct ns_show *show, struct ns_row **roots, size_t n_roots)
{
	struct arena *arena = show->listing.arena;
	struct grid_column *looks = ARENA_NEW_ARRAY(arena, show->n_columns, struct grid_column);
	const char *tree_column = show->relation == NS_RELATION_PROCESS ? "COMMAND" : "NS";
	struct grid grid = GRID_INIT(arena, looks, show->n_columns);
	const struct grid_style style = {
		.width = show->options->notruncate ? 0 : grid_terminal_width(show->out),
		.is_raw = show->options->raw,
		.has_no_heading = show->options->noheadings,
	};

	for (size_t i = 0; i < show->n_columns; i++) {
		const struct ns_column *column = &ns_columns[show->columns[i]];

		looks[i] = column->look;
		looks[i].name = column->name;
		looks[i].is_left_out_if_empty = may_be_left_out(show->options, column);
		looks[i].is_tree = show->relation != NS_RELATION_NONE &&
				   text_equal(column->name, tree_column);
		/* a tree stands left, or its branches would not meet */
		looks[i].is_right = looks[i].is_right && !looks[i].is_tree;
	}
	for (size_t i = 0; i < n_roots; i++)
		add_row(show, &grid, roots[i], "");
	grid_write(&grid, &style, show->out);
}
