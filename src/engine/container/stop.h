/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop: containers that run, ended.
 *
 * Layer 3, role caller.
 */
#pragma once

#include "engine/container/containers.h"

struct stop_request {
	const char *by; /* for the record: "stop", "rm" … (start_record.h) */
	int signal_number;
	int64_t timeout_sec; /* then SIGKILL; < 0: never */
};

/*
 * Writes down who stops it, so that its policy does not start it again, and sends the signal.
 * Returns when it has ended and nothing of it is left but its own directory (with --rm: not even
 * that). One that waits for another start does not get it; nothing happens to one that does not
 * run.
 */
int engine_stop(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct stop_request *request,
	struct err *err);

/* Kills it if it runs, and removes it with its layer, log and name. by: as above. */
int engine_remove(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *by, struct err *err);

/* Sends the signal only. is_end: whoever sends it means to end the container. */
int engine_kill(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int signal_number, bool is_end, struct err *err);

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
