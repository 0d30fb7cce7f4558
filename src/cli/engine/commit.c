/* SPDX-License-Identifier: Apache-2.0 */
/* commit and diff: what a container has changed. */
#include <errno.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/image_store.h"
#include "cli/engine/making.h"
#include "cli/listing.h"
#include "engine/container/commit.h"

struct commit_options {
	const char *author, *message;
	struct option_list changes;
	struct option_optional pause;
	bool quiet;
};

static const struct option_spec commit_option_table[] = {
	OPTION_STRING(struct commit_options, author, "author", .letter = 'a', .argument = "TEXT",
		.help = "who made it"),
	OPTION_LIST(struct commit_options, changes, "change", .letter = 'c',
		.argument = "INSTRUCTION",
		.help = "how the image is run, as in a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, "
			"LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR"),
	OPTION_STRING(struct commit_options, message, "message", .letter = 'm', .argument = "TEXT",
		.help = "for the image's history"),
	OPTION_OPTIONAL(struct commit_options, pause, "pause", .letter = 'p',
		.argument = "true|false", .help = "freeze the container meanwhile (default: true)"),
	OPTION_FLAG(struct commit_options, quiet, "quiet", .letter = 'q', .is_hidden = true),
	OPTION_END,
};

static int read_pause(const struct commit_options *options, bool *ret, struct err *err)
{
	const char *value = options->pause.value;

	*ret = !options->pause.is_given || text_is_empty(value) || text_equal(value, "true");
	if (*ret || text_equal(value, "false"))
		return 0;
	return err_fail(err, EINVAL, "--pause %s: neither true nor false", value);
}

static int commit(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	const struct commit_options *options = call->options;
	struct commit_request request = {
		.engine = each->engine,
		.container = &each->container,
		.author = options->author,
		.message = options->message,
		.changes = options->changes.items,
		.n_changes = options->changes.n_items,
	};
	const char *id;
	int r = read_pause(options, &request.pauses, err);

	if (r == 0 && call->n_args > 1)
		r = image_target_name(call, call->args[1], &request.name, err);
	if (r == 0)
		r = engine_commit(call->arena, &request, &id, err);
	if (r == 0)
		fprintf(call->out, "%s\n", id);
	return r;
}

static int commit_run(struct command_call *call, struct err *err)
{
	return each_one(call, commit, err);
}

const struct command engine_command_commit = {
	.name = "commit",
	.arguments = "CONTAINER [NAME[:TAG]]",
	.summary = "make an image of a container's files",
	.description = "What it has changed becomes a layer over its image's; how it was run "
		       "becomes how the image is run. Volumes and whatever else is mounted in it "
		       "are not part of it. Prints the image's id.",
	.options = commit_option_table,
	.options_size = sizeof(struct commit_options),
	.min_args = 1,
	.max_args = 2,
	.run = commit_run,
};

struct diff_options {
	const char *format;
};

static const struct option_spec diff_option_table[] = {
	OPTION_STRING(struct diff_options, format, "format", .argument = "FORMAT",
		.help = "json, or a template of .Kind and .Path"),
	OPTION_END,
};

static const char *kind_letter(enum change_kind kind)
{
	return kind == CHANGE_ADDED ? "A" : kind == CHANGE_CHANGED ? "C" : "D";
}

static int diff(struct each *each, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "KIND", "Kind", false },
		{ "PATH", "Path", false },
		{ NULL, NULL, false },
	};
	struct command_call *call = each->call;
	const struct diff_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	struct listing listing = { columns, NULL,
		options->format ? options->format : "{{.Kind}} {{.Path}}" };
	struct container_change *changes;
	const char *text;
	size_t n, length;
	int r = container_changes(call->arena, each->engine, &each->container, &changes, &n, err);

	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n; i++) {
		json_write_object(&writer, NULL);
		json_write_string(&writer, "Kind", kind_letter(changes[i].kind));
		json_write_string(&writer, "Path", changes[i].path);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &listing.rows, err);
	return r < 0 ? r : listing_write(call->arena, &listing, call->out, err);
}

static int diff_run(struct command_call *call, struct err *err)
{
	return each_one(call, diff, err);
}

const struct command engine_command_diff = {
	.name = "diff",
	.arguments = "CONTAINER",
	.summary = "list the files that a container has added, changed or deleted",
	.description = "A letter (A, C, D) and a path a line.",
	.options = diff_option_table,
	.options_size = sizeof(struct diff_options),
	.min_args = 1,
	.max_args = 1,
	.run = diff_run,
};
