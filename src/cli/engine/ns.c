/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/ns_show.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cli/engine/commands.h"

static const struct option_spec ns_option_table[] = {
	OPTION_LIST(struct ns_options, types, "type", .letter = 't', .argument = "TYPE",
		.help = "only this type: mnt, net, ipc, user, pid, uts, cgroup, time; may be "
			"given several times"),
	OPTION_U32(struct ns_options, task, "task", .letter = 'p', .argument = "PID",
		.help = "only the namespaces of this process"),
	OPTION_FLAG(struct ns_options, persistent, "persistent", .letter = 'P',
		.help = "only namespaces that no process is in"),
	OPTION_STRING(struct ns_options, filter, "filter", .letter = 'Q', .argument = "EXPR",
		.help = "only those that match, as in: USER != \"root\" and NPROCS > 1"),
	OPTION_OPTIONAL(struct ns_options, tree, "tree", .letter = 'T',
		.argument = "process|parent|owner",
		.help = "draw a tree (without -T: by process; -T alone: by owner)"),
	OPTION_FLAG(struct ns_options, list, "list", .letter = 'l', .help = "draw no tree"),
	OPTION_STRING(struct ns_options, output, "output", .letter = 'o', .argument = "COLUMNS",
		.help = "which columns, with commas; +COLUMNS adds to the usual ones"),
	OPTION_FLAG(struct ns_options, output_all, "output-all", .help = "all columns"),
	OPTION_FLAG(struct ns_options, list_columns, "list-columns", .letter = 'H',
		.help = "name the columns and end"),
	OPTION_FLAG(struct ns_options, json, "json", .letter = 'J', .help = "write JSON"),
	OPTION_FLAG(struct ns_options, raw, "raw", .letter = 'r',
		.help = "one space between cells, what is not printable as \\xHH"),
	OPTION_FLAG(struct ns_options, noheadings, "noheadings", .letter = 'n',
		.help = "no line with the names of the columns"),
	OPTION_FLAG(struct ns_options, notruncate, "notruncate", .letter = 'u',
		.help = "do not cut cells to the terminal's width"),
	OPTION_FLAG(struct ns_options, nowrap, "nowrap", .letter = 'W',
		.help = "one line a row: commas in cells that have several"),
	OPTION_END,
};

/* ---- columns ---- */

static const char first_columns[] = "NS,TYPE,NPROCS,PID,USER,CONTAINER,HOLDER";
static const char last_columns[] = "COMMAND";
static const char json_columns[] = "PNS,ONS";

/* What belongs to one type only, when that is the only one asked for. */
static const char *const columns_of_kind[NAMESPACE_KIND_COUNT] = {
	[NAMESPACE_KIND_MNT] = "",
	[NAMESPACE_KIND_PID] = "NSPID",
	[NAMESPACE_KIND_NET] = "NETNSID,NSFS,NET,PEER",
	[NAMESPACE_KIND_IPC] = "",
	[NAMESPACE_KIND_UTS] = "HOSTNAME",
	[NAMESPACE_KIND_USER] = "OUID,UIDMAP,GIDMAP",
	[NAMESPACE_KIND_CGROUP] = "CGROOT",
	[NAMESPACE_KIND_TIME] = "OFFSETS",
};

static int add_columns(struct ns_show *show, const char *names, struct err *err)
{
	while (*names != '\0') {
		size_t length = strcspn(names, ",");
		size_t column;
		int r = ns_column_find(names, length, &column, err);

		if (r < 0)
			return r;
		ARENA_APPEND(show->listing.arena, show->columns, show->n_columns) = column;
		names += length + (names[length] == ',');
	}
	return 0;
}

static int add_usual_columns(struct ns_show *show, struct err *err)
{
	int r = add_columns(show, first_columns, err);

	for (int kind = 0; kind < NAMESPACE_KIND_COUNT && r == 0; kind++)
		if (show->options->types.n_items == 1 && show->is_wanted[kind])
			r = add_columns(show, columns_of_kind[kind], err);
	if (r == 0)
		r = add_columns(show, last_columns, err);
	if (r == 0 && show->options->json)
		r = add_columns(show, json_columns, err);
	return r;
}

static int choose_columns(struct ns_show *show, struct err *err)
{
	const char *output = show->options->output;
	int r;

	if (show->options->output_all) {
		for (size_t i = 0; i < n_ns_columns; i++)
			ARENA_APPEND(show->listing.arena, show->columns, show->n_columns) = i;
		return 0;
	}
	if (output && output[0] != '+')
		return add_columns(show, output, err);
	r = add_usual_columns(show, err);
	return r == 0 && output ? add_columns(show, output + 1, err) : r;
}

/* ---- rows ---- */

struct filtered_row {
	struct ns_listing *listing;
	struct ns_row *row;
};

static const char *filtered_value(void *context, size_t column)
{
	struct filtered_row *filtered = context;

	return ns_value_text(
		filtered->listing->arena, ns_row_value(filtered->listing, filtered->row, column));
}

static bool is_of_task(const struct ns_show *show, const struct view_namespace *namespace)
{
	const struct view_process *process = view_find_process(
		&show->listing.scene.view, (pid_t)show->options->task);

	return process && process->namespaces[namespace->kind] == namespace->inode;
}

