/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ns: what `hull ns` shows, between its command and its columns.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "cli/engine/scene.h"
#include "cli/grid.h"

enum ns_value_kind {
	NS_VALUE_UNKNOWN, /* not asked for yet */
	NS_VALUE_NONE,
	NS_VALUE_NUMBER,
	NS_VALUE_TEXT, /* lines where there are several; in JSON a list if the column is one */
};

struct ns_value {
	enum ns_value_kind kind;
	uint64_t number;
	const char *text;
};

/* A namespace that is shown. */
struct ns_row {
	struct view_namespace *namespace;
	struct ns_value *values; /* one for each of ns_columns */
	struct ns_row **children;
	size_t n_children;
	bool is_placed; /* in the tree */
};

struct ns_listing {
	struct arena *arena;
	struct scene scene;
	struct ns_row *rows; /* by inode */
	size_t n_rows;
};

struct ns_column {
	const char *name;
	const char *help;
	struct grid_column look; /* without the name */
	bool is_list;
	struct ns_value (*value)(struct ns_listing *listing, struct view_namespace *namespace);
};

extern const struct ns_column ns_columns[];
extern const size_t n_ns_columns;

/* Of any case; -EINVAL names it. */
int ns_column_find(const char *name, size_t length, size_t *ret, struct err *err);

/* Asked for once. */
const struct ns_value *ns_row_value(struct ns_listing *listing, struct ns_row *row, size_t column);

/* The value as a cell; NULL for none. */
const char *ns_value_text(struct arena *arena, const struct ns_value *value);

/* How rows hang together. */
enum ns_relation {
	NS_RELATION_NONE,
	NS_RELATION_PROCESS, /* the namespace of the same kind that its first process came from */
	NS_RELATION_PARENT,
	NS_RELATION_OWNER,
};

/* Fills the rows' children and returns the roots; every row is in the tree once, whatever the
 * kernel says. */
struct ns_row **ns_tree_make(
	struct ns_listing *listing, enum ns_relation relation, size_t *ret_n_roots);

/* The processes in the namespace of that number, for people or as JSON. */
int ns_show_processes(
	struct ns_listing *listing, const char *number, bool json, FILE *out, struct err *err);
