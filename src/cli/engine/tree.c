/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/scene.h"
#include "cli/grid.h"
#include "core/user_name.h"
#include "inspect/facts.h"
#include "inspect/target.h"

struct tree_options {
	bool all, containers, json, noheadings, notruncate;
};

static const struct option_spec tree_option_table[] = {
	OPTION_FLAG(struct tree_options, all, "all", .letter = 'a', .help = "kernel threads, too"),
	OPTION_FLAG(struct tree_options, containers, "containers", .letter = 'c',
		.help = "only containers and what is above them"),
	OPTION_FLAG(struct tree_options, json, "json", .letter = 'J',
		.help = "write JSON: one list, each process with its parent"),
	OPTION_FLAG(struct tree_options, noheadings, "noheadings", .letter = 'n',
		.help = "no line with the names of the columns"),
	OPTION_FLAG(struct tree_options, notruncate, "notruncate", .letter = 'u',
		.help = "do not cut cells to the terminal's width"),
	OPTION_END,
};

struct node {
	struct view_process *process;
	struct node **children;
	size_t n_children;
	bool is_shown, is_placed;
};

struct tree {
	struct arena *arena;
	struct scene *scene;
	const struct tree_options *options;
	struct node *nodes; /* as the view's processes */
	size_t n_nodes;
	struct grid grid;
	FILE *out;
};

/* ---- which processes ---- */

static struct node *parent_of(const struct tree *tree, const struct node *node)
{
	const struct view_process *parent = facts_parent(&tree->scene->view, node->process);

	return parent && parent != node->process
		       ? &tree->nodes[parent - tree->scene->view.processes]
		       : NULL;
}

/* A unit of systemd is on every line of a host, and no container. */
static bool is_in_container(const struct tree *tree, struct view_process *process)
{
	struct container_name name = container_of(
		&tree->scene->view, process, tree->scene->known, tree->scene->n_known);

	return name.engine && !text_equal(name.engine, "unit");
}

static bool is_wanted(const struct tree *tree, struct view_process *process)
{
	const struct process_facts *facts = facts_of(&tree->scene->view, process);

	if (facts->state == 0)
		return false; /* it has ended meanwhile */
	if (!tree->options->all && facts->is_kernel_thread)
		return false;
	return !tree->options->containers || is_in_container(tree, process);
}

static void show_with_ancestors(const struct tree *tree, struct node *node)
{
	while (node && !node->is_shown) {
		node->is_shown = true;
		node = parent_of(tree, node);
	}
}

static void make_nodes(struct tree *tree)
{
	struct view *view = &tree->scene->view;

	tree->n_nodes = view->n_processes;
	tree->nodes = ARENA_NEW_ARRAY(tree->arena, tree->n_nodes, struct node);
	for (size_t i = 0; i < tree->n_nodes; i++)
		tree->nodes[i].process = &view->processes[i];
	for (size_t i = 0; i < tree->n_nodes; i++)
		if (is_wanted(tree, tree->nodes[i].process))
			show_with_ancestors(tree, &tree->nodes[i]);
	for (size_t i = 0; i < tree->n_nodes; i++) {
		struct node *parent = parent_of(tree, &tree->nodes[i]);

		if (tree->nodes[i].is_shown && parent)
			ARENA_APPEND(tree->arena, parent->children,
				parent->n_children) = &tree->nodes[i];
	}
}

/* ---- a process's cells ---- */

static const char *size_text(struct arena *arena, uint64_t bytes)
{
	static const char units[] = "KMGT";
	double size = (double)bytes / 1024;
	size_t unit = 0;

	while (size >= 1000 && unit < sizeof(units) - 2) {
		size /= 1024;
		unit++;
	}
	return arena_printf(arena, size < 10 && unit > 0 ? "%.1f%c" : "%.0f%c", size, units[unit]);
}

/* "root", "100000→0" where the user has another number inside */
static const char *user_text(const struct tree *tree, struct view_process *process)
{
	uid_t outside = facts_of(&tree->scene->view, process)->uid;
	uid_t inside;

	if (facts_uid_inside(&tree->scene->view, process, &inside) && inside != outside)
		return arena_printf(tree->arena, "%s→%u", user_name(tree->arena, outside), inside);
	return user_name(tree->arena, outside);
}

static const char *container_cell(const struct tree *tree, struct view_process *process)
{
	struct container_name name = container_of(
		&tree->scene->view, process, tree->scene->known, tree->scene->n_known);

	return container_text(tree->arena, &name);
}

/* ---- for people ---- */

static const struct grid_column columns[] = {
	{ "PID" },
	{ "USER" },
	{ "CONTAINER", .may_be_cut = true, .is_left_out_if_empty = true },
	{ "%CPU", .is_right = true },
	{ "MEMORY", .is_right = true },
	{ "COMMAND", .may_be_cut = true, .is_tree = true },
};

