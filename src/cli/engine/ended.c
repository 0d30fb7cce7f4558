/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/restart.h"
#include "engine/container/stop.h"

/* Another command may have been faster. Where its policy asks for it, it is started again. */
static int ended_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	struct err problem = ERR_INIT;
	int r = making_open(call, &making, err);

	if (r < 0)
		return r;
	r = containers_open_id(
		call->arena, &making.engine, call->args[0], &making.container, &problem);
	if (r == 0)
		r = engine_clean(call->arena, &making.engine, &making.container, &problem);
	if (r == 0)
		r = engine_restart_ended(call->arena, &making.engine, &making.container, &problem);
	if (r == 0 || r == -ENOENT || r == -EBUSY)
		return 0;
	*err = problem;
	return r;
}

static const struct option_spec ended_option_table[] = { OPTION_END };

const struct command engine_command_ended = {
	.name = "ended",
	.arguments = "ID",
	.summary = "for hull-monitor: a container's process has ended",
	.is_hidden = true,
	.options = ended_option_table,
	.min_args = 1,
	.max_args = 1,
	.run = ended_run,
};
