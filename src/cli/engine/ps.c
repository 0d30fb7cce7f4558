/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_filter.h"
#include "cli/engine/making.h"
#include "cli/engine/ports_text.h"
#include "cli/human.h"
#include "cli/listing.h"
#include "engine/container/health.h"

enum {
	SHORT_ID_LENGTH = 12,
	SHORT_COMMAND_LENGTH = 20,
};

struct ps_options {
	bool all, latest, no_trunc, quiet;
	struct option_number last;
	const char *format;
	struct option_list filters;
};

static const struct option_spec ps_option_table[] = {
	OPTION_FLAG(
		struct ps_options, all, "all", .letter = 'a', .help = "also those that do not run"),
	OPTION_LIST(struct ps_options, filters, "filter", .letter = 'f', .argument = "KEY=VALUE",
		.help = "only those with id=, name=, label=, status=, exited=, ancestor= or "
			"network="),
	OPTION_STRING(struct ps_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_NUMBER(struct ps_options, last, "last", .letter = 'n', .argument = "N",
		.help = "the N that were made last, whether they run or not"),
	OPTION_FLAG(struct ps_options, latest, "latest", .letter = 'l',
		.help = "the one that was made last"),
	OPTION_FLAG(struct ps_options, no_trunc, "no-trunc", .help = "whole ids and commands"),
	OPTION_FLAG(struct ps_options, quiet, "quiet", .letter = 'q', .help = "only the ids"),
	OPTION_END,
};

static const char *ago(struct arena *arena, const char *time_text)
{
	struct timespec then;

	if (!time_text || utc_parse(time_text, &then) < 0)
		return NULL;
	return human_duration(arena, time(NULL) - then.tv_sec);
}

static const char *health_text(struct arena *arena, const struct engine_container *container)
{
	struct err ignored = ERR_INIT; /* it has none */
	struct health_state health;

	if (health_read(arena, container, &health, &ignored) < 0)
		return "";
	return arena_printf(arena, " (%s%s)",
		text_equal(health.status, "starting") ? "health: " : "", health.status);
}

/* "Up 3 minutes (Paused)", "Exited (0) 2 hours ago", "Created" */
static const char *status_text(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const char *since;

	switch (state->status) {
	case ENGINE_STATUS_RUNNING:
	case ENGINE_STATUS_PAUSED:
		since = ago(arena, state->started_at);
		return arena_printf(arena, "Up %s%s%s", since ? since : "",
			health_text(arena, container),
			state->status == ENGINE_STATUS_PAUSED ? " (Paused)" : "");
	case ENGINE_STATUS_EXITED:
		since = ago(arena, state->finished_at);
		if (!since)
			return arena_printf(arena, "Exited (%d)", state->exit_code);
		return arena_printf(arena, "Exited (%d) %s ago", state->exit_code, since);
	case ENGINE_STATUS_RESTARTING:
		since = ago(arena, state->finished_at);
		return arena_printf(arena, "Restarting (%d)%s%s%s", state->exit_code,
			since ? " " : "", since ? since : "", since ? " ago" : "");
	case ENGINE_STATUS_CREATED:
		return "Created";
	case ENGINE_STATUS_DEAD:
	case ENGINE_STATUS_COUNT:
		break;
	}
	return "Dead";
}

static const char *command_text(
	struct command_call *call, const struct container_settings *settings)
{
	const struct ps_options *options = call->options;
	const char *text = "";

	for (size_t i = 0; i < settings->n_entrypoint; i++)
		text = arena_printf(
			call->arena, "%s%s%s", text, text[0] ? " " : "", settings->entrypoint[i]);
	for (size_t i = 0; i < settings->n_cmd; i++)
		text = arena_printf(
			call->arena, "%s%s%s", text, text[0] ? " " : "", settings->cmd[i]);
	if (!options->no_trunc && strlen(text) > SHORT_COMMAND_LENGTH)
		return arena_printf(call->arena, "\"%.*s…\"", SHORT_COMMAND_LENGTH - 1, text);
	return arena_printf(call->arena, "\"%s\"", text);
}

static const char *labels_text(struct arena *arena, const struct container_settings *settings)
{
	const char *text = "";

	for (size_t i = 0; i < settings->n_labels; i++)
		text = arena_printf(arena, "%s%s%s=%s", text, i ? "," : "", settings->labels[i].key,
			settings->labels[i].value);
	return text;
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
	json_write_string(writer, key, text ? text : "");
}

static void write_row(struct command_call *call, struct json_writer *writer,
	const struct engine_container *container, const struct engine_state *state,
	const struct port_list *ports)
{
	const struct ps_options *options = call->options;
	const struct container_settings *settings = &container->settings;
	const char *since = ago(call->arena, settings->created);

	json_write_object(writer, NULL);
	json_write_string(writer, "ID",
		options->no_trunc ? container->id
				  : arena_strndup(call->arena, container->id, SHORT_ID_LENGTH));
	write_text(writer, "Image", settings->image_name ? settings->image_name : settings->rootfs);
	write_text(writer, "Command", command_text(call, settings));
	write_text(writer, "CreatedAt", settings->created);
	write_text(writer, "RunningFor", since ? arena_printf(call->arena, "%s ago", since) : NULL);
	write_text(writer, "State", engine_status_name(state->status));
	write_text(writer, "Status", status_text(call->arena, container, state));
	json_write_i64(writer, "Pid", state->pid);
	json_write_i64(writer, "ExitCode", state->exit_code);
	write_text(writer, "Labels", labels_text(call->arena, settings));
	write_text(writer, "Ports", ports_text(call->arena, container, ports));
	write_text(writer, "Networks", settings->network_mode);
	write_text(writer, "Names", settings->name);
	json_write_end(writer);
}

static bool is_wanted(struct command_call *call, const struct container_filter *filter,
	const struct engine_container *container, const struct engine_state *state)
{
	const struct ps_options *options = call->options;
	bool is_running = state->status == ENGINE_STATUS_RUNNING ||
			  state->status == ENGINE_STATUS_PAUSED ||
			  state->status == ENGINE_STATUS_RESTARTING;
	bool shows_all = options->all || options->latest || options->last.is_given ||
			 filter->statuses.n_items > 0 || filter->exits.n_items > 0;

	return (is_running || shows_all) &&
	       container_filter_takes(call->arena, filter, container, state);
}

static int write_rows(struct command_call *call, const struct making *making,
	const struct container_filter *filter, struct json_writer *writer, struct err *err)
{
	const struct ps_options *options = call->options;
	struct engine_container *containers;
	int64_t n_left = options->latest          ? 1
			 : options->last.is_given ? options->last.value
						  : INT64_MAX;
	struct port_list ports;
	size_t n;
	int r = ports_list(call->arena, &making->store, NULL, &ports, err);

	if (r == 0)
		r = containers_list(call->arena, &making->engine, &containers, &n, err);
	if (r < 0)
		return r;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct engine_state state;

		if (n_left > 0)
			r = containers_state(
				call->arena, &making->engine, &containers[i], &state, err);
		if (r == 0 && n_left > 0 && is_wanted(call, filter, &containers[i], &state)) {
			write_row(call, writer, &containers[i], &state, &ports);
			n_left--;
		}
		containers_close(&containers[i]);
	}
	return r;
}

