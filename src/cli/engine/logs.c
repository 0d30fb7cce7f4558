/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/time_option.h"
#include "engine/container/log_read.h"

struct logs_options {
	bool follow, timestamps;
	const char *tail, *since, *until;
};

static const struct option_spec logs_option_table[] = {
	OPTION_FLAG(struct logs_options, follow, "follow", .letter = 'f',
		.help = "go on until the container ends"),
	OPTION_STRING(struct logs_options, since, "since", .argument = "TIME",
		.help = "from then on: 2026-01-02T03:04:05Z, seconds since 1970, or 10m ago"),
	OPTION_STRING(struct logs_options, tail, "tail", .letter = 'n', .argument = "N|all",
		.help = "only the last N lines"),
	OPTION_FLAG(struct logs_options, timestamps, "timestamps", .letter = 't',
		.help = "with the time of each line"),
	OPTION_STRING(
		struct logs_options, until, "until", .argument = "TIME", .help = "up to then"),
	OPTION_END,
};

static int read_options(
	const struct logs_options *options, struct log_request *ret, struct err *err)
{
	int r = 0;

	*ret = (struct log_request){
		.n_last = UINT64_MAX,
		.with_times = options->timestamps,
		.follows = options->follow,
	};
	if (!text_is_empty(options->tail) && !text_equal(options->tail, "all") &&
		!text_equal(options->tail, "-1") && parse_u64(options->tail, &ret->n_last) < 0)
		return err_fail(err, EINVAL, "--tail %s: neither a number nor all", options->tail);
	if (!text_is_empty(options->since)) {
		ret->has_since = true;
		r = time_option_read("since", options->since, &ret->since, err);
	}
	if (r == 0 && !text_is_empty(options->until)) {
		ret->has_until = true;
		r = time_option_read("until", options->until, &ret->until, err);
	}
	return r;
}

static int write_log(struct each *each, struct err *err)
{
	struct log_request request;
	int r = read_options(each->call->options, &request, err);

	fflush(each->call->out);
	return r < 0 ? r : log_copy(each->call->arena, &each->container, &request, err);
}

static int logs_run(struct command_call *call, struct err *err)
{
	return each_one(call, write_log, err);
}

const struct command engine_command_logs = {
	.name = "logs",
	.arguments = "CONTAINER",
	.summary = "show what a container wrote",
	.description = "Its standard output and error go to ours.",
	.options = logs_option_table,
	.options_size = sizeof(struct logs_options),
	.min_args = 1,
	.max_args = 1,
	.run = logs_run,
};
