/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"
#include "cli/oci/request.h"

static const struct option_spec create_options[] = {
	REQUEST_BUNDLE_OPTIONS,
	REQUEST_START_OPTIONS,
	OPTION_END,
};

static int create_run(struct command_call *call, struct err *err)
{
	struct container_request *request;
	int r = request_complete(call, &request, err);

	if (r < 0)
		return r;
	return container_create(request, err);
}

const struct command oci_command_create = {
	.name = "create",
	.arguments = "ID",
	.summary = "make a container from a bundle",
	.description = "Everything is set up, and the container's process waits: start lets it\n"
		       "execute its program.",
	.options = create_options,
	.options_size = sizeof(struct container_request),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.creates = true,
	.run = create_run,
};
