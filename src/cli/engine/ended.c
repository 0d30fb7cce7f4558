/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "cli/engine/commands.h"
#include "cli/engine/making.h"

/* Another command may have been faster. */
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
		r = containers_lock(&making.container, &problem);
	if (r == 0)
		r = containers_clean(&making.engine, &making.container, &problem);
	if (r == 0 && making.container.settings.auto_remove)
		r = containers_remove(call->arena, &making.engine, &making.container, &problem);
	if (r < 0 && r != -ENOENT) {
		*err = problem;
		return r;
	}
	return 0;
}

const struct command engine_command_ended = {
	.name = "ended",
	.arguments = "ID",
	.summary = "for hull-monitor: a container's process has ended",
	.is_hidden = true,
	.min_args = 1,
	.max_args = 1,
	.run = ended_run,
};
