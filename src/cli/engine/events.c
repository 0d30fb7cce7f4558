/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/events/events.h"

#include <string.h>

#include "base/text.h"
#include "base/utc.h"
#include "cli/engine/commands.h"
#include "cli/engine/event_filter.h"
#include "cli/engine/image_store.h"
#include "cli/engine/time_option.h"
#include "cli/printable.h"
#include "cli/template.h"

struct events_options {
	const char *since, *until, *format;
	struct option_list filters;
};

static const struct option_spec events_option_table[] = {
	OPTION_LIST(struct events_options, filters, "filter", .letter = 'f',
		.argument = "KEY=VALUE",
		.help = "only those with type=, event=, container=, image=, label=, volume= or "
			"network="),
	OPTION_STRING(struct events_options, format, "format", .argument = "FORMAT",
		.help = "json, or a template"),
	OPTION_STRING(struct events_options, since, "since", .argument = "TIME",
		.help = "also those from then on: 2026-01-02T03:04:05Z, seconds since 1970, or 10m "
			"ago"),
	OPTION_STRING(struct events_options, until, "until", .argument = "TIME",
		.help = "up to then, and end (default: go on until it is interrupted)"),
	OPTION_END,
};

struct printing {
	struct command_call *call;
	struct event_filter filter;
};

/* "2026-01-02T03:04:05.678901234Z container start 0123… (image=busybox, name=box)" */
static void print_line(struct command_call *call, struct arena *arena,
	const struct json_value *event, const struct timespec *when)
{
	const struct json_value *attributes = event_attributes(event);
	char seconds[UTC_TEXT_BYTES];
	char *text;

	utc_text(when->tv_sec, seconds);
	text = arena_printf(arena, "%s.%09ldZ %s %s %s", seconds, when->tv_nsec,
		event_text(event, "Type"), event_text(event, "Action"), event_text(event, "id"));
	for (size_t i = 0; attributes && i < attributes->length; i++)
		text = arena_printf(arena, "%s%s%s=%s", text, i ? ", " : " (",
			attributes->members[i].key,
			event_text(attributes, attributes->members[i].key));
	if (attributes && attributes->length > 0)
		text = arena_printf(arena, "%s)", text);
	printable_make_line(text);
	fprintf(call->out, "%s\n", text);
}

static int print_event(void *context, struct arena *arena, const struct json_value *event,
	const struct timespec *when, struct err *err)
{
	const struct printing *printing = context;
	struct command_call *call = printing->call;
	const struct events_options *options = call->options;
	const char *text;
	int r = 0;

	if (!event_filter_takes(&printing->filter, event))
		return 0;
	if (text_is_empty(options->format)) {
		print_line(call, arena, event, when);
	} else if (strcmp(options->format, "json") == 0) {
		fprintf(call->out, "%s\n", template_json(arena, event));
	} else {
		r = template_render(arena, options->format, event, &text, err);
		if (r == 0)
			fprintf(call->out, "%s\n", text);
	}
	fflush(call->out);
	return r;
}

static int events_run(struct command_call *call, struct err *err)
{
	const struct events_options *options = call->options;
	struct printing printing = { .call = call };
	struct event_reading reading = { 0 };
	AUTO_STORE store = STORE_INIT;
	int r = event_filter_read(call->arena, &options->filters, &printing.filter, err);

	reading.has_since = !text_is_empty(options->since);
	reading.has_until = !text_is_empty(options->until);
	if (r == 0 && reading.has_since)
		r = time_option_read("since", options->since, &reading.since, err);
	if (r == 0 && reading.has_until)
		r = time_option_read("until", options->until, &reading.until, err);
	if (r == 0)
		r = image_store_open(call, &store, err);
	reading.store = &store;
	return r < 0 ? r : events_read(&reading, print_event, &printing, err);
}

const struct command engine_command_events = {
	.name = "events",
	.summary = "show what happens to containers and images",
	.description =
		"From now on, or from --since on; the newest 8 to 16 megabytes of events are "
		"kept. Types, names and JSON are as Docker has them.",
	.options = events_option_table,
	.options_size = sizeof(struct events_options),
	.run = events_run,
};
