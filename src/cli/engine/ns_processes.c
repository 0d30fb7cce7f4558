/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/json_write.h"
#include "base/parse.h"
#include "cli/engine/ns.h"
#include "core/user_name.h"
#include "inspect/facts.h"

static int find(const struct ns_listing *listing, const char *number,
	const struct view_namespace **ret, struct err *err)
{
	uint64_t inode;

	if (parse_u64(number, &inode) < 0)
		return err_fail(err, EINVAL, "\"%s\" is not the number of a namespace", number);
	*ret = view_find(&listing->scene.view, inode);
	if (*ret)
		return 0;
	err_fail(err, ENOENT, "there is no namespace %s, or it is not to be seen", number);
	return err_hint(err, "hull ns lists them");
}

static void put_process(
	struct json_writer *writer, const struct view *view, struct view_process *process)
{
	const struct process_facts *facts = facts_of(view, process);

	json_write_object(writer, NULL);
	json_write_i64(writer, "pid", process->pid);
	json_write_i64(writer, "ppid", facts->parent);
	json_write_string(writer, "user", user_name(view->arena, facts->uid));
	json_write_string(writer, "command", facts_command_line(view, process));
	json_write_end(writer);
}

static void write_json(const struct view *view, const struct view_namespace *namespace, FILE *out)
{
	struct json_writer writer = JSON_WRITER_INIT(view->arena, "   ");

	json_write_object(&writer, NULL);
	json_write_list(&writer, "processes");
	for (size_t i = 0; i < view->n_processes; i++)
		if (view->processes[i].namespaces[namespace->kind] == namespace->inode)
			put_process(&writer, view, &view->processes[i]);
	json_write_end(&writer);
	json_write_end(&writer);
	fprintf(out, "%s\n", json_write_text(&writer, NULL));
}

static void write_table(const struct view *view, const struct view_namespace *namespace, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "PID", .is_right = true },
		{ "PPID", .is_right = true },
		{ "USER" },
		{ "COMMAND", .may_be_cut = true },
	};
	struct grid grid = GRID_INIT(view->arena, columns, sizeof(columns) / sizeof(columns[0]));
	const struct grid_style style = { .width = grid_terminal_width(out) };

	for (size_t i = 0; i < view->n_processes; i++) {
		struct view_process *process = &view->processes[i];
		const struct process_facts *facts;

		if (process->namespaces[namespace->kind] != namespace->inode)
			continue;
		facts = facts_of(view, process);
		const char *const cells[] = {
			arena_printf(view->arena, "%d", process->pid),
			arena_printf(view->arena, "%d", facts->parent),
			user_name(view->arena, facts->uid),
			facts_command_line(view, process),
		};
		grid_add(&grid, cells, NULL);
	}
	grid_write(&grid, &style, out);
}

int ns_show_processes(
	struct ns_listing *listing, const char *number, bool json, FILE *out, struct err *err)
{
	const struct view_namespace *namespace = NULL;
	int r = find(listing, number, &namespace, err);

	if (r < 0)
		return r;
	if (json)
		write_json(&listing->scene.view, namespace, out);
	else
		write_table(&listing->scene.view, namespace, out);
	return 0;
}
