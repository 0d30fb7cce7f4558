/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "cli/template.h"
#include "oci/reference.h"

struct inspect_options {
	const char *format;
	const char *type;
};

static const struct option_spec inspect_option_table[] = {
	OPTION_STRING(struct inspect_options, format, "format", .letter = 'f', .argument = "FORMAT",
		.help = "json (on one line), or a template"),
	OPTION_CHOICE(struct inspect_options, type, "type", .argument = "image",
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

static const char *document_of(struct command_call *call, const struct store *store,
	const struct image *images, size_t n, const char *indent, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, indent);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n; i++)
		write_image(call, &writer, store, &images[i]);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

static int write_by_template(struct command_call *call, const struct store *store,
	const struct image *images, size_t n, struct err *err)
{
	const struct inspect_options *options = call->options;
	const bool is_json = strcmp(options->format, "json") == 0;
	const struct json_value *values;
	size_t length;
	const char *text = document_of(call, store, images, n, NULL, &length);
	int r = json_parse(call->arena, text, length, &values, err);

	for (size_t i = 0; r == 0 && i < values->length; i++) {
		const char *line = NULL;

		if (is_json)
			line = template_json(call->arena, &values->elements[i]);
		else
			r = template_render(
				call->arena, options->format, &values->elements[i], &line, err);
		if (r == 0)
			fprintf(call->out, "%s\n", line);
	}
	return r;
}

/* What is found is shown, even when something else is not there. */
static int inspect_run(struct command_call *call, struct err *err)
{
	const struct inspect_options *options = call->options;
	struct image *images = ARENA_NEW_ARRAY(call->arena, call->n_args, struct image);
	AUTO_STORE store = STORE_INIT;
	int first = 0;
	size_t n = 0;
	int r = image_store_open(call, &store, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < call->n_args; i++) {
		struct err problem = ERR_INIT;

		r = image_find_or_load(call->arena, &store, call->args[i], &images[n], &problem);
		if (r == 0)
			n++;
		else if (first == 0) {
			first = r;
			*err = problem;
		}
	}
	if (!text_is_empty(options->format)) {
		struct err problem = ERR_INIT;

		r = write_by_template(call, &store, images, n, &problem);
		if (r < 0 && first == 0) {
			first = r;
			*err = problem;
		}
	} else {
		fprintf(call->out, "%s\n",
			document_of(call, &store, images, n, "    ", &(size_t){ 0 }));
	}
	return first;
}

const struct command engine_command_inspect = {
	.name = "inspect",
	.arguments = "IMAGE...",
	.summary = "show everything about images",
	.options = inspect_option_table,
	.options_size = sizeof(struct inspect_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = inspect_run,
};
