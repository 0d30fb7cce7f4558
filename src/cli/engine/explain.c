/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/explain_text.h"
#include "cli/printable.h"

struct explain_options {
	const char *format;
};

static const struct option_spec explain_option_table[] = {
	OPTION_CHOICE(struct explain_options, format, "format", .argument = "text|json",
		.help = "a sentence (the default), or an object with it"),
	OPTION_END,
};

static void write_json(const struct each *each, const struct engine_state *state, const char *text)
{
	struct json_writer writer = JSON_WRITER_INIT(each->call->arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "Id", each->container.id);
	json_write_string(&writer, "Name",
		each->container.settings.name ? each->container.settings.name : "");
	json_write_string(&writer, "Status", engine_status_name(state->status));
	json_write_i64(&writer, "ExitCode", state->exit_code);
	json_write_i64(&writer, "Signal", state->signal);
	json_write_bool(&writer, "OOMKilled", state->oom_killed);
	json_write_string(&writer, "Explanation", text);
	json_write_end(&writer);
	fprintf(each->call->out, "%s\n", json_write_text(&writer, NULL));
}

static int explain_one(struct each *each, struct err *err)
{
	const struct explain_options *options = each->call->options;
	struct arena *arena = each->call->arena;
	struct engine_state state;
	char *text;
	int r = containers_state(arena, each->engine, &each->container, &state, err);

	if (r < 0)
		return r;
	text = arena_strdup(arena, explain_text(arena, &each->container, &state));
	printable_make_line(text);
	if (text_equal(options->format, "json"))
		write_json(each, &state, text);
	else
		fprintf(each->call->out, "%s\n", text);
	return 0;
}

static int explain_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = explain_one, .is_silent = true };

	return each_run(call, &how, err);
}

const struct command engine_command_explain = {
	.name = "explain",
	.arguments = "CONTAINER...",
	.summary = "say in a sentence why containers ended, or how they are",
	.description =
		"What ended it: its own program and what its status means, a signal, the want "
		"of memory and which limit that was, somebody's command, its health check, a "
		"restart of the machine, a death of its monitor; or why it could not be "
		"started. Of one that runs: since when, and how healthy.",
	.options = explain_option_table,
	.options_size = sizeof(struct explain_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = explain_run,
};