static int write_listing(struct command_call *call, const struct json_value *rows, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "CONTAINER ID", "ID", false },
		{ "IMAGE", "Image", false },
		{ "COMMAND", "Command", false },
		{ "CREATED", "RunningFor", false },
		{ "CREATED AT", "CreatedAt", true },
		{ "STATE", "State", true },
		{ "STATUS", "Status", false },
		{ "PID", "Pid", true },
		{ "EXIT CODE", "ExitCode", true },
		{ "LABELS", "Labels", true },
		{ "PORTS", "Ports", false },
		{ "NETWORKS", "Networks", true },
		{ "NAMES", "Names", false },
		{ NULL, NULL, false },
	};
	const struct ps_options *options = call->options;
	const struct listing listing = { columns, rows, options->format };

	return listing_write(call->arena, &listing, call->out, err);
}

static int ps_run(struct command_call *call, struct err *err)
{
	const struct ps_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	const struct json_value *rows;
	AUTO_MAKING making = MAKING_INIT;
	struct container_filter filter;
	const char *text;
	size_t length;
	int r = container_filter_read(call->arena, &options->filters, &filter, err);

	if (r == 0)
		r = making_open(call, &making, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	r = write_rows(call, &making, &filter, &writer, err);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	if (r == 0)
		r = json_parse(call->arena, text, length, &rows, err);
	if (r < 0)
		return r;
	if (!options->quiet)
		return write_listing(call, rows, err);
	for (size_t i = 0; i < rows->length; i++)
		fprintf(call->out, "%s\n", json_member(&rows->elements[i], "ID")->text);
	return 0;
}

const struct command engine_command_ps = {
	.name = "ps",
	.summary = "show containers",
	.description = "Newest first; without --all only those that run. A template may name ID, "
		       "Image, Command, CreatedAt, RunningFor, State, Status, Pid, ExitCode, "
		       "Labels, Ports, Networks and Names.",
	.options = ps_option_table,
	.options_size = sizeof(struct ps_options),
	.run = ps_run,
};
