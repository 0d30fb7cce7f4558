/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "engine/events/events.h"

struct import_options {
	struct option_list changes;
	const char *message;
	bool quiet;
};

static const struct option_spec import_option_table[] = {
	OPTION_LIST(struct import_options, changes, "change", .letter = 'c',
		.argument = "INSTRUCTION",
		.help = "how the image is run, as in a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, "
			"LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR"),
	OPTION_STRING(struct import_options, message, "message", .letter = 'm', .argument = "TEXT",
		.help = "for the image's history"),
	OPTION_FLAG(struct import_options, quiet, "quiet", .letter = 'q',
		.help = "do not show progress"),
	OPTION_END,
};

static int import_run(struct command_call *call, struct err *err)
{
	const struct import_options *options = call->options;
	struct image_progress progress = image_progress_begin(options->quiet);
	struct import_request request = {
		.path = text_equal(call->args[0], "-") ? NULL : call->args[0],
		.message = options->message,
		.changes = options->changes.items,
		.n_changes = options->changes.n_items,
		.progress = image_progress_show,
		.context = &progress,
	};
	AUTO_STORE store = STORE_INIT;
	const char *id;
	int r = 0;

	if (call->n_args > 1)
		r = image_target_name(call, call->args[1], &request.name, err);
	if (r == 0)
		r = image_store_open(call, &store, err);
	if (r == 0)
		r = image_import(call->arena, &store, &request, &id, err);
	if (r < 0)
		return r;
	event_write_image(call->arena, &store, "import", id,
		request.name ? image_familiar_name(call->arena, request.name) : NULL);
	fprintf(call->out, "%s\n", id);
	return 0;
}

const struct command engine_command_import = {
	.name = "import",
	.arguments = "FILE|- [NAME[:TAG]]",
	.summary = "make an image of a root file system's archive",
	.description = "The archive is a tar, plain or compressed; - is standard input.",
	.options = import_option_table,
	.options_size = sizeof(struct import_options),
	.min_args = 1,
	.max_args = 2,
	.run = import_run,
};
