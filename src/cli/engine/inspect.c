/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/documents.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_inspect.h"
#include "cli/engine/image_store.h"
#include "oci/reference.h"

struct inspect_options {
	const char *format;
	const char *type;
};

static const struct option_spec inspect_option_table[] = {
	OPTION_STRING(struct inspect_options, format, "format", .letter = 'f', .argument = "FORMAT",
		.help = "json (on one line), or a template"),
	OPTION_CHOICE(struct inspect_options, type, "type", .argument = "container|image",
		.help = "what the names are of"),
	OPTION_END,
};

static void write_names(
	struct command_call *call, struct json_writer *writer, const struct image *image)
{
	json_write_list(writer, "RepoTags");
	for (size_t i = 0; i < image->n_names; i++)
		json_write_string(writer, NULL, image_familiar_name(call->arena, image->names[i]));
	json_write_end(writer);
	json_write_list(writer, "RepoDigests");
	for (size_t i = 0; i < image->n_names; i++) {
		const char *repository, *tag;

		image_split_name(call->arena, image->names[i], &repository, &tag);
		json_write_string(writer, NULL,
			arena_printf(call->arena, "%s@%s", repository, image->descriptor.digest));
	}
	json_write_end(writer);
}

static void write_layers(struct command_call *call, struct json_writer *writer,
	const struct store *store, const struct image *image)
{
	json_write_object(writer, "RootFS");
	json_write_string(writer, "Type", "layers");
	json_write_strings(writer, "Layers", image->config.diff_ids, image->config.n_diff_ids);
	json_write_end(writer);
	json_write_list(writer, "LayerDirs");
	for (size_t i = 0; i < image->config.n_diff_ids; i++)
		json_write_string(writer, NULL,
			store_layer_path(call->arena, store, image->config.diff_ids[i]));
	json_write_end(writer);
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
	json_write_string(writer, key, text ? text : "");
}

static void write_image(struct command_call *call, struct json_writer *writer,
	const struct store *store, const struct image *image)
{
	const struct oci_image_config *config = &image->config;

	json_write_object(writer, NULL);
	json_write_string(writer, "Id", image->id);
	json_write_string(writer, "Digest", image->descriptor.digest);
	write_names(call, writer, image);
	write_text(writer, "Comment",
		config->n_history > 0 ? config->history[config->n_history - 1].comment : NULL);
	write_text(writer, "Created", config->created);
	write_text(writer, "Author", config->author);
	write_text(writer, "Architecture", config->architecture);
	write_text(writer, "Variant", config->variant);
	write_text(writer, "Os", config->os);
	json_write_u64(writer, "Size", image->size);
	oci_image_run_write(writer, "Config", &config->run);
	write_layers(call, writer, store, image);
	json_write_end(writer);
}

/* One of both. */
struct thing {
	bool is_container;
	struct image image;
	struct engine_container container;
	struct engine_state state;
};

static const char *document_of(struct command_call *call, const struct store *store,
	const struct thing *things, size_t n, const char *indent, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, indent);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n; i++)
		if (things[i].is_container)
			container_inspect_write(call->arena, store, &writer, &things[i].container,
				&things[i].state);
		else
			write_image(call, &writer, store, &things[i].image);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

static int find_container(struct command_call *call, const struct store *store, const char *name,
	struct thing *ret, struct err *err)
{
	struct engine engine;
	int r = engine_init(call->arena, store, &engine, err);

	if (r == 0)
		r = containers_open(call->arena, &engine, name, &ret->container, err);
	if (r < 0)
		return r;
	ret->is_container = true;
	return containers_state(call->arena, &engine, &ret->container, &ret->state, err);
}

/* A container goes ahead of an image of the same name. */
static int find_thing(struct command_call *call, const struct store *store, const char *name,
	struct thing *ret, struct err *err)
{
	const struct inspect_options *options = call->options;
	const char *type = options->type ? options->type : call->group; /* `image inspect` */
	struct err problem = ERR_INIT;
	int r = -ENOENT;

	*ret = (struct thing){ .container = ENGINE_CONTAINER_INIT };
	if (!text_equal(type, "image"))
		r = find_container(call, store, name, ret, &problem);
	if (r == -ENOENT && !text_equal(type, "container")) {
		problem = ERR_INIT;
		r = image_find_or_load(call->arena, store, name, &ret->image, &problem);
	}
	if (r == -ENOENT && text_is_empty(type))
		return err_fail(err, ENOENT, "no such container or image: %s", name);
	if (r < 0)
		*err = problem;
	return r;
}

/* What is found is shown, even when something else is not there. */
static int inspect_run(struct command_call *call, struct err *err)
{
	const struct inspect_options *options = call->options;
	struct thing *things = ARENA_NEW_ARRAY(call->arena, call->n_args, struct thing);
	AUTO_STORE store = STORE_INIT;
	struct err problem = ERR_INIT;
	const char *text;
	int first = 0;
	size_t n = 0, length;
	int r = image_store_open(call, &store, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < call->n_args; i++) {
		problem = ERR_INIT;
		r = find_thing(call, &store, call->args[i], &things[n], &problem);
		if (r == 0)
			n++;
		else if (first == 0) {
			first = r;
			*err = problem;
		}
	}
	problem = ERR_INIT;
	text = document_of(call, &store, things, n, documents_indent(options->format), &length);
	r = documents_write(call, text, length, options->format, &problem);
	for (size_t i = 0; i < n; i++)
		containers_close(&things[i].container);
	if (r < 0 && first == 0) {
		first = r;
		*err = problem;
	}
	return first;
}

const struct command engine_command_inspect = {
	.name = "inspect",
	.arguments = "CONTAINER|IMAGE...",
	.summary = "show everything about containers or images",
	.options = inspect_option_table,
	.options_size = sizeof(struct inspect_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = inspect_run,
};
