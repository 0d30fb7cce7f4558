/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ns_show: one listing of `hull ns` and how it is to look.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/engine/ns.h"
#include "cli/filter.h"

struct ns_options {
	struct option_list types;
	uint32_t task;
	const char *output;
	bool output_all;
	bool raw, json, list, noheadings, notruncate, nowrap, persistent, list_columns;
	struct option_optional tree;
	const char *filter;
};

struct ns_show {
	struct ns_listing listing;
	const struct ns_options *options;
	const struct filter *filter;
	bool is_wanted[NAMESPACE_KIND_COUNT];
	size_t *columns; /* indices of ns_columns */
	size_t n_columns;
	enum ns_relation relation;
	FILE *out;
};

void ns_write_json(struct ns_show *show, struct ns_row **roots, size_t n_roots);

/* Aligned and with the tree, or with --raw one space between cells. */
void ns_write_table(struct ns_show *show, struct ns_row **roots, size_t n_roots);
