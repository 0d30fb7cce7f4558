/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/ps_table.h"
#include "engine/container/stop.h"

static int show_processes(struct each *each, struct err *err)
{
	static const char *const usual_args[] = { "-ef", NULL };
	struct command_call *call = each->call;
	struct engine_state state;
	const char *text;
	size_t n;
	pid_t *pids;
	int r = engine_require_running(call->arena, each->engine, &each->container, &state, err);

	if (r == 0)
		r = container_pids(
			call->arena, &each->engine->runtime, each->container.id, &pids, &n, err);
	if (r == 0)
		r = ps_table_read(call->arena,
			call->n_args > 1 ? call->args + 1 : (const char **)usual_args, &text, err);
	return r < 0 ? r : ps_table_write(text, pids, n, call->out, err);
}

static int top_run(struct command_call *call, struct err *err)
{
	return each_one(call, show_processes, err);
}

static const struct option_spec top_option_table[] = { OPTION_END };

const struct command engine_command_top = {
	.name = "top",
	.arguments = "CONTAINER [PS OPTIONS]",
	.summary = "show the processes of a container, with the host's numbers",
	.description = "What stands behind the container is for ps(1) (default: -ef).",
	.options = top_option_table,
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = top_run,
};
