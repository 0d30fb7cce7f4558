/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "engine/events/events.h"

struct load_options {
	const char *input;
	bool quiet;
};

static const struct option_spec load_option_table[] = {
	OPTION_STRING(struct load_options, input, "input", .letter = 'i', .argument = "FILE",
		.help = "archive or directory to read (default: standard input)"),
	OPTION_FLAG(
		struct load_options, quiet, "quiet", .letter = 'q', .help = "do not show progress"),
	OPTION_END,
};

static void tell(
	struct command_call *call, const struct store *store, const struct loaded_image *image)
{
	struct err skipped = ERR_INIT;

	event_write_image(call->arena, store, "load", image->id,
		image->n_names > 0 ? image_familiar_name(call->arena, image->names[0]) : NULL);
	for (size_t i = 0; i < image->n_names; i++)
		fprintf(call->out, "Loaded image: %s\n",
			image_familiar_name(call->arena, image->names[i]));
	if (image->n_names == 0)
		fprintf(call->out, "Loaded image ID: %s\n", image->id);
	if (image->n_devices_skipped == 0)
		return;
	err_fail(&skipped, EPERM,
		"%llu device nodes were left out: an ordinary user may not make them",
		(unsigned long long)image->n_devices_skipped);
	warn(&skipped);
}

static int load_run(struct command_call *call, struct err *err)
{
	const struct load_options *options = call->options;
	struct image_progress progress = image_progress_begin(options->quiet);
	const struct load_request request = {
		.path = text_equal(options->input, "-") ? NULL : options->input,
		.progress = image_progress_show,
		.context = &progress,
	};
	AUTO_STORE store = STORE_INIT;
	struct loaded_image *images;
	size_t n;
	int r;

	if (!request.path && isatty(STDIN_FILENO) == 1) {
		err_fail(err, EINVAL, "standard input is a terminal");
		return err_hint(err, "use --input FILE, or `hull load < FILE`");
	}
	r = image_store_open(call, &store, err);
	if (r == 0)
		r = image_load(call->arena, &store, &request, &images, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		tell(call, &store, &images[i]);
	return r;
}

const struct command engine_command_load = {
	.name = "load",
	.summary = "load images from an archive or a directory",
	.description =
		"Reads an OCI image layout (as an archive or a directory) or a "
		"docker-archive, plain or compressed by gzip, zstd or xz. Of an image for "
		"several platforms this machine's is taken. Every layer's digest is verified "
		"before it is used.",
	.options = load_option_table,
	.options_size = sizeof(struct load_options),
	.run = load_run,
};