static const char *one_line(struct arena *arena, const char *text)
{
	char *line = arena_strdup(arena, text);

	for (char *c = line; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	return line;
}

static void add_rows(struct tree *tree, struct node *node, const char *path)
{
	struct view *view = &tree->scene->view;
	struct arena *arena = tree->arena;
	const struct process_facts *facts = facts_of(view, node->process);
	const char *const cells[] = {
		scene_pids(tree->scene, node->process),
		user_text(tree, node->process),
		container_cell(tree, node->process),
		arena_printf(arena, "%.1f", facts_usage(view, node->process).cpu_percent),
		facts->memory_bytes > 0 ? size_text(arena, facts->memory_bytes) : "-",
		one_line(arena, facts_command_line(view, node->process)),
	};

	if (node->is_placed)
		return; /* a ring: numbers that were used again while they were read */
	node->is_placed = true;
	grid_add(&tree->grid, cells, grid_branches(arena, path));
	for (size_t i = 0; i < node->n_children; i++)
		add_rows(tree, node->children[i],
			arena_printf(arena, "%s%c", path, i + 1 < node->n_children ? '|' : ' '));
}

static void write_table(struct tree *tree, struct node *root)
{
	const struct grid_style style = {
		.width = tree->options->notruncate ? 0 : grid_terminal_width(tree->out),
		.has_no_heading = tree->options->noheadings,
	};

	tree->grid = GRID_INIT(tree->arena, columns, sizeof(columns) / sizeof(columns[0]));
	if (root)
		add_rows(tree, root, "");
	for (size_t i = 0; !root && i < tree->n_nodes; i++)
		if (tree->nodes[i].is_shown && !parent_of(tree, &tree->nodes[i]))
			add_rows(tree, &tree->nodes[i], "");
	grid_write(&tree->grid, &style, tree->out);
}

/* ---- JSON ---- */

static void put_text(struct json_writer *writer, const char *key, const char *text)
{
	if (text)
		json_write_string(writer, key, text);
	else
		json_write_null(writer, key);
}

static void put_process(struct tree *tree, struct json_writer *writer, struct view_process *process)
{
	const struct view *view = &tree->scene->view;
	const struct process_facts *facts = facts_of(view, process);
	struct process_usage usage = facts_usage(view, process);
	uid_t inside;

	json_write_object(writer, NULL);
	json_write_i64(writer, "pid", process->pid);
	json_write_i64(writer, "ppid", facts->parent);
	json_write_list(writer, "pids");
	for (size_t i = 0; i < facts->n_nspids; i++)
		json_write_i64(writer, NULL, facts->nspids[i]);
	json_write_end(writer);
	json_write_u64(writer, "uid", facts->uid);
	json_write_string(writer, "user", user_name(tree->arena, facts->uid));
	if (facts_uid_inside(view, process, &inside))
		json_write_u64(writer, "uid_inside", inside);
	else
		json_write_null(writer, "uid_inside");
	put_text(writer, "container", container_cell(tree, process));
	json_write_u64(writer, "cpu_usec", usage.cpu_usec);
	json_write_double(writer, "cpu_percent", usage.cpu_percent);
	json_write_u64(writer, "memory_bytes", facts->memory_bytes);
	json_write_string(writer, "command", facts_command_line(view, process));
	json_write_end(writer);
}

/* Nodes at and below root; all without one. */
static bool is_below(const struct tree *tree, const struct node *node, const struct node *root)
{
	for (size_t i = 0; root && node && i < tree->n_nodes; i++) {
		if (node == root)
			return true;
		node = parent_of(tree, node);
	}
	return !root;
}

static void write_json(struct tree *tree, const struct node *root)
{
	struct json_writer writer = JSON_WRITER_INIT(tree->arena, "   ");

	json_write_object(&writer, NULL);
	json_write_list(&writer, "processes");
	for (size_t i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].is_shown && is_below(tree, &tree->nodes[i], root))
			put_process(tree, &writer, tree->nodes[i].process);
	json_write_end(&writer);
	json_write_u64(&writer, "hidden", tree->scene->view.n_hidden);
	json_write_end(&writer);
	fprintf(tree->out, "%s\n", json_write_text(&writer, NULL));
}

static int tree_run(struct command_call *call, struct err *err)
{
	struct tree tree = { .arena = call->arena, .options = call->options, .out = call->out };
	AUTO_SCENE scene = SCENE_INIT;
	struct target target = { 0 };
	struct node *root = NULL;
	int r = scene_read(call, &scene, err);

	tree.scene = &scene;
	if (r == 0 && call->n_args > 0)
		r = target_find_inside(
			&scene.view, scene.known, scene.n_known, call->args[0], &target, err);
	if (r < 0)
		return r;
	make_nodes(&tree);
	if (target.process)
		root = &tree.nodes[target.process - scene.view.processes];
	if (tree.options->json)
		write_json(&tree, root);
	else
		write_table(&tree, root);
	scene_tell_of_hidden(&scene);
	return 0;
}

const struct command engine_command_tree = {
	.name = "tree",
	.arguments = "[PID | NAME[:PID]]",
	.summary = "show the tree of processes, with containers and the numbers inside",
	.description =
		"PID 4321→7→1 is process 4321 here, 7 in the pid namespace below, 1 in the one "
		"below that.\n"
		"USER 100000→0 is user 100000 here and 0 in the process's own user namespace. %CPU "
		"is the\n"
		"share of one processor since the start. A container is named as in the CONTAINER "
		"column,\n"
		"without its engine, or by the beginning of its id; NAME:PID is a process in it.",
	.options = tree_option_table,
	.options_size = sizeof(struct tree_options),
	.max_args = 1,
	.run = tree_run,
};
