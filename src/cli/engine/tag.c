/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "engine/events/events.h"

static const struct option_spec tag_option_table[] = { OPTION_END };

static int tag_run(struct command_call *call, struct err *err)
{
	AUTO_STORE store = STORE_INIT;
	AUTO_FD int use_fd = -1;
	struct image image;
	const char *name;
	int r = image_target_name(call, call->args[1], &name, err);

	if (r == 0)
		r = image_store_open(call, &store, err);
	if (r == 0)
		r = image_find_or_load(call->arena, &store, call->args[0], &image, err);
	if (r == 0)
		r = store_use(&store, &use_fd, err);
	/* again: it may have gone before the store was in use */
	if (r == 0)
		r = image_find(call->arena, &store, image.id, &image, err);
	if (r == 0)
		r = image_name(call->arena, &store, &image.descriptor, &name, 1, err);
	if (r == 0)
		event_write_image(call->arena, &store, "tag", image.id,
			image_familiar_name(call->arena, name));
	return r;
}

const struct command engine_command_tag = {
	.name = "tag",
	.arguments = "IMAGE NAME[:TAG]",
	.summary = "give an image one more name",
	.description = "The name is taken from the image that has it, if there is one.",
	.options = tag_option_table,
	.min_args = 2,
	.max_args = 2,
	.run = tag_run,
};
