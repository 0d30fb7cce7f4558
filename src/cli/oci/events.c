/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/parse_duration.h"
#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/oci/event_text.h"

struct events_options {
	const char *interval; /* Go duration, "5s" */
	bool stats;
};

static const struct option_spec events_option_table[] = {
	OPTION_STRING(struct events_options, interval, "interval", .argument = "DURATION",
		.help = "time between two reports, as in 500ms or 1m30s (default: 5s)"),
	OPTION_FLAG(struct events_options, stats, "stats",
		.help = "report once, and do not wait for events"),
	OPTION_END,
};

/* Readers follow a pipe: each event reaches them when it happens. */
static int write_event(void *context, const struct container_stats *stats, struct err *err)
{
	struct command_call *call = context;
	AUTO_ARENA arena = ARENA_INIT;

	errno = 0;
	fprintf(call->out, "%s\n", event_text(&arena, call->args[0], stats));
	if (fflush(call->out) == EOF || ferror(call->out))
		return err_sys_code(err, errno ? errno : EIO, "write standard output");
	return 0;
}

static int parse_interval(const char *text, uint64_t *ret_nsec, struct err *err)
{
	int64_t nsec;

	if (parse_duration_nsec(text, &nsec) < 0)
		return err_fail(err, EINVAL,
			"invalid value \"%s\" for flag -interval: no duration such as 5s or 1m30s",
			text);
	if (nsec <= 0)
		return err_fail(err, EINVAL, "duration interval must be greater than 0");
	*ret_nsec = (uint64_t)nsec;
	return 0;
}

static int write_stats(struct command_call *call, struct err *err)
{
	struct container_stats stats;
	int r = container_read_stats(call->arena, call->runtime, call->args[0], &stats, err);

	return r < 0 ? r : write_event(call, &stats, err);
}

static int events_run(struct command_call *call, struct err *err)
{
	const struct events_options *options = call->options;
	const char *interval = text_is_empty(options->interval) ? "5s" : options->interval;
	uint64_t interval_nsec = 0;
	int r = parse_interval(interval, &interval_nsec, err);

	if (r < 0)
		return r;
	if (options->stats)
		return write_stats(call, err);
	return container_events(
		call->runtime, call->args[0], interval_nsec, write_event, call, err);
}

const struct command oci_command_events = {
	.name = "events",
	.arguments = "ID",
	.summary = "report what a container uses and when it runs out of memory",
	.description =
		"Each event is a line of JSON: \"type\" is \"stats\", once for each interval, or\n"
		"\"oom\" when memory ran out and a process was killed. It ends with the container.",
	.options = events_option_table,
	.options_size = sizeof(struct events_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = events_run,
};
