/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/spawn.h"

struct spawn_child {
	const struct spawn_request *request;
	int gate_fd;       /* read end: one byte says that the id maps are written; -1: none */
	int gate_other_fd; /* the caller's end, which a copy of it must not hold open */
	int enters_fd;     /* of v2, what it has to enter by itself; -1: it was born there */
	struct err failed; /* in shared memory: what went wrong before the exec */
};

/* Returns only when the exec failed, with the exit status; child->failed says why. */
int spawn_child_run(struct spawn_child *child);
