/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "cli/engine/commands.h"
#include "cli/engine/scene.h"
#include "inspect/facts.h"
#include "inspect/target.h"

struct pid_options {
	bool json;
};

static const struct option_spec pid_option_table[] = {
	OPTION_FLAG(struct pid_options, json, "json", .letter = 'J', .help = "write JSON"),
	OPTION_END,
};

/* What is known of one argument. */
struct answer {
	struct view_process *process;
	const char *container; /* NULL: in none */
	pid_t inside;          /* in the container's pid namespace; 0: has none there */
};

static struct answer find_answer(const struct scene *scene, struct view_process *process)
{
	struct container_name name = container_of(
		&scene->view, process, scene->known, scene->n_known);
	struct answer answer = {
		.process = process,
		.container = container_text(scene->view.arena, &name),
	};
	struct view_process *first = NULL;

	if (answer.container)
		first = target_first_process(&scene->view, scene->known, scene->n_known, &name);
	if (first)
		answer.inside = target_number_in(&scene->view, process, first);
	return answer;
}

static void put_answer(
	struct json_writer *writer, const struct scene *scene, const struct answer *answer)
{
	const struct process_facts *facts = facts_of(&scene->view, answer->process);

	json_write_object(writer, NULL);
	json_write_i64(writer, "pid", answer->process->pid);
	json_write_list(writer, "pids");
	for (size_t i = 0; i < facts->n_nspids; i++)
		json_write_i64(writer, NULL, facts->nspids[i]);
	json_write_end(writer);
	if (answer->container)
		json_write_string(writer, "container", answer->container);
	else
		json_write_null(writer, "container");
	if (answer->inside > 0)
		json_write_i64(writer, "pid_in_container", answer->inside);
	else
		json_write_null(writer, "pid_in_container");
	json_write_end(writer);
}

/* A number asks for the name inside, a name for the number. */
static void write_answer(
	const struct scene *scene, const struct answer *answer, bool is_number, FILE *out)
{
	if (!is_number)
		fprintf(out, "%d\n", answer->process->pid);
	else if (answer->container && answer->inside > 0)
		fprintf(out, "%s:%d\n", answer->container, answer->inside);
	else
		fprintf(out, "%s\n", scene_pids(scene, answer->process));
}

static int pid_run(struct command_call *call, struct err *err)
{
	const struct pid_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, "   ");
	AUTO_SCENE scene = SCENE_INIT;
	int r = scene_read(call, &scene, err);

	if (r < 0)
		return r;
	if (options->json)
		json_write_list(&writer, NULL);
	for (size_t i = 0; i < call->n_args; i++) {
		struct target target;
		struct answer answer;

		r = target_find_inside(
			&scene.view, scene.known, scene.n_known, call->args[i], &target, err);
		if (r < 0)
			return r;
		answer = find_answer(&scene, target.process);
		if (options->json)
			put_answer(&writer, &scene, &answer);
		else
			write_answer(&scene, &answer, !target.name.engine, call->out);
	}
	if (options->json) {
		json_write_end(&writer);
		fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
	}
	return 0;
}

const struct command engine_command_pid = {
	.name = "pid",
	.arguments = "NAME[:PID] | PID ...",
	.summary = "give a process's number here for that in a container, and back",
	.description = "NAME:7 gives the number that process 7 of the container has here, NAME "
		       "that of its first\n"
		       "process. A PID of here gives CONTAINER:PID, or, for a process in no "
		       "container, its numbers\n"
		       "in all pid namespaces from here inwards.",
	.options = pid_option_table,
	.options_size = sizeof(struct pid_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = pid_run,
};
