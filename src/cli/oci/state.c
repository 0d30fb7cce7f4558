/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/oci/state_view.h"

static const struct option_spec state_options[] = { OPTION_END };

static int state_run(struct command_call *call, struct err *err)
{
	struct container_state state;
	struct oci_state view;
	int r = container_state(call->arena, call->runtime, call->args[0], &state, err);

	if (r < 0)
		return r;
	view = state_view(&state);
	fprintf(call->out, "%s\n", oci_state_text(call->arena, &view));
	return 0;
}

const struct command oci_command_state = {
	.name = "state",
	.arguments = "ID",
	.summary = "show the state of a container, as JSON",
	.options = state_options,
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = state_run,
};
