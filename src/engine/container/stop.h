/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: containers that run, ended.
 *
 * Layer 3, role caller.
 */
#pragma once

#include "engine/container/containers.h"

/*
 * Sends the signal, and SIGKILL when the container has not ended after timeout_sec (< 0: never).
 * Returns when it has ended and nothing of it is left but its own directory (with --rm: not even
 * that). Nothing happens to one that does not run.
 */
int engine_stop(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int signal_number, int64_t timeout_sec,
	struct err *err);

/* Waits for its end; *ret_status is its exit status, at once if it does not run. */
int engine_wait(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int *ret_status, struct err *err);

/* EINVAL: "container … is not running". */
int engine_require_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct engine_state *ret, struct err *err);

/* What is left of its process goes (containers_clean), with --rm the container too. Somebody may
 * have been faster. EBUSY: it has been started again meanwhile. */
int engine_clean(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err);
