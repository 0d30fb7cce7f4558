/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

static const struct option_spec resume_options[] = { OPTION_END };

const struct command oci_command_resume = {
	.name = "resume",
	.arguments = "ID",
	.summary = "let a paused container go on",
	.unavailable = "resuming a container is not supported yet",
	.options = resume_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};
