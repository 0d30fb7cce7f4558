/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "cli/container_id.h"
#include "cli/oci/commands.h"
#include "cli/oci/text_argument.h"

static const struct option_spec mounts_options[] = { OPTION_END };

typedef int change_mounts(const struct runtime *runtime, const char *id, const char *text,
	size_t size, struct err *err);

static change_mounts *function_of(const char *word)
{
	if (text_equal(word, "add"))
		return container_add_mounts;
	if (text_equal(word, "remove"))
		return container_remove_mounts;
	return NULL;
}

static int mounts_run(struct command_call *call, struct err *err)
{
	change_mounts *change = function_of(call->args[0]);
	const char *text;
	size_t length;
	int r;

	if (!change)
		return err_fail(
			err, EINVAL, "mounts: \"%s\" is neither add nor remove", call->args[0]);
	r = container_id_check(call->args[1], err);
	if (r == 0)
		r = text_argument_read(call->arena, call->args[2], &text, &length, err);
	if (r == 0)
		r = change(call->runtime, call->args[1], text, length, err);
	return r < 0 ? err_while(err, "mounts %s", call->args[0]) : 0;
}

const struct command oci_command_mounts = {
	.name = "mounts",
	.arguments = "add|remove ID FILE",
	.summary = "bring mounts to a running container, or take them away again",
	.description =
		"FILE has a JSON list of mounts as in config.json, or an object with one as its\n"
		"member \"mounts\"; - is standard input. Either all of them are added, or none.\n"
		"No symbolic link may lead to a destination. For remove only the destinations\n"
		"count, and only what was added by this command can be removed.",
	.options = mounts_options,
	.min_args = 3,
	.max_args = 3,
	.run = mounts_run,
};
