/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_options.h"
#include "cli/engine/each.h"

static int take_restart(struct each *each, struct err *err)
{
	const struct container_options *options = each->call->options;
	struct container_settings *settings = &each->container.settings;

	if (text_is_empty(options->life.restart))
		return 0;
	if (settings->auto_remove)
		return err_fail(
			err, EINVAL, "--restart: container %s is removed when it ends", each->name);
	return restart_policy_read(each->call->arena, options->life.restart, settings, err);
}

static int update_one(struct each *each, struct err *err)
{
	struct arena *arena = each->call->arena;
	struct container_resources changes = { 0 };
	int r = resource_options_read(arena, each->call->options, &changes, err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	if (r == 0)
		r = containers_read_settings(arena, &each->container, err); /* as they are now */
	if (r == 0)
		r = take_restart(each, err);
	if (r == 0)
		r = containers_update(arena, each->engine, &each->container, &changes, err);
	err->config[0] = '\0'; /* of a document that nobody wrote */
	return r;
}

static int update_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = update_one };

	return each_run(call, &how, err);
}

const struct command engine_command_update = {
	.name = "update",
	.arguments = "CONTAINER...",
	.summary = "change limits and restart policy of containers",
	.description = "At once for those that run, and for their later starts. What is not named "
		       "stays. A limit that the kernel does not take is told, and nothing is kept.",
	.options = update_option_table,
	.options_size = sizeof(struct container_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = update_run,
};
