/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_filter.h"
#include "cli/engine/image_store.h"
#include "cli/human.h"
#include "cli/listing.h"

struct images_options {
	bool all;
	bool quiet;
	bool digests;
	bool no_trunc;
	const char *format;
	struct option_list filters;
};

static const struct option_spec images_option_table[] = {
	OPTION_FLAG(struct images_options, all, "all", .letter = 'a',
		.help = "all images; there are no others"),
	OPTION_FLAG(struct images_options, digests, "digests",
		.help = "also show the manifests' digests"),
	OPTION_LIST(struct images_options, filters, "filter", .letter = 'f',
		.argument = "KEY=VALUE",
		.help = "only those with dangling=true|false, label=KEY[=VALUE], "
			"reference=PATTERN, before=IMAGE or since=IMAGE"),
	OPTION_STRING(struct images_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_FLAG(struct images_options, no_trunc, "no-trunc", .help = "whole ids"),
	OPTION_FLAG(struct images_options, quiet, "quiet", .letter = 'q', .help = "only the ids"),
	OPTION_END,
};

static const char *shown_id(struct command_call *call, const char *id)
{
	const struct images_options *options = call->options;

	return options->no_trunc ? id : image_short_id(call->arena, id);
}

static const char *age_of(struct command_call *call, const char *created)
{
	struct timespec then;

	if (!created || utc_parse(created, &then) < 0)
		return "N/A";
	return arena_printf(
		call->arena, "%s ago", human_duration(call->arena, time(NULL) - then.tv_sec));
}

static void write_row(struct command_call *call, struct json_writer *writer,
	const struct image *image, const char *name)
{
	const char *repository, *tag;

	image_split_name(call->arena, name, &repository, &tag);
	json_write_object(writer, NULL);
	json_write_string(writer, "Repository", repository);
	json_write_string(writer, "Tag", tag);
	json_write_string(writer, "Digest", image->descriptor.digest);
	json_write_string(writer, "ID", shown_id(call, image->id));
	json_write_string(writer, "CreatedSince", age_of(call, image->config.created));
	json_write_string(
		writer, "CreatedAt", image->config.created ? image->config.created : "N/A");
	json_write_string(writer, "Size", human_size(call->arena, image->size));
	json_write_end(writer);
}

/* "busybox" is every tag of it. */
static bool has_wanted_name(struct command_call *call, const char *name)
{
	const char *wanted = call->args[0], *repository, *tag;

	if (!wanted)
		return true;
	image_split_name(call->arena, name, &repository, &tag);
	return strcmp(wanted, repository) == 0 ||
	       strcmp(wanted, arena_printf(call->arena, "%s:%s", repository, tag)) == 0 ||
	       (name && strcmp(wanted, name) == 0);
}

static void write_image_rows(struct command_call *call, struct json_writer *writer,
	const struct image_filter *filter, const struct image *image)
{
	for (size_t i = 0; i < image->n_names; i++)
		if (has_wanted_name(call, image->names[i]) &&
			image_filter_takes(call->arena, filter, image, image->names[i]))
			write_row(call, writer, image, image->names[i]);
	if (image->n_names == 0 && !call->args[0] &&
		image_filter_takes(call->arena, filter, image, NULL))
		write_row(call, writer, image, NULL);
}

static int write_listing(struct command_call *call, const struct json_value *rows, struct err *err)
{
	const struct images_options *options = call->options;
	const struct listing_column columns[] = {
		{ "REPOSITORY", "Repository", false },
		{ "TAG", "Tag", false },
		{ "DIGEST", "Digest", !options->digests },
		{ "IMAGE ID", "ID", false },
		{ "CREATED", "CreatedSince", false },
		{ "CREATED AT", "CreatedAt", true },
		{ "SIZE", "Size", false },
		{ NULL, NULL, false },
	};
	const struct listing listing = { columns, rows, options->format };

	return listing_write(call->arena, &listing, call->out, err);
}

/* Each image once, whatever its names. */
static void write_ids(struct command_call *call, const struct json_value *rows)
{
	const char *last = "";

	for (size_t i = 0; i < rows->length; i++) {
		const char *id = json_member(&rows->elements[i], "ID")->text;

		if (strcmp(id, last) != 0)
			fprintf(call->out, "%s\n", id);
		last = id;
	}
}

static int images_run(struct command_call *call, struct err *err)
{
	const struct images_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	const struct json_value *rows;
	AUTO_STORE store = STORE_INIT;
	struct image_filter filter;
	struct image *images;
	const char *text;
	size_t n = 0, length;
	int r = image_store_open(call, &store, err);

	if (r == 0)
		r = image_filter_read(call->arena, &store, &options->filters, &filter, err);
	if (r == 0)
		r = image_list(call->arena, &store, &images, &n, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n; i++)
		write_image_rows(call, &writer, &filter, &images[i]);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &rows, err);
	if (r == 0 && options->quiet)
		write_ids(call, rows);
	else if (r == 0)
		r = write_listing(call, rows, err);
	return r;
}

const struct command engine_command_images = {
	.name = "images",
	.arguments = "[REPOSITORY[:TAG]]",
	.summary = "show images",
	.description = "Newest first. A template may name Repository, Tag, Digest, ID, "
		       "CreatedSince, CreatedAt and Size.",
	.options = images_option_table,
	.options_size = sizeof(struct images_options),
	.max_args = 1,
	.run = images_run,
};
