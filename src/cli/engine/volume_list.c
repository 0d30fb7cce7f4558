/* SPDX-License-Identifier: Apache-2.0 */
/* volume ls and prune. */
#include "cli/engine/volume_list.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/listing.h"
#include "engine/container/volumes.h"

struct ls_options {
	const char *format;
	struct option_list filter;
	bool quiet;
};

static const struct option_spec volume_ls_option_table[] = {
	OPTION_LIST(struct ls_options, filter, "filter", .letter = 'f', .argument = "KEY=VALUE",
		.help = "only those with name=TEXT in it, label=KEY[=VALUE], dangling=true|false"),
	OPTION_STRING(struct ls_options, format, "format", .argument = "FORMAT",
		.help = "json, or a template such as \"{{.Name}}\""),
	OPTION_FLAG(struct ls_options, quiet, "quiet", .letter = 'q', .help = "names only"),
	OPTION_END,
};

static void write_members(struct json_writer *writer, const struct volume *volume)
{
	json_write_string(writer, "Name", volume->name);
	json_write_string(writer, "Driver", "local");
	json_write_string(writer, "Mountpoint", volume->directory);
	json_write_string(writer, "CreatedAt", volume->created);
	json_write_string(writer, "Scope", "local");
	json_write_bool(writer, "Anonymous", volume->is_anonymous);
}

void volume_write(struct json_writer *writer, const struct volume *volume)
{
	json_write_object(writer, NULL);
	write_members(writer, volume);
	json_write_object(writer, "Labels");
	for (size_t i = 0; i < volume->n_labels; i++)
		json_write_string(writer, volume->labels[i].key,
			volume->labels[i].value ? volume->labels[i].value : "");
	json_write_end(writer);
	json_write_end(writer);
}

/* ---- which are meant ---- */

static bool has_label(const struct volume *volume, const char *wanted)
{
	size_t length = strcspn(wanted, "=");

	for (size_t i = 0; i < volume->n_labels; i++) {
		const struct oci_key_value *label = &volume->labels[i];

		if (strlen(label->key) == length && strncmp(label->key, wanted, length) == 0 &&
			(!wanted[length] || text_equal(label->value, wanted + length + 1)))
			return true;
	}
	return false;
}

static int is_unused(struct arena *arena, const struct engine *engine, const struct volume *volume,
	bool *ret, struct err *err)
{
	const char **users;
	size_t n;
	int r = volumes_find_users(arena, engine, volume->name, &users, &n, err);

	*ret = n == 0;
	return r;
}

static int passes(struct arena *arena, const struct engine *engine, const struct volume *volume,
	const char *filter, bool *ret, struct err *err)
{
	const char *name = text_after_prefix(filter, "name=");
	const char *label = text_after_prefix(filter, "label=");
	const char *other = text_after_prefix(filter, "label!=");
	const char *dangling = text_after_prefix(filter, "dangling=");
	bool unused;
	int r;

	if (name)
		*ret = strstr(volume->name, name) != NULL;
	else if (label)
		*ret = has_label(volume, label);
	else if (other)
		*ret = !has_label(volume, other);
	else if (text_equal(filter, "driver=local"))
		*ret = true;
	else if (text_equal(dangling, "true") || text_equal(dangling, "false")) {
		r = is_unused(arena, engine, volume, &unused, err);
		*ret = unused == text_equal(dangling, "true");
		return r;
	} else
		return err_fail(err, EINVAL,
			"--filter %s: name=, label=, label!=, driver= or dangling=true|false is "
			"expected",
			filter);
	return 0;
}

static int passes_all(struct arena *arena, const struct engine *engine, const struct volume *volume,
	const struct option_list *filters, bool *ret, struct err *err)
{
	int r = 0;

	*ret = true;
	for (size_t i = 0; r == 0 && i < filters->n_items; i++) {
		bool is_one = false;

		r = passes(arena, engine, volume, filters->items[i], &is_one, err);
		*ret = *ret && is_one;
	}
	return r;
}

