/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/restart.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/utc.h"
#include "engine/container/start.h"
#include "engine/container/start_record.h"

enum {
	DELAY_MIN_MSEC = 100,
	DELAY_MAX_MSEC = 60 * 1000,
	UP_WELL_MSEC = 10 * 1000, /* whoever ran so long is not failing again and again */
};

bool restart_is_possible(const struct container_settings *settings)
{
	return settings->restart_policy && !text_equal(settings->restart_policy, "no");
}

bool restart_is_asked(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;

	if (!text_equal(settings->restart_policy, "on-failure"))
		return restart_is_possible(settings);
	return state->exit_code != 0 &&
	       (settings->restart_max == 0 ||
		       restart_record_read(arena, container->dir_fd).count < settings->restart_max);
}

/* on-failure is about failures of the program, as with Docker. */
bool restart_is_asked_at_boot(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;
	struct err none = ERR_INIT;
	struct stop_record stop;

	if (state->status != ENGINE_STATUS_EXITED)
		return false;
	if (text_equal(settings->restart_policy, "always"))
		return true;
	if (!text_equal(settings->restart_policy, "unless-stopped"))
		return false;
	return stop_record_read(arena, container->dir_fd, &stop, &none) < 0 ||
	       text_equal(stop.by, STOPPED_BY_SYSTEM);
}

int64_t restart_delay_msec(int64_t up_msec, int64_t before_msec)
{
	int64_t delay = up_msec >= UP_WELL_MSEC        ? 0
			: before_msec > DELAY_MAX_MSEC ? DELAY_MAX_MSEC
						       : before_msec * 2;

	return delay < DELAY_MIN_MSEC   ? DELAY_MIN_MSEC
	       : delay > DELAY_MAX_MSEC ? DELAY_MAX_MSEC
					: delay;
}

static int64_t up_msec(const struct engine_state *state)
{
	struct timespec started, finished;

	if (!state->started_at || !state->finished_at ||
		utc_parse(state->started_at, &started) < 0 ||
		utc_parse(state->finished_at, &finished) < 0)
		return 0;
	return (int64_t)(finished.tv_sec - started.tv_sec) * 1000 +
	       (finished.tv_nsec - started.tv_nsec) / 1000000;
}

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until then, or until somebody stops or removes the container. */
static int wait_unless_stopped(
	const struct engine_container *container, int64_t msec, struct err *err)
{
	const int64_t end = now_msec() + msec;
	AUTO_FD int watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[64], bytes[4096];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", container->dir_fd);
	if (watch_fd < 0 ||
		inotify_add_watch(watch_fd, path, IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF) < 0)
		return err_sys(err, "inotify %s", container->directory);
	for (;;) {
		struct pollfd polled = { .fd = watch_fd, .events = POLLIN };
		int64_t left = end - now_msec();

		if (left <= 0 || stop_record_is_there(container->dir_fd) ||
			access(container->directory, F_OK) < 0)
			return 0;
		poll(&polled, 1, (int)left);
		while (read(watch_fd, bytes, sizeof(bytes)) > 0)
			;
	}
}

/* Under the lock. Whatever happened while it waited: only what still asks for it is started. */
static int start_locked(struct arena *arena, const struct engine *engine,
	struct engine_container *container, struct restart_record *record, struct err *err)
{
	const struct start_request request = {
		.engine = engine,
		.container = container,
		.is_restart = true,
	};
	struct engine_state state;
	int client_fd;
	int r = containers_read_settings(arena, container, err);

	if (r == 0)
		r = containers_state(arena, engine, container, &state, err);
	if (r < 0 || state.status != ENGINE_STATUS_RESTARTING)
		return r;
	record->count++;
	r = restart_record_write(arena, container->dir_fd, record, err);
	return r < 0 ? r : engine_start(arena, &request, &client_fd, err);
}

int engine_restart_ended(struct arena *arena, const struct engine *engine,
	struct engine_container *container, struct err *err)
{
	struct restart_record record = restart_record_read(arena, container->dir_fd);
	struct engine_state state;
	int r = containers_state(arena, engine, container, &state, err);

	if (r < 0 || state.status != ENGINE_STATUS_RESTARTING)
		return r;
	record.delay_msec = restart_delay_msec(up_msec(&state), record.delay_msec);
	r = restart_record_write(arena, container->dir_fd, &record, err);
	if (r == 0)
		r = wait_unless_stopped(container, record.delay_msec, err);
	if (r == 0)
		r = containers_lock(container, err);
	if (r < 0)
		return r;
	r = start_locked(arena, engine, container, &record, err);
	flock(container->dir_fd, LOCK_UN);
	return r;
}
