/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "cli/human.h"
#include "cli/listing.h"

enum { CREATED_BY_LENGTH = 45 };

struct history_options {
	const char *format;
	bool no_trunc;
	bool quiet;
	bool bytes;
};

static const struct option_spec history_option_table[] = {
	OPTION_STRING(struct history_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_FLAG(struct history_options, no_trunc, "no-trunc", .help = "whole ids and commands"),
	OPTION_FLAG(struct history_options, quiet, "quiet", .letter = 'q', .help = "only the ids"),
	OPTION_FLAG(struct history_options, bytes, "bytes", .help = "sizes as numbers of bytes"),
	OPTION_END,
};

static const char *cut(struct command_call *call, const char *text, size_t length)
{
	const struct history_options *options = call->options;

	if (!text)
		return "";
	if (options->no_trunc || strlen(text) <= length)
		return text;
	while (length > 0 && (text[length - 1] & 0xc0) == 0x80) /* not in a character */
		length--;
	return arena_printf(call->arena, "%.*s\xe2\x80\xa6", (int)length - 1, text);
}

static const char *age_of(struct command_call *call, const char *created)
{
	struct timespec then;

	if (!created || utc_parse(created, &then) < 0)
		return "N/A";
	return arena_printf(
		call->arena, "%s ago", human_duration(call->arena, time(NULL) - then.tv_sec));
}

static void write_row(struct command_call *call, struct json_writer *writer, const char *id,
	const struct oci_history *step, uint64_t size)
{
	const struct history_options *options = call->options;

	json_write_object(writer, NULL);
	json_write_string(writer, "ID", id);
	json_write_string(writer, "CreatedSince", age_of(call, step->created));
	json_write_string(writer, "CreatedAt", step->created ? step->created : "N/A");
	json_write_string(writer, "CreatedBy", cut(call, step->created_by, CREATED_BY_LENGTH));
	json_write_string(writer, "Size",
		options->bytes ? arena_printf(call->arena, "%llu", (unsigned long long)size)
			       : human_size(call->arena, size));
	json_write_string(writer, "Comment", step->comment ? step->comment : "");
	json_write_end(writer);
}

/* A step with a layer takes the next one; a document that does not tell of a layer has no step. */
static void write_rows(struct command_call *call, struct json_writer *writer,
	const struct store *store, const struct image *image)
{
	const struct history_options *options = call->options;
	const struct oci_image_config *config = &image->config;
	const char *id = options->no_trunc ? image->id : image_short_id(call->arena, image->id);
	size_t layer = config->n_diff_ids;

	for (size_t i = config->n_history; i-- > 0;) {
		uint64_t size = 0;

		if (!config->history[i].empty_layer && layer > 0)
			size = store_layer_bytes(store, config->diff_ids[--layer]);
		write_row(call, writer, i + 1 == config->n_history ? id : "<missing>",
			&config->history[i], size);
	}
}

static int write_listing(struct command_call *call, const struct json_value *rows, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "IMAGE", "ID", false },
		{ "CREATED", "CreatedSince", false },
		{ "CREATED AT", "CreatedAt", true },
		{ "CREATED BY", "CreatedBy", false },
		{ "SIZE", "Size", false },
		{ "COMMENT", "Comment", false },
		{ NULL, NULL, false },
	};
	const struct history_options *options = call->options;
	const struct listing listing = { columns, rows,
		options->quiet ? "{{.ID}}" : options->format };

	return listing_write(call->arena, &listing, call->out, err);
}

static int history_run(struct command_call *call, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	const struct json_value *rows;
	AUTO_STORE store = STORE_INIT;
	struct image image;
	const char *text;
	size_t length;
	int r = image_store_open(call, &store, err);

	if (r == 0)
		r = image_find_or_load(call->arena, &store, call->args[0], &image, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	write_rows(call, &writer, &store, &image);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &rows, err);
	return r < 0 ? r : write_listing(call, rows, err);
}

const struct command engine_command_history = {
	.name = "history",
	.arguments = "IMAGE",
	.summary = "show how an image was made, the last step first",
	.options = history_option_table,
	.options_size = sizeof(struct history_options),
	.min_args = 1,
	.max_args = 1,
	.run = history_run,
};
