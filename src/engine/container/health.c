/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/health.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utc.h"
#include "engine/container/health_run.h"
#include "engine/container/start_record.h"
#include "engine/container/stop.h"
#include "engine/events/events.h"

#define HEALTH_NAME "health.json"

enum {
	NSEC_PER_MSEC = 1000000,
	INTERVAL_MSEC = 30000,
	TIMEOUT_MSEC = 30000,
	START_INTERVAL_MSEC = 5000,
	RETRIES = 3,
};

static const struct json_field result_fields[] = {
	JSON_STRING(struct health_result, "Start", start, .is_required = true),
	JSON_STRING(struct health_result, "End", end, .is_required = true),
	JSON_I32(struct health_result, "ExitCode", exit_code),
	JSON_STRING(struct health_result, "Output", output, .is_required = true),
	{ .name = NULL },
};
static const struct json_field result_row = { .type = JSON_FIELD_OBJECT, .nested = result_fields };

static const struct json_field health_fields[] = {
	JSON_STRING(struct health_state, "Status", status, .is_required = true),
	JSON_I64(struct health_state, "FailingStreak", failing_streak),
	JSON_ARRAY(struct health_state, "Log", log, n_log, &result_row),
	{ .name = NULL },
};

bool health_is_configured(const struct container_healthcheck *health)
{
	return health->n_test > 1 &&
	       (text_equal(health->test[0], "CMD") || text_equal(health->test[0], "CMD-SHELL"));
}

static int64_t msec_or(int64_t nsec, int64_t otherwise)
{
	return nsec > 0 ? (nsec + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC : otherwise;
}

struct health_times health_times(const struct container_healthcheck *health)
{
	struct health_times times = { 0 };

	if (!health_is_configured(health))
		return times;
	times.interval_msec = msec_or(health->interval, INTERVAL_MSEC);
	times.timeout_msec = msec_or(health->timeout, TIMEOUT_MSEC);
	times.start_period_msec = msec_or(health->start_period, 0);
	times.start_interval_msec = msec_or(health->start_interval, START_INTERVAL_MSEC);
	if (times.start_interval_msec > times.interval_msec)
		times.start_interval_msec = times.interval_msec;
	times.first_msec = times.start_period_msec > 0 ? times.start_interval_msec
						       : times.interval_msec;
	times.retries = health->retries > 0 ? health->retries : RETRIES;
	return times;
}

/* The oldest one goes. */
static void add_result(
	struct arena *arena, const struct health_result *result, struct health_state *state)
{
	size_t kept = state->n_log < HEALTH_LOG_MAX ? state->n_log : HEALTH_LOG_MAX - 1;
	struct health_result *log = ARENA_NEW_ARRAY(arena, kept + 1, struct health_result);

	for (size_t i = 0; i < kept; i++)
		log[i] = state->log[state->n_log - kept + i];
	log[kept] = *result;
	state->log = log;
	state->n_log = kept + 1;
}

void health_take_result(struct arena *arena, const struct health_times *times,
	const struct health_result *result, int64_t up_msec, struct health_state *state)
{
	bool is_starting = text_equal(state->status, "starting");

	add_result(arena, result, state);
	if (result->exit_code == 0) {
		state->failing_streak = 0;
		state->status = "healthy";
		return;
	}
	if (is_starting && up_msec < times->start_period_msec)
		return;
	state->failing_streak++;
	if (state->failing_streak >= times->retries)
		state->status = "unhealthy";
}

void health_write_json(
	struct json_writer *writer, const char *key, const struct health_state *health)
{
	json_write_object(writer, key);
	json_write_string(writer, "Status", health->status);
	json_write_i64(writer, "FailingStreak", health->failing_streak);
	json_write_list(writer, "Log");
	for (size_t i = 0; i < health->n_log; i++) {
		json_write_object(writer, NULL);
		json_write_string(writer, "Start", health->log[i].start);
		json_write_string(writer, "End", health->log[i].end);
		json_write_i64(writer, "ExitCode", health->log[i].exit_code);
		json_write_string(writer, "Output", health->log[i].output);
		json_write_end(writer);
	}
	json_write_end(writer);
	json_write_end(writer);
}

static int write_state(struct arena *arena, const struct engine_container *container,
	const struct health_state *state, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	const char *text;
	size_t length;

	health_write_json(&writer, NULL, state);
	text = json_write_text(&writer, &length);
	return file_replace(container->dir_fd, HEALTH_NAME, text, length, 0600, err);
}

int health_write_first(
	struct arena *arena, const struct engine_container *container, struct err *err)
{
	const struct health_state first = { .status = "starting" };

	if (health_is_configured(&container->settings.health))
		return write_state(arena, container, &first, err);
	unlinkat(container->dir_fd, HEALTH_NAME, 0);
	return 0;
}

int health_read(struct arena *arena, const struct engine_container *container,
	struct health_state *ret, struct err *err)
{
	*ret = (struct health_state){ 0 };
	if (!health_is_configured(&container->settings.health))
		return err_fail(err, ENOENT, "container %s has no defined healthcheck",
			container->settings.name);
	return fact_read(arena, container->dir_fd, HEALTH_NAME, health_fields, ret, err);
}

static int64_t msec_between(const char *from, const char *to)
{
	struct timespec begin, end;

	if (utc_parse(from, &begin) < 0 || utc_parse(to, &end) < 0)
		return 0;
	return (int64_t)(end.tv_sec - begin.tv_sec) * 1000 +
	       (end.tv_nsec - begin.tv_nsec) / NSEC_PER_MSEC;
}

/* Under the lock. started_at: of the start that the result is of. */
static int take_locked(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct health_result *result,
	const char *started_at, struct health_state *ret, bool *ret_has_changed, struct err *err)
{
	const struct health_times times = health_times(&container->settings.health);
	struct start_record start;
	const char *before;
	int r = start_record_read(arena, container->dir_fd, &start, err);

	if (r < 0)
		return r;
	if (!text_equal(start.started_at, started_at))
		return err_fail(err, ESRCH, "the container has been started again meanwhile");
	r = health_read(arena, container, ret, err);
	if (r < 0)
		return r;
	before = ret->status;
	health_take_result(arena, &times, result, msec_between(started_at, result->start), ret);
	r = write_state(arena, container, ret, err);
	*ret_has_changed = r == 0 && !text_equal(before, ret->status);
	if (*ret_has_changed)
		event_write_container(arena, engine->store, container,
			arena_printf(arena, "health_status: %s", ret->status), NULL, 0);
	return r;
}

int health_check(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct health_state *ret, bool *ret_has_changed,
	struct err *err)
{
	struct health_result result;
	struct engine_state state;
	int r;

	*ret_has_changed = false;
	if (!health_is_configured(&container->settings.health))
		return err_fail(err, EINVAL, "container %s has no defined healthcheck",
			container->settings.name);
	r = engine_require_running(arena, engine, container, &state, err);
	if (r == 0 && state.status == ENGINE_STATUS_PAUSED)
		return err_fail(err, EINVAL, "container %s is paused", container->settings.name);
	if (r == 0)
		r = health_run(arena, engine, container, &result, err);
	if (r == 0)
		r = containers_lock(container, err);
	if (r < 0)
		return r;
	r = take_locked(
		arena, engine, container, &result, state.started_at, ret, ret_has_changed, err);
	flock(container->dir_fd, LOCK_UN);
	return r;
}
