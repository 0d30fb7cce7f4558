/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/ns.h"
#include "inspect/facts.h"

/* The first ancestor of the first process that is in another one. */
static uint64_t came_from(const struct view *view, const struct view_namespace *namespace)
{
	struct view_process *process = namespace->first;

	/* bounded: numbers that are used again while they are read could make a ring */
	for (size_t i = 0; process && i < view->n_processes; i++) {
		uint64_t inode = process->namespaces[namespace->kind];

		if (inode != 0 && inode != namespace->inode)
			return inode;
		process = facts_parent(view, process);
	}
	return 0;
}

static uint64_t above(struct ns_listing *listing, const struct view_namespace *namespace,
	enum ns_relation relation)
{
	switch (relation) {
	case NS_RELATION_PROCESS:
		return came_from(&listing->scene.view, namespace);
	case NS_RELATION_PARENT:
		return namespace->parent;
	case NS_RELATION_OWNER:
		return namespace->owner;
	case NS_RELATION_NONE:
		break;
	}
	return 0;
}

static struct ns_row *find(const struct ns_listing *listing, uint64_t inode)
{
	size_t low = 0, high = listing->n_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct ns_row *row = &listing->rows[middle];

		if (row->namespace->inode == inode)
			return row;
		if (row->namespace->inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Children that are placed already close a ring: two namespaces whose first processes came from
 * each other. */
static void place(struct ns_row *row)
{
	size_t n = 0;

	row->is_placed = true;
	for (size_t i = 0; i < row->n_children; i++) {
		if (row->children[i]->is_placed)
			continue;
		row->children[n++] = row->children[i];
		place(row->children[i]);
	}
	row->n_children = n;
}

static void hang_up(struct ns_listing *listing, enum ns_relation relation, bool *is_child)
{
	for (size_t i = 0; i < listing->n_rows; i++) {
		struct ns_row *row = &listing->rows[i];
		struct ns_row *parent = find(listing, above(listing, row->namespace, relation));

		is_child[i] = parent != NULL;
		if (parent)
			ARENA_APPEND(listing->arena, parent->children, parent->n_children) = row;
	}
}

struct ns_row **ns_tree_make(
	struct ns_listing *listing, enum ns_relation relation, size_t *ret_n_roots)
{
	struct ns_row **roots = ARENA_NEW_ARRAY(listing->arena, listing->n_rows, struct ns_row *);
	bool *is_child = ARENA_NEW_ARRAY(listing->arena, listing->n_rows, bool);

	hang_up(listing, relation, is_child);
	*ret_n_roots = 0;
	/* first those that are nobody's child, then what is left in rings */
	for (int is_rest = 0; is_rest < 2; is_rest++) {
		for (size_t i = 0; i < listing->n_rows; i++) {
			if (listing->rows[i].is_placed || (!is_rest && is_child[i]))
				continue;
			place(&listing->rows[i]);
			roots[(*ret_n_roots)++] = &listing->rows[i];
		}
	}
	return roots;
}
