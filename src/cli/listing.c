/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include <string.h>

#include "base/text.h"
#include "cli/table.h"
#include "cli/template.h"

enum { COLUMNS_MAX = 16 };

static const char *cell_text(struct arena *arena, const struct json_value *row, const char *field)
{
	const struct json_value *value = json_member(row, field);

	if (!value)
		return "";
	return value->kind == JSON_KIND_STRING ? value->text : template_json(arena, value);
}

static void write_table(struct arena *arena, const struct listing *listing, FILE *out)
{
	const struct listing_column *shown[COLUMNS_MAX];
	const char *cells[COLUMNS_MAX];
	struct table table = TABLE_INIT(0);

	for (const struct listing_column *column = listing->columns; column->heading; column++)
		if (!column->is_hidden && table.n_columns < COLUMNS_MAX)
			shown[table.n_columns++] = column;
	for (size_t i = 0; i < table.n_columns; i++)
		cells[i] = shown[i]->heading;
	table_add(&table, arena, cells);
	for (size_t row = 0; row < listing->rows->length; row++) {
		for (size_t i = 0; i < table.n_columns; i++)
			cells[i] = cell_text(arena, &listing->rows->elements[row], shown[i]->field);
		table_add(&table, arena, cells);
	}
	table_write(&table, arena, out);
}

static void write_json(struct arena *arena, const struct listing *listing, FILE *out)
{
	for (size_t i = 0; i < listing->rows->length; i++)
		fprintf(out, "%s\n", template_json(arena, &listing->rows->elements[i]));
}

static int write_lines(struct arena *arena, const struct listing *listing, const char *text,
	FILE *out, struct err *err)
{
	for (size_t i = 0; i < listing->rows->length; i++) {
		const char *line;
		int r = template_render(arena, text, &listing->rows->elements[i], &line, err);

		if (r < 0)
			return r;
		fprintf(out, "%s\n", line);
	}
	return 0;
}

/* "\t" as people type it into a shell. */
static const char *with_tabs(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text), *to = copy;

	for (const char *at = copy; *at; at++) {
		if (at[0] == '\\' && (at[1] == 't' || at[1] == 'n'))
			*to++ = *++at == 't' ? '\t' : '\n';
		else
			*to++ = *at;
	}
	*to = '\0';
	return copy;
}

/* A row of headings for the template to read: each field's is its value. */
static const struct json_value *headings_of(struct arena *arena, const struct listing *listing)
{
	struct json_value *row = ARENA_NEW(arena, struct json_value);
	struct json_member *members = NULL;

	row->kind = JSON_KIND_OBJECT;
	for (const struct listing_column *column = listing->columns; column->heading; column++) {
		const struct json_member member = {
			.key = column->field,
			.value = { .kind = JSON_KIND_STRING,
				.length = strlen(column->heading),
				.text = column->heading },
		};

		ARENA_APPEND(arena, members, row->length) = member;
	}
	row->members = members;
	return row;
}

static void add_cells(struct table *table, struct arena *arena, const char *line)
{
	const char *cells[COLUMNS_MAX];

	for (size_t i = 0; i < table->n_columns; i++) {
		size_t length = strcspn(line, "\t");

		cells[i] = arena_strndup(arena, line, length);
		line += length + (line[length] == '\t');
	}
	table_add(table, arena, cells);
}

static int write_template_table(struct arena *arena, const struct listing *listing,
	const char *text, FILE *out, struct err *err)
{
	struct table table = TABLE_INIT(1);
	const char *line;
	int r = template_render(arena, text, headings_of(arena, listing), &line, err);

	if (r < 0)
		return r;
	for (const char *at = line; *at; at++)
		table.n_columns += *at == '\t';
	if (table.n_columns > COLUMNS_MAX)
		table.n_columns = COLUMNS_MAX;
	add_cells(&table, arena, line);
	for (size_t i = 0; i < listing->rows->length; i++) {
		r = template_render(arena, text, &listing->rows->elements[i], &line, err);
		if (r < 0)
			return r;
		add_cells(&table, arena, line);
	}
	table_write(&table, arena, out);
	return 0;
}

int listing_write(struct arena *arena, const struct listing *listing, FILE *out, struct err *err)
{
	const char *format = listing->format;
	const char *columns = format ? text_after_prefix(format, "table ") : NULL;

	if (text_is_empty(format) || strcmp(format, "table") == 0) {
		write_table(arena, listing, out);
		return 0;
	}
	if (strcmp(format, "json") == 0) {
		write_json(arena, listing, out);
		return 0;
	}
	if (columns)
		return write_template_table(arena, listing, with_tabs(arena, columns), out, err);
	return write_lines(arena, listing, with_tabs(arena, format), out, err);
}
