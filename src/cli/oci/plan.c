/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/oci/commands.h"
#include "cli/oci/request.h"

/* Part of the default cgroup path only. */
#define PLAN_DEFAULT_ID "container"

struct plan_options {
	struct container_request request; /* first: its rows have offsets into it */
	bool json;
};

static const struct option_spec plan_option_table[] = {
	REQUEST_BUNDLE_OPTIONS,
	OPTION_FLAG(struct plan_options, json, "json", .help = "print JSON"),
	OPTION_END,
};

static_assert(offsetof(struct plan_options, request) == 0, "rows of the request come first");

static int plan_run(struct command_call *call, struct err *err)
{
	struct plan_options *options = call->options;
	struct container_request *request = &options->request;

	request->runtime = call->runtime;
	request->id = call->n_args > 0 ? call->args[0] : PLAN_DEFAULT_ID;
	request->notify_socket = getenv("NOTIFY_SOCKET");
	return container_print_plan(request, options->json, call->out, err);
}

const struct command oci_command_plan = {
	.name = "plan",
	.arguments = "[ID]",
	.summary = "print the steps that a bundle would take",
	.description = "Nothing is changed. Without ID the container is called \"" PLAN_DEFAULT_ID
		       "\".",
	.options = plan_option_table,
	.options_size = sizeof(struct plan_options),
	.max_args = 1,
	.takes_id = true,
	.run = plan_run,
};
