/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

static const struct option_spec resume_options[] = { OPTION_END };

static int resume_run(struct command_call *call, struct err *err)
{
	return container_resume(call->runtime, call->args[0], err);
}

const struct command oci_command_resume = {
	.name = "resume",
	.arguments = "ID",
	.summary = "let a paused container go on",
	.options = resume_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = resume_run,
};
