/* SPDX-License-Identifier: Apache-2.0 */
/* rm, pause, unpause and rename. */
#include <errno.h>
#include <signal.h>

#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "engine/container/stop.h"
#include "engine/events/events.h"

struct rm_options {
	bool force, volumes;
};

static const struct option_spec rm_option_table[] = {
	OPTION_FLAG(struct rm_options, force, "force", .letter = 'f',
		.help = "also those that run, which are killed, and those that are not there"),
	OPTION_FLAG(struct rm_options, volumes, "volumes", .letter = 'v',
		.help = "also the volumes without a name that were made for it"),
	OPTION_END,
};

static int refuse_running(
	const struct each *each, const struct engine_state *state, struct err *err)
{
	err_fail(err, EBUSY, "container %s is %s", each->name,
		state->status == ENGINE_STATUS_RESTARTING ? "restarting" : "running");
	return err_hint(err, "stop it first, or use rm --force");
}

static int rm_one(struct each *each, struct err *err)
{
	const struct rm_options *options = each->call->options;
	struct arena *arena = each->call->arena;
	struct engine_state state;
	int r = containers_state(arena, each->engine, &each->container, &state, err);

	if (r == 0 && !options->force &&
		(state.status == ENGINE_STATUS_RUNNING || state.status == ENGINE_STATUS_PAUSED ||
			state.status == ENGINE_STATUS_RESTARTING))
		return refuse_running(each, &state, err);
	each->container.keeps_volumes = !options->volumes && !each->container.settings.auto_remove;
	return r < 0 ? r : engine_remove(arena, each->engine, &each->container, "rm", err);
}

static int rm_run(struct command_call *call, struct err *err)
{
	const struct rm_options *options = call->options;
	const struct each_how how = { .fn = rm_one, .misses_are_fine = options->force };

	return each_run(call, &how, err);
}

const struct command engine_command_rm = {
	.name = "rm",
	.arguments = "CONTAINER...",
	.summary = "remove containers, with what they wrote and their logs",
	.options = rm_option_table,
	.options_size = sizeof(struct rm_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = rm_run,
};

static void tell(const struct each *each, const char *action)
{
	event_write_container(
		each->call->arena, each->engine->store, &each->container, action, NULL, 0);
}

static int pause_one(struct each *each, struct err *err)
{
	struct engine_state state;
	int r = engine_require_running(
		each->call->arena, each->engine, &each->container, &state, err);

	if (r == 0)
		r = container_pause(&each->engine->runtime, each->container.id, err);
	if (r == 0)
		tell(each, "pause");
	return r;
}

static int pause_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = pause_one };

	return each_run(call, &how, err);
}

static const struct option_spec pause_option_table[] = { OPTION_END };

const struct command engine_command_pause = {
	.name = "pause",
	.arguments = "CONTAINER...",
	.summary = "freeze all processes of containers",
	.options = pause_option_table,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = pause_run,
};

static int unpause_one(struct each *each, struct err *err)
{
	struct engine_state state;
	int r = engine_require_running(
		each->call->arena, each->engine, &each->container, &state, err);

	if (r == 0)
		r = container_resume(&each->engine->runtime, each->container.id, err);
	if (r == 0)
		tell(each, "unpause");
	return r;
}

static int unpause_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = unpause_one };

	return each_run(call, &how, err);
}

static const struct option_spec unpause_option_table[] = { OPTION_END };

const struct command engine_command_unpause = {
	.name = "unpause",
	.arguments = "CONTAINER...",
	.summary = "let frozen containers go on",
	.options = unpause_option_table,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = unpause_run,
};

static int rename_one(struct each *each, struct err *err)
{
	int r = containers_lock(&each->container, err);

	return r < 0 ? r
		     : containers_rename(each->call->arena, each->engine, &each->container,
			       each->call->args[1], err);
}

static int rename_run(struct command_call *call, struct err *err)
{
	return each_one(call, rename_one, err);
}

static const struct option_spec rename_option_table[] = { OPTION_END };

const struct command engine_command_rename = {
	.name = "rename",
	.arguments = "CONTAINER NAME",
	.summary = "give a container another name",
	.options = rename_option_table,
	.min_args = 2,
	.max_args = 2,
	.run = rename_run,
};
