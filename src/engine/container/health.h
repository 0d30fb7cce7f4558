/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health: whether what runs in a container does what it is there for, found out by a command in it.
 *
 * Layer 3, role command. The monitor starts `hull healthcheck run` when it is time; health.json has
 * what came of it, in the words of Docker's State.Health. All of it is of the running start: a
 * result that comes later is dropped.
 */
#pragma once

#include "engine/container/containers.h"

enum {
	HEALTH_LOG_MAX = 5,
	HEALTH_OUTPUT_BYTES = 4096,
};

struct health_result {
	const char *start, *end; /* RFC 3339 */
	int32_t exit_code;       /* -1: it took too long */
	const char *output;
};

struct health_state {
	const char *status; /* "starting", "healthy", "unhealthy" */
	int64_t failing_streak;
	struct health_result *log; /* the newest is the last */
	size_t n_log;
};

/* The same with the defaults filled in; first: from the start to the first check. 0: no check. */
struct health_times {
	int64_t interval_msec, start_interval_msec, first_msec, timeout_msec, start_period_msec;
	int64_t retries;
};

bool health_is_configured(const struct container_healthcheck *health);
struct health_times health_times(const struct container_healthcheck *health);

/* Pure: what a result makes of a state. up_msec: since the container's start. */
void health_take_result(struct arena *arena, const struct health_times *times,
	const struct health_result *result, int64_t up_msec, struct health_state *state);

/* "starting", or no file where nothing is configured. */
int health_write_first(
	struct arena *arena, const struct engine_container *container, struct err *err);

/* ENOENT: nothing is configured. */
int health_read(struct arena *arena, const struct engine_container *container,
	struct health_state *ret, struct err *err);
void health_write_json(
	struct json_writer *writer, const char *key, const struct health_state *health);

/*
 * Runs the check in the container, which runs, and takes its result: *ret is the state after it,
 * *ret_has_changed whether its status is another. EINVAL: nothing is configured, it does not run.
 */
int health_check(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct health_state *ret, bool *ret_has_changed,
	struct err *err);
