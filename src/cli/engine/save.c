/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "engine/events/events.h"
#include "oci/reference.h"

struct save_options {
	const char *output;
	const char *format;
};

static const struct option_spec save_option_table[] = {
	OPTION_CHOICE(struct save_options, format, "format",
		.argument = "docker-archive|oci-archive|oci-dir",
		.help = "form of what is written (default: docker-archive)"),
	OPTION_STRING(struct save_options, output, "output", .letter = 'o', .argument = "FILE",
		.help = "file, or for oci-dir directory, to write (default: standard output)"),
	OPTION_END,
};

static const struct json_enum formats[] = {
	{ "docker-archive", SAVE_FORMAT_DOCKER_ARCHIVE },
	{ "oci-archive", SAVE_FORMAT_OCI_ARCHIVE },
	{ "oci-dir", SAVE_FORMAT_OCI_DIR },
	{ NULL, 0 },
};

/* The name that the image was asked for by, if it has it. */
static const char *asked_name(
	struct command_call *call, const char *text, const struct image *image)
{
	struct oci_reference reference;
	struct err ignored = ERR_INIT;
	const char *name;

	if (oci_reference_parse_tagged(call->arena, text, &reference, &ignored) < 0)
		return NULL;
	reference.digest = NULL;
	name = oci_reference_text(call->arena, &reference);
	for (size_t i = 0; i < image->n_names; i++)
		if (strcmp(image->names[i], name) == 0)
			return image->names[i];
	return NULL;
}

static int find_images(struct command_call *call, const struct store *store,
	struct save_request *request, struct err *err)
{
	struct image *images = ARENA_NEW_ARRAY(call->arena, call->n_args, struct image);
	const char **names = ARENA_NEW_ARRAY(call->arena, call->n_args, const char *);
	int r = 0;

	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		r = image_find_or_load(call->arena, store, call->args[i], &images[i], err);
		if (r == 0)
			names[i] = asked_name(call, call->args[i], &images[i]);
	}
	request->images = images;
	request->names = names;
	request->n_images = call->n_args;
	return r;
}

static int check_output(
	const struct save_options *options, enum save_format format, struct err *err)
{
	if (options->output)
		return 0;
	if (format == SAVE_FORMAT_OCI_DIR)
		return err_fail(err, EINVAL, "--format oci-dir needs --output DIR");
	if (isatty(STDOUT_FILENO) == 1) {
		err_fail(err, EINVAL, "an archive is not written to a terminal");
		return err_hint(err, "use --output FILE, or `hull save … > FILE`");
	}
	return 0;
}

/* An archive that is not complete does not stay. */
static int save_file(struct command_call *call, const struct store *store,
	struct save_request *request, const char *path, struct err *err)
{
	const char *temporary = arena_printf(call->arena, "%s.hull-save", path);
	AUTO_FD int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", temporary);
	request->out_fd = fd;
	r = image_save(call->arena, store, request, err);
	if (r == 0 && rename(temporary, path) < 0)
		r = err_sys(err, "rename %s", path);
	if (r < 0)
		unlink(temporary);
	return r;
}

static void tell_saved(
	struct command_call *call, const struct store *store, const struct save_request *request)
{
	for (size_t i = 0; i < request->n_images; i++)
		event_write_image(call->arena, store, "save", request->images[i].id,
			request->names[i] ? image_familiar_name(call->arena, request->names[i])
					  : NULL);
}

static int save_run(struct command_call *call, struct err *err)
{
	const struct save_options *options = call->options;
	struct save_request request = { .out_fd = STDOUT_FILENO, .path = options->output };
	AUTO_STORE store = STORE_INIT;
	int r;

	if (options->format)
		request.format = (enum save_format)json_enum_value(formats, options->format);
	r = check_output(options, request.format, err);
	if (r == 0)
		r = image_store_open(call, &store, err);
	if (r == 0)
		r = find_images(call, &store, &request, err);
	if (r < 0)
		return r;
	if (options->output && request.format != SAVE_FORMAT_OCI_DIR)
		r = save_file(call, &store, &request, options->output, err);
	else
		r = image_save(call->arena, &store, &request, err);
	if (r == 0)
		tell_saved(call, &store, &request);
	return r;
}

const struct command engine_command_save = {
	.name = "save",
	.arguments = "IMAGE...",
	.summary = "write images to an archive or a directory",
	.description =
		"A docker-archive holds plain layers; the OCI forms hold blobs and digests as "
		"they came.",
	.options = save_option_table,
	.options_size = sizeof(struct save_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = save_run,
};
