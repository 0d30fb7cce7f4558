/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "engine/events/events.h"
#include "oci/reference.h"

struct rmi_options {
	bool force;
};

static const struct option_spec rmi_option_table[] = {
	OPTION_FLAG(struct rmi_options, force, "force", .letter = 'f',
		.help = "also an image with several names by its id, and one that is not there"),
	OPTION_END,
};

/* The image's own name that the argument is; NULL: it is an id. */
static const char *name_of(struct command_call *call, const char *text, const struct image *image)
{
	struct oci_reference reference;
	struct err ignored = ERR_INIT;
	const char *familiar;

	if (oci_reference_parse_tagged(call->arena, text, &reference, &ignored) < 0)
		return NULL;
	reference.digest = NULL;
	familiar = oci_reference_text(call->arena, &reference);
	for (size_t i = 0; i < image->n_names; i++)
		if (strcmp(image->names[i], familiar) == 0 ||
			strcmp(image->names[i],
				arena_printf(call->arena, "localhost/%s:%s",
					text_has_prefix(reference.path, "library/")
						? reference.path + strlen("library/")
						: reference.path,
					reference.tag ? reference.tag : "")) == 0)
			return image->names[i];
	return NULL;
}

static int check_unused(struct command_call *call, const struct store *store,
	const struct image *image, struct err *err)
{
	struct store_pin *pins;
	size_t n;
	int r = store_list_pins(call->arena, store, &pins, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (strcmp(pins[i].manifest_digest, image->descriptor.digest) == 0)
			return err_fail(err, EBUSY, "image %s is used by container %s",
				image_short_id(call->arena, image->id), pins[i].name);
	return r;
}

static void tell_untagged(struct command_call *call, const struct store *store,
	const struct image *image, const char *name)
{
	const char *familiar = image_familiar_name(call->arena, name);

	event_write_image(call->arena, store, "untag", image->id, familiar);
	fprintf(call->out, "Untagged: %s\n", familiar);
}

static int forget(struct command_call *call, const struct store *store, const struct image *image,
	struct err *err)
{
	int r = check_unused(call, store, image, err);

	if (r == 0)
		r = image_forget(call->arena, store, image->descriptor.digest, err);
	for (size_t i = 0; r == 0 && i < image->n_names; i++)
		tell_untagged(call, store, image, image->names[i]);
	if (r < 0)
		return r;
	event_write_image(call->arena, store, "delete", image->id, NULL);
	fprintf(call->out, "Deleted: %s\n", image->id);
	return 0;
}

static int remove_one(
	struct command_call *call, const struct store *store, const char *text, struct err *err)
{
	const struct rmi_options *options = call->options;
	struct image image;
	const char *name;
	int r = image_find(call->arena, store, text, &image, err);

	if (r < 0)
		return r;
	name = name_of(call, text, &image);
	if (name && image.n_names > 1) {
		r = image_unname(call->arena, store, name, err);
		if (r == 0)
			tell_untagged(call, store, &image, name);
		return r;
	}
	if (!name && image.n_names > 1 && !options->force) {
		err_fail(err, EBUSY, "image %s has %zu names",
			image_short_id(call->arena, image.id), image.n_names);
		return err_hint(err, "remove one of them, or all with --force");
	}
	return forget(call, store, &image, err);
}

/* All that can be removed are; the first failure is told. */
static int rmi_run(struct command_call *call, struct err *err)
{
	const struct rmi_options *options = call->options;
	AUTO_STORE store = STORE_INIT;
	int first = 0;
	int r = image_store_open(call, &store, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < call->n_args; i++) {
		struct err problem = ERR_INIT;

		r = remove_one(call, &store, call->args[i], &problem);
		if (r == -ENOENT && options->force)
			continue;
		if (r < 0 && first == 0) {
			first = r;
			*err = problem;
		}
	}
	r = store_collect(call->arena, &store, NULL, first < 0 ? &(struct err){ 0 } : err);
	return first < 0 ? first : r;
}

const struct command engine_command_rmi = {
	.name = "rmi",
	.arguments = "IMAGE...",
	.summary = "remove images",
	.description = "A name goes; with its last name goes the image, and what no other image "
		       "needs of it. While another command adds or saves images nothing is deleted "
		       "yet: the next rmi does it.",
	.options = rmi_option_table,
	.options_size = sizeof(struct rmi_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = rmi_run,
};
