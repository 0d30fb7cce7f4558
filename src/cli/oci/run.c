/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/oci/request.h"

static const struct option_spec run_options[] = {
	REQUEST_BUNDLE_OPTIONS,
	REQUEST_START_OPTIONS,
	OPTION_FLAG(struct container_request, detach, "detach", .letter = 'd',
		.help = "do not wait for the container's process"),
	OPTION_FLAG(struct container_request, keep, "keep",
		.help = "do not delete the container when its process has ended"),
	OPTION_END,
};

static int run_run(struct command_call *call, struct err *err)
{
	struct container_request *request;
	int r = request_complete(call, &request, err);

	if (r < 0)
		return r;
	return container_run(request, &call->exit_status, err);
}

const struct command oci_command_run = {
	.name = "run",
	.arguments = "ID",
	.summary = "create a container, start it, wait for its end and delete it",
	.description = "The exit status is that of the container's process, or 128 and the number\n"
		       "of the signal that ended it. With NOTIFY_SOCKET in the environment\n"
		       "(sd_notify(3)) what the container says to its own is handed on; with\n"
		       "--detach until it is ready.",
	.options = run_options,
	.options_size = sizeof(struct container_request),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.creates = true,
	.run = run_run,
};
