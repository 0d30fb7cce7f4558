/* SPDX-License-Identifier: Apache-2.0 */
/*
 * each: a command that does the same with every container that it is given.
 *
 * Layer 3, role command. All that can be done is done; what was done is printed, a container a
 * line; the first failure is the command's, further ones are warnings.
 */
#pragma once

#include "cli/command.h"
#include "engine/container/containers.h"

struct each {
	struct command_call *call;
	const struct engine *engine;
	struct engine_container container; /* of this turn; not locked */
	const char *name;                  /* as it was given */
};

typedef int each_fn(struct each *each, struct err *err);

/* is_silent: fn prints for itself. ENOENT is success when misses_are_fine. */
struct each_how {
	each_fn *fn;
	bool is_silent;
	bool misses_are_fine;
};

int each_run(struct command_call *call, const struct each_how *how, struct err *err);

/* The same for one container: call->args[0]. */
int each_one(struct command_call *call, each_fn *fn, struct err *err);
