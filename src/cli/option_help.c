/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option_help.h"

#include <string.h>

#include "base/text.h"

enum {
	LINE_COLUMNS = 80,
	MARGIN_COLUMNS = 2,     /* in front of an option and between it and its text */
	LABEL_MAX_COLUMNS = 32, /* a longer label has its text on the next line */
	LABEL_BYTES = 128,
};

static const struct option_spec help_row = {
	.name = "help",
	.letter = 'h',
	.kind = OPTION_KIND_FLAG,
	.help = "show this text",
};

/* A table may have another use for the letter. */
static struct option_spec help_row_of(const struct option_spec *table)
{
	struct option_spec row = help_row;

	for (const struct option_spec *spec = table; spec->name; spec++)
		if (spec->letter == row.letter)
			row.letter = '\0';
	return row;
}

static const char *before_argument(const struct option_spec *spec)
{
	if (!spec->argument)
		return "";
	return spec->kind == OPTION_KIND_OPTIONAL ? "[=" : " ";
}

static const char *after_argument(const struct option_spec *spec)
{
	return spec->argument && spec->kind == OPTION_KIND_OPTIONAL ? "]" : "";
}

/* "-b, --bundle DIR", "--mount[=FILE]"; options without a letter are indented to the same column.
 */
static void format_label(const struct option_spec *spec, char label[LABEL_BYTES])
{
	char letter[] = "-x, ";

	letter[1] = spec->letter;
	text_format(label, LABEL_BYTES, "%s--%s%s%s%s", spec->letter ? letter : "    ", spec->name,
		before_argument(spec), spec->argument ? spec->argument : "", after_argument(spec));
}

static size_t measure_label(const struct option_spec *spec)
{
	char label[LABEL_BYTES];

	format_label(spec, label);
	return strlen(label);
}

/* The widest label that still has its text on the same line. */
static size_t measure_labels(const struct option_spec *table)
{
	size_t widest = measure_label(&help_row);

	for (const struct option_spec *spec = table; spec->name; spec++) {
		size_t width = measure_label(spec);

		if (!spec->is_hidden && width > widest && width <= LABEL_MAX_COLUMNS)
			widest = width;
	}
	return widest;
}

/* Words from column indent on, where the cursor already stands. */
static void write_wrapped(const char *words, size_t indent, FILE *out)
{
	size_t column = indent;

	for (const char *word = words; *word != '\0';) {
		size_t length = strcspn(word, " ");

		if (column > indent && column + 1 + length > LINE_COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)length, word);
		column += length;
		word += length;
		word += strspn(word, " ");
	}
	fputc('\n', out);
}

static void write_row(const struct option_spec *spec, size_t label_columns, FILE *out)
{
	size_t indent = MARGIN_COLUMNS + label_columns + MARGIN_COLUMNS;
	char label[LABEL_BYTES];

	format_label(spec, label);
	fprintf(out, "%*s%-*s", MARGIN_COLUMNS, "", (int)label_columns, label);
	if (strlen(label) > label_columns)
		fprintf(out, "\n%*s", (int)indent, "");
	else
		fprintf(out, "%*s", MARGIN_COLUMNS, "");
	write_wrapped(spec->help, indent, out);
}

void option_write_help(const struct option_spec *table, FILE *out)
{
	size_t label_columns = measure_labels(table);
	const struct option_spec help = help_row_of(table);

	fputs("Options:\n", out);
	for (const struct option_spec *spec = table; spec->name; spec++) {
		if (!spec->is_hidden)
			write_row(spec, label_columns, out);
	}
	write_row(&help, label_columns, out);
}

void option_write_man_text(const char *text, FILE *out)
{
	bool starts_line = true;

	for (const char *c = text; *c != '\0'; c++) {
		if (starts_line && (*c == '.' || *c == '\''))
			fputs("\\&", out); /* or the line would be a request */
		if (*c == '\\')
			fputs("\\e", out);
		else if (*c == '-')
			fputs("\\-", out); /* a minus that can be copied, not a hyphen */
		else
			fputc(*c, out);
		starts_line = *c == '\n';
	}
}

static void write_man_row(const struct option_spec *spec, FILE *out)
{
	fputs(".TP\n", out);
	if (spec->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", spec->letter);
	fputs("\\fB\\-\\-", out);
	option_write_man_text(spec->name, out);
	fputs("\\fR", out);
	if (spec->argument) {
		fprintf(out, "%s\\fI", before_argument(spec));
		option_write_man_text(spec->argument, out);
		fprintf(out, "\\fR%s", after_argument(spec));
	}
	fputc('\n', out);
	option_write_man_text(spec->help, out);
	fputc('\n', out);
}

void option_write_man(const struct option_spec *table, FILE *out)
{
	const struct option_spec help = help_row_of(table);

	for (const struct option_spec *spec = table; spec->name; spec++) {
		if (!spec->is_hidden)
			write_man_row(spec, out);
	}
	write_man_row(&help, out);
}
