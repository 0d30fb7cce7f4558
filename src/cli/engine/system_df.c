/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/human.h"
#include "cli/listing.h"
#include "engine/container/disk_use.h"
#include "engine/image/image.h"
#include "sys/directory.h"

struct df_options {
	const char *format;
};

static const struct option_spec df_option_table[] = {
	OPTION_STRING(struct df_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_END,
};

struct kind_use {
	const char *type;
	uint64_t n_total, n_active, bytes, reclaimable;
};

static void write_kind(struct arena *arena, struct json_writer *writer, const struct kind_use *use)
{
	uint64_t percent = use->bytes ? use->reclaimable * 100 / use->bytes : 0;

	json_write_object(writer, NULL);
	json_write_string(writer, "Type", use->type);
	json_write_string(writer, "TotalCount",
		arena_printf(arena, "%llu", (unsigned long long)use->n_total));
	json_write_string(
		writer, "Active", arena_printf(arena, "%llu", (unsigned long long)use->n_active));
	json_write_string(writer, "Size", human_size(arena, use->bytes));
	json_write_string(writer, "Reclaimable",
		use->bytes ? arena_printf(arena, "%s (%llu%%)", human_size(arena, use->reclaimable),
				     (unsigned long long)percent)
			   : human_size(arena, use->reclaimable));
	json_write_end(writer);
}

/* A layer of several images is there once. */
struct layer_use {
	const char *diff_id;
	bool is_active;
};

static void add_layers(struct arena *arena, const struct image *image, bool is_active,
	struct layer_use **layers, size_t *n)
{
	for (size_t i = 0; i < image->config.n_diff_ids; i++) {
		size_t at = 0;

		while (at < *n && strcmp((*layers)[at].diff_id, image->config.diff_ids[i]) != 0)
			at++;
		if (at == *n)
			ARENA_APPEND(arena, *layers,
				*n) = (struct layer_use){ .diff_id = image->config.diff_ids[i] };
		(*layers)[at].is_active |= is_active;
	}
}

static int use_of_images(
	struct command_call *call, const struct store *store, struct kind_use *use, struct err *err)
{
	struct layer_use *layers = NULL;
	struct store_pin *pins;
	struct image *images;
	size_t n_pins, n = 0, n_layers = 0;
	int r = store_list_pins(call->arena, store, &pins, &n_pins, err);

	if (r == 0)
		r = image_list(call->arena, store, &images, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		bool is_active = false;

		for (size_t k = 0; k < n_pins; k++)
			is_active |= strcmp(pins[k].manifest_digest, images[i].descriptor.digest) ==
				     0;
		use->n_total++;
		use->n_active += is_active;
		add_layers(call->arena, &images[i], is_active, &layers, &n_layers);
	}
	for (size_t i = 0; i < n_layers; i++) {
		uint64_t bytes = disk_use(store_layer_path(call->arena, store, layers[i].diff_id));

		use->bytes += bytes;
		use->reclaimable += layers[i].is_active ? 0 : bytes;
	}
	return r;
}

static int use_of_containers(struct command_call *call, const struct engine *engine,
	struct kind_use *use, struct err *err)
{
	struct engine_container *containers;
	size_t n = 0;
	int r = containers_list(call->arena, engine, &containers, &n, err);

	for (size_t i = 0; i < n; i++) {
		struct engine_state state = { 0 };
		uint64_t bytes = disk_use(containers[i].directory);
		bool is_active;

		if (r == 0)
			r = containers_state(call->arena, engine, &containers[i], &state, err);
		is_active = state.status == ENGINE_STATUS_RUNNING ||
			    state.status == ENGINE_STATUS_PAUSED ||
			    state.status == ENGINE_STATUS_RESTARTING;
		use->n_total++;
		use->n_active += is_active;
		use->bytes += bytes;
		use->reclaimable += is_active ? 0 : bytes;
		containers_close(&containers[i]);
	}
	return r;
}

/* A volume is used by a container that has a mount of its name. */
static bool is_volume_used(const struct engine_container *containers, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < containers[i].settings.n_mounts; k++)
			if (text_equal(containers[i].settings.mounts[k].type, "volume") &&
				text_equal(containers[i].settings.mounts[k].source, name))
				return true;
	return false;
}

static int use_of_volumes(struct command_call *call, const struct engine *engine,
	struct kind_use *use, struct err *err)
{
	struct engine_container *containers;
	const char *name;
	size_t n = 0;
	AUTO_FD int fd = openat(
		engine->store->root_fd, "volumes", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? 0 : containers_list(call->arena, engine, &containers, &n, err);

	if (fd < 0 || r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		uint64_t bytes = disk_use(
			arena_printf(call->arena, "%s/volumes/%s", engine->store->root, name));
		bool is_active = is_volume_used(containers, n, name);

		use->n_total++;
		use->n_active += is_active;
		use->bytes += bytes;
		use->reclaimable += is_active ? 0 : bytes;
	}
	for (size_t i = 0; i < n; i++)
		containers_close(&containers[i]);
	return r;
}

static int df_run(struct command_call *call, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "TYPE", "Type", false },
		{ "TOTAL", "TotalCount", false },
		{ "ACTIVE", "Active", false },
		{ "SIZE", "Size", false },
		{ "RECLAIMABLE", "Reclaimable", false },
		{ NULL, NULL, false },
	};
	const struct df_options *options = call->options;
	struct kind_use images = { .type = "Images" }, containers = { .type = "Containers" };
	struct kind_use volumes = { .type = "Local Volumes" };
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	struct listing listing = { columns, NULL, options->format };
	AUTO_MAKING making = MAKING_INIT;
	const char *text;
	size_t length;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = use_of_images(call, &making.store, &images, err);
	if (r == 0)
		r = use_of_containers(call, &making.engine, &containers, err);
	if (r == 0)
		r = use_of_volumes(call, &making.engine, &volumes, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	write_kind(call->arena, &writer, &images);
	write_kind(call->arena, &writer, &containers);
	write_kind(call->arena, &writer, &volumes);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(call->arena, text, length, &listing.rows, err);
	return r < 0 ? r : listing_write(call->arena, &listing, call->out, err);
}

const struct command engine_command_system_df = {
	.name = "system df",
	.summary = "show how much of the disk images, containers and volumes take",
	.description = "A layer that several images have counts once. Reclaimable is what is of no "
		       "use to a container (images), or of none that runs (containers).",
	.options = df_option_table,
	.options_size = sizeof(struct df_options),
	.run = df_run,
};
