/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/each.h"

#include <errno.h>

#include "base/warn.h"
#include "cli/engine/making.h"

static int take_turn(struct each *each, each_fn *fn, struct err *err)
{
	int r = containers_open(each->call->arena, each->engine, each->name, &each->container, err);

	if (r == 0)
		r = fn(each, err);
	containers_close(&each->container);
	return r;
}

static void remember(const struct err *problem, int *first, struct err *err)
{
	if (*first == 0)
		*err = *problem;
	else
		warn(problem);
	if (*first == 0)
		*first = -problem->code;
}

int each_run(struct command_call *call, const struct each_how *how, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	int first = 0;
	int r = making_open(call, &making, err);

	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		struct each each = {
			.call = call,
			.engine = &making.engine,
			.container = ENGINE_CONTAINER_INIT,
			.name = call->args[i],
		};
		struct err problem = ERR_INIT;
		int turn = take_turn(&each, how->fn, &problem);

		if (turn == -ENOENT && how->misses_are_fine)
			continue;
		if (turn < 0)
			remember(&problem, &first, err);
		else if (!how->is_silent)
			fprintf(call->out, "%s\n", call->args[i]);
	}
	return r < 0 ? r : first;
}

int each_one(struct command_call *call, each_fn *fn, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	struct each each = {
		.call = call,
		.engine = &making.engine,
		.container = ENGINE_CONTAINER_INIT,
		.name = call->args[0],
	};
	int r = making_open(call, &making, err);

	return r < 0 ? r : take_turn(&each, fn, err);
}