static bool is_shown(struct ns_show *show, struct ns_row *row)
{
	struct filtered_row filtered = { &show->listing, row };

	if (!show->is_wanted[row->namespace->kind])
		return false;
	if (show->options->task != 0 && !is_of_task(show, row->namespace))
		return false;
	if (show->options->persistent && row->namespace->n_processes > 0)
		return false;
	return filter_matches(show->filter, filtered_value, &filtered);
}

static void make_rows(struct ns_show *show)
{
	struct ns_listing *listing = &show->listing;
	size_t n = listing->scene.view.n_namespaces;

	listing->rows = ARENA_NEW_ARRAY(listing->arena, n, struct ns_row);
	for (size_t i = 0; i < n; i++) {
		struct ns_row row = {
			.namespace = listing->scene.view.namespaces[i],
			.values = ARENA_NEW_ARRAY(listing->arena, n_ns_columns, struct ns_value),
		};

		if (is_shown(show, &row))
			listing->rows[listing->n_rows++] = row;
	}
}

static int list_columns(FILE *out)
{
	for (size_t i = 0; i < n_ns_columns; i++)
		fprintf(out, "%-10s %s\n", ns_columns[i].name, ns_columns[i].help);
	return 0;
}

/* ---- the command ---- */

static int choose_types(struct ns_show *show, struct err *err)
{
	const struct option_list *types = &show->options->types;

	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++)
		show->is_wanted[kind] = types->n_items == 0;
	for (size_t i = 0; i < types->n_items; i++) {
		enum namespace_kind kind;

		if (namespace_kind_parse(types->items[i], &kind) < 0)
			return err_fail(err, EINVAL,
				"unknown namespace type \"%s\"; there are mnt, net, ipc, user, "
				"pid, uts, cgroup, time",
				types->items[i]);
		show->is_wanted[kind] = true;
	}
	return 0;
}

static int choose_relation(struct ns_show *show, struct err *err)
{
	static const struct {
		const char *name;
		enum ns_relation relation;
	} relations[] = {
		{ "process", NS_RELATION_PROCESS },
		{ "parent", NS_RELATION_PARENT },
		{ "owner", NS_RELATION_OWNER },
	};
	const struct ns_options *options = show->options;
	const char *wanted = options->tree.value ? options->tree.value : "owner";

	if (!options->tree.is_given) {
		bool is_list = options->list || options->json || options->raw;

		show->relation = is_list ? NS_RELATION_NONE : NS_RELATION_PROCESS;
		return 0;
	}
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (text_equal(relations[i].name, wanted)) {
			show->relation = relations[i].relation;
			return 0;
		}
	}
	return err_fail(err, EINVAL, "unknown tree \"%s\": process, parent or owner", wanted);
}

static int check_task(const struct ns_show *show, struct err *err)
{
	pid_t task = (pid_t)show->options->task;

	if (task == 0 || view_find_process(&show->listing.scene.view, task))
		return 0;
	err_fail(err, ESRCH, "process %d: no such process", task);
	return err_hint(err, "PIDs are those of the mounted /proc");
}

static int show_namespaces(struct ns_show *show, struct err *err)
{
	struct ns_row **roots;
	size_t n_roots;
	int r = check_task(show, err);

	if (r < 0)
		return r;
	make_rows(show);
	roots = ns_tree_make(&show->listing, show->relation, &n_roots);
	if (show->options->json)
		ns_write_json(show, roots, n_roots);
	else
		ns_write_table(show, roots, n_roots);
	scene_tell_of_hidden(&show->listing.scene);
	return 0;
}

static int ns_run(struct command_call *call, struct err *err)
{
	const struct ns_options *options = call->options;
	AUTO_FILTER filter = { NULL };
	struct ns_show show = { .options = options, .filter = &filter, .out = call->out };
	AUTO_SCENE scene = SCENE_INIT;
	int r;

	show.listing.arena = call->arena;
	if (options->list_columns)
		return list_columns(call->out);
	r = choose_types(&show, err);
	if (r == 0)
		r = choose_relation(&show, err);
	if (r == 0)
		r = choose_columns(&show, err);
	if (r == 0 && options->filter)
		r = filter_parse(call->arena, options->filter, ns_column_find, &filter, err);
	if (r == 0)
		r = scene_read(call, &scene, err);
	if (r < 0)
		return r;
	show.listing.scene = scene; /* borrowed */
	if (call->n_args > 0)
		return ns_show_processes(
			&show.listing, call->args[0], options->json, call->out, err);
	return show_namespaces(&show, err);
}

const struct command engine_command_ns = {
	.name = "ns",
	.arguments = "[NAMESPACE]",
	.summary = "show the namespaces of the machine, or the processes in one",
	.description = "Options and columns are those of lsns(8). Beyond them: namespaces that "
		       "only a mount, an open\n"
		       "descriptor or children to come keep, the container each one belongs to (of "
		       "hull, Docker,\n"
		       "podman, containerd, CRI-O, LXC, systemd), owners, and what is particular "
		       "to each type.\n"
		       "\n"
		       "As an ordinary user only the namespaces of one's own processes are seen; "
		       "how many processes\n"
		       "were hidden is said.",
	.options = ns_option_table,
	.options_size = sizeof(struct ns_options),
	.max_args = 1,
	.run = ns_run,
};
