/* SPDX-License-Identifier: Apache-2.0 */
/* network rm and network prune. */
#include <errno.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/network_members.h"

struct network_rm_options {
	bool force;
};

static const struct option_spec network_rm_option_table[] = {
	OPTION_FLAG(struct network_rm_options, force, "force", .letter = 'f',
		.help = "those that are not there are no failure"),
	OPTION_END,
};

static int remove_one(
	struct command_call *call, const struct engine *engine, const char *name, struct err *err)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	int r = networks_find(call->arena, engine->store, name, &place, err);

	return r < 0 ? r : network_members_remove(call->arena, engine, &place, err);
}

static int network_rm_run(struct command_call *call, struct err *err)
{
	const struct network_rm_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	int first = making_open(call, &making, err);

	for (size_t i = 0; making.store.root_fd >= 0 && i < call->n_args; i++) {
		struct err problem = ERR_INIT;
		int r = remove_one(call, &making.engine, call->args[i], &problem);

		if (r == -ENOENT && options->force)
			continue;
		if (r == 0)
			fprintf(call->out, "%s\n", call->args[i]);
		else if (first == 0) {
			first = r;
			*err = problem;
		} else
			warn(&problem);
	}
	return first;
}

const struct command engine_command_network_rm = {
	.name = "network rm",
	.arguments = "NETWORK...",
	.summary = "remove networks that no container is in",
	.options = network_rm_option_table,
	.options_size = sizeof(struct network_rm_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = network_rm_run,
};

/* ---- prune ---- */

struct network_prune_options {
	bool force;
};

static const struct option_spec network_prune_option_table[] = {
	OPTION_FLAG(struct network_prune_options, force, "force", .letter = 'f',
		.help = "as Docker has it; nothing is asked anyway"),
	OPTION_END,
};

/* The default one would be made again anyway, with other addresses. */
static int network_prune_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	struct network *networks;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = networks_list(call->arena, &making.store, &networks, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct err problem = ERR_INIT;
		int removed = text_equal(networks[i].name, NETWORK_DEFAULT_NAME)
				      ? -EBUSY
				      : remove_one(
						call, &making.engine, networks[i].name, &problem);

		if (removed == 0)
			fprintf(call->out, "%s\n", networks[i].name);
		else if (removed != -EBUSY && removed != -ENOENT) {
			*err = problem;
			r = removed;
		}
	}
	return r;
}

const struct command engine_command_network_prune = {
	.name = "network prune",
	.summary = "remove all networks that no container is in, but the default one",
	.options = network_prune_option_table,
	.options_size = sizeof(struct network_prune_options),
	.run = network_prune_run,
};
