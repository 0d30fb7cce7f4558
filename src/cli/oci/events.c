/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

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

const struct command oci_command_events = {
	.name = "events",
	.arguments = "ID",
	.summary = "report what a container uses and when it runs out of memory",
	.unavailable = "reporting events of a container is not supported yet",
	.options = events_option_table,
	.options_size = sizeof(struct events_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};