/* ---- ls ---- */

static const char *labels_text(struct arena *arena, const struct volume *volume)
{
	const char *text = "";

	for (size_t i = 0; i < volume->n_labels; i++)
		text = arena_printf(arena, "%s%s%s=%s", text, i ? "," : "", volume->labels[i].key,
			volume->labels[i].value ? volume->labels[i].value : "");
	return text;
}

static int write_rows(struct command_call *call, const struct engine *engine,
	struct json_writer *writer, struct err *err)
{
	const struct ls_options *options = call->options;
	struct volume *volumes;
	size_t n;
	int r = volume_list(call->arena, engine->store, &volumes, &n, err);

	json_write_list(writer, NULL);
	for (size_t i = 0; r == 0 && i < n; i++) {
		bool is_meant;

		r = passes_all(call->arena, engine, &volumes[i], &options->filter, &is_meant, err);
		if (r < 0 || !is_meant)
			continue;
		json_write_object(writer, NULL);
		write_members(writer, &volumes[i]);
		json_write_string(writer, "Labels", labels_text(call->arena, &volumes[i]));
		json_write_end(writer);
	}
	json_write_end(writer);
	return r;
}

static int volume_ls_run(struct command_call *call, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "DRIVER", "Driver", false },
		{ "VOLUME NAME", "Name", false },
		{ "MOUNTPOINT", "Mountpoint", true },
		{ "LABELS", "Labels", true },
		{ "CREATED AT", "CreatedAt", true },
		{ NULL, NULL, false },
	};
	const struct ls_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	struct listing listing = { columns, NULL, options->quiet ? "{{.Name}}" : options->format };
	AUTO_MAKING making = MAKING_INIT;
	const char *text;
	size_t length;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = write_rows(call, &making.engine, &writer, err);
	if (r < 0)
		return r;
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &listing.rows, err);
	return r < 0 ? r : listing_write(call->arena, &listing, call->out, err);
}

const struct command engine_command_volume_ls = {
	.name = "volume ls",
	.summary = "list volumes",
	.options = volume_ls_option_table,
	.options_size = sizeof(struct ls_options),
	.run = volume_ls_run,
};

/* ---- prune ---- */

struct prune_options {
	bool all, force;
	struct option_list filter;
};

static const struct option_spec volume_prune_option_table[] = {
	OPTION_FLAG(struct prune_options, all, "all", .letter = 'a',
		.help = "also those that have a name"),
	OPTION_LIST(struct prune_options, filter, "filter", .argument = "KEY=VALUE",
		.help = "only those with label=KEY[=VALUE], or without: label!=KEY[=VALUE]"),
	OPTION_FLAG(struct prune_options, force, "force", .letter = 'f', .is_hidden = true),
	OPTION_END,
};

static int volume_prune_run(struct command_call *call, struct err *err)
{
	const struct prune_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	struct volume *volumes = NULL;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = volume_list(call->arena, &making.store, &volumes, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct err problem = ERR_INIT;
		bool is_meant;

		r = passes_all(
			call->arena, &making.engine, &volumes[i], &options->filter, &is_meant, err);
		if (r < 0 || !is_meant || (!volumes[i].is_anonymous && !options->all))
			continue;
		r = volumes_remove(call->arena, &making.engine, volumes[i].name, &problem);
		if (r == 0)
			fprintf(call->out, "%s\n", volumes[i].name);
		else if (r != -EBUSY && r != -ENOENT)
			*err = problem;
		else
			r = 0;
	}
	return r;
}

const struct command engine_command_volume_prune = {
	.name = "volume prune",
	.summary = "remove the volumes without a name that no container uses",
	.description = "Prints what was removed, one a line.",
	.options = volume_prune_option_table,
	.options_size = sizeof(struct prune_options),
	.run = volume_prune_run,
};
