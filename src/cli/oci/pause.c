/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

static const struct option_spec pause_options[] = { OPTION_END };

const struct command oci_command_pause = {
	.name = "pause",
	.arguments = "ID",
	.summary = "suspend all processes of a container",
	.unavailable = "pausing a container is not supported yet",
	.options = pause_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};
