/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: conditions on the columns of a listing: USER != "root" and NPROCS > 1.
 *
 * Layer 3, role command. The language is that of util-linux's scols-filter(5): == != < <= > >= (eq
 * ne lt le gt ge), =~ and !~ for extended regular expressions, ! && || (not and or), parentheses;
 * strings in quotes, whole numbers, names of columns. A column alone is true when it has a value
 * that is not 0. Numbers are compared as numbers where both sides are, else as text; without a
 * value only != and !~ hold.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct filter_node;

struct filter {
	const struct filter_node *root;  /* NULL: everything matches */
	struct filter_node *expressions; /* those that own a regular expression */
};

#define AUTO_FILTER __attribute__((cleanup(filter_done))) struct filter

/* The index of a column; an error says that there is none of that name. */
typedef int filter_find_column(
	const char *name, size_t length, size_t *ret_column, struct err *err);

/* EINVAL with the place in the text. The nodes live in the arena. */
int filter_parse(struct arena *arena, const char *text, filter_find_column *find_column,
	struct filter *ret, struct err *err);
void filter_done(struct filter *filter);

/* The text of a column in the row that context stands for; NULL: it has no value. */
typedef const char *filter_value(void *context, size_t column);

bool filter_matches(const struct filter *filter, filter_value *value, void *context);
