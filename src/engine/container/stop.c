/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/attach.h"
#include "engine/container/start_record.h"
#include "engine/container/volumes.h"
#include "engine/events/events.h"

enum {
	KILL_WAIT_SEC = 10,
	POLL_MSEC = 10,
};

static bool is_running(const struct engine_state *state)
{
	return state->status == ENGINE_STATUS_RUNNING || state->status == ENGINE_STATUS_PAUSED;
}

int engine_require_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct engine_state *ret, struct err *err)
{
	int r = containers_state(arena, engine, container, ret, err);

	if (r < 0 || is_running(ret))
		return r;
	return err_fail(err, EINVAL, "container %s is not running",
		container->settings.name ? container->settings.name : container->id);
}

/* Under the lock: what ended may have been started again, and that is not to be removed. */
static int clean_locked(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err)
{
	struct engine_state state;
	int r = containers_state(arena, engine, container, &state, err);

	if (r < 0)
		return r;
	if (is_running(&state))
		return err_fail(
			err, EBUSY, "container %.12s has been started again", container->id);
	r = containers_clean(engine, container, err);
	if (r < 0 || !container->settings.auto_remove)
		return r;
	r = containers_remove(arena, engine, container, err);
	if (r == 0 && !container->keeps_volumes)
		volumes_remove_anonymous(arena, engine, &container->settings);
	return r;
}

int engine_clean(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = containers_lock(container, &problem);

	if (r == 0)
		r = clean_locked(arena, engine, container, &problem);
	if (r < 0 && r != -ENOENT) {
		*err = problem;
		return r;
	}
	flock(container->dir_fd, LOCK_UN);
	return 0;
}

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* For a container whose monitor was killed: nobody tells of its end. */
static int poll_state(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int64_t timeout_msec, int *ret_status,
	struct err *err)
{
	const struct timespec pause = { .tv_nsec = POLL_MSEC * 1000000 };
	const int64_t end = now_msec() + timeout_msec;
	struct engine_state state;

	for (;;) {
		int r = containers_state(arena, engine, container, &state, err);

		if (r < 0)
			return r;
		if (!is_running(&state)) {
			*ret_status = state.exit_code;
			return 0;
		}
		if (timeout_msec >= 0 && now_msec() >= end)
			return err_fail(err, ETIMEDOUT, "the container has not ended");
		nanosleep(&pause, NULL);
	}
}

/* fd: a connection to the monitor, or -1. */
static int wait_for_end(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int fd, int64_t timeout_msec, int *ret_status,
	struct err *err)
{
	struct err problem = ERR_INIT;
	int r = fd < 0 ? -EPIPE : attach_wait(fd, timeout_msec, ret_status, &problem);

	if (r == -EPIPE)
		return poll_state(arena, engine, container, timeout_msec, ret_status, err);
	if (r < 0)
		*err = problem;
	return r;
}

static void connect_if_there(const struct engine_container *container, int *ret_fd)
{
	struct err ignored = ERR_INIT; /* then poll_state() */

	attach_connect(container, false, ret_fd, &ignored);
}

static void tell_signal(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int signal_number)
{
	const struct oci_key_value attribute = {
		"signal",
		arena_printf(arena, "%d", signal_number),
	};

	event_write_container(arena, engine->store, container, "kill", &attribute, 1);
}

/* A frozen container takes its signals when it goes on. */
static int send_signal(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct engine_state *state,
	int signal_number, struct err *err)
{
	struct err problem = ERR_INIT;
	int r;

	tell_signal(arena, engine, container, signal_number); /* its end is told next */
	r = container_kill(&engine->runtime, container->id, signal_number, false, &problem);
	if (r == -ESRCH || r == -ENOENT)
		return 0; /* it has just ended */
	if (r == 0 && state->status == ENGINE_STATUS_PAUSED) {
		struct err ignored = ERR_INIT; /* it may go on already */

		container_resume(&engine->runtime, container->id, &ignored);
	}
	if (r < 0)
		*err = problem;
	return r;
}

/* The lock: nobody is about to start it who has not seen the record. ENOENT: it is gone. */
static int note_stop(struct arena *arena, const struct engine_container *container, const char *by,
	int signal_number, struct err *err)
{
	int r = containers_lock(container, err);

	if (r < 0)
		return r;
	r = stop_record_write(arena, container->dir_fd, by, signal_number, err);
	flock(container->dir_fd, LOCK_UN);
	return r;
}

int engine_kill(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int signal_number, bool is_end, struct err *err)
{
	struct engine_state state;
	int r = engine_require_running(arena, engine, container, &state, err);

	if (r == 0 && is_end)
		r = note_stop(arena, container, "kill", signal_number, err);
	if (r < 0)
		return r;
	tell_signal(arena, engine, container, signal_number); /* its end may be told next */
	return container_kill(&engine->runtime, container->id, signal_number, false, err);
}

/* The signal, then SIGKILL, and its end. */
static int end_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct engine_state *state, int fd,
	const struct stop_request *request, struct err *err)
{
	const int64_t timeout_sec = request->timeout_sec;
	struct err problem = ERR_INIT;
	int status;
	int r = send_signal(arena, engine, container, state, request->signal_number, err);

	if (r < 0)
		return r;
	r = wait_for_end(arena, engine, container, fd, timeout_sec < 0 ? -1 : timeout_sec * 1000,
		&status, &problem);
	if (r != -ETIMEDOUT) {
		if (r < 0)
			*err = problem;
		return r;
	}
	r = send_signal(arena, engine, container, state, SIGKILL, err);
	return r < 0 ? r
		     : wait_for_end(
			       arena, engine, container, fd, KILL_WAIT_SEC * 1000, &status, err);
}

static int stop_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct engine_state *state,
	const struct stop_request *request, struct err *err)
{
	struct err problem = ERR_INIT;
	AUTO_FD int fd = -1;
	int r;

	connect_if_there(container, &fd);
	if (fd >= 0)
		attach_tell_cleans(fd);
	r = end_running(arena, engine, container, state, fd, request, err);
	if (r < 0)
		return r;
	if (!text_equal(request->by, "rm"))
		event_write_container(arena, engine->store, container, "stop", NULL, 0);
	r = engine_clean(arena, engine, container, &problem);
	if (r == 0 && fd >= 0)
		attach_tell_ended(fd);
	if (r < 0 && r != -EBUSY) { /* it has ended, whatever came then */
		*err = problem;
		return r;
	}
	return 0;
}

int engine_stop(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct stop_request *request,
	struct err *err)
{
	struct err gone = ERR_INIT;
	struct engine_state state;
	int r = containers_state(arena, engine, container, &state, err);

	if (r < 0 || (!is_running(&state) && state.status != ENGINE_STATUS_RESTARTING))
		return r;
	r = note_stop(arena, container, request->by, request->signal_number, &gone);
	if (r < 0) {
		if (r != -ENOENT)
			*err = gone;
		return r == -ENOENT ? 0 : r;
	}
	r = containers_state(arena, engine, container, &state, err);
	if (r < 0 || !is_running(&state))
		return r;
	return stop_running(arena, engine, container, &state, request, err);
}

int engine_wait(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int *ret_status, struct err *err)
{
	struct engine_state state;
	AUTO_FD int fd = -1;
	int r;

	connect_if_there(container, &fd); /* first, so that no end is missed */
	r = containers_state(arena, engine, container, &state, err);
	if (r < 0)
		return r;
	if (!is_running(&state)) {
		*ret_status = state.exit_code;
		return 0;
	}
	return wait_for_end(arena, engine, container, fd, -1, ret_status, err);
}

int engine_remove(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *by, struct err *err)
{
	const struct stop_request request = {
		.by = by,
		.signal_number = SIGKILL,
		.timeout_sec = 10,
	};
	int r = engine_stop(arena, engine, container, &request, err);

	if (r < 0)
		return r;
	container->settings.auto_remove = true; /* what is done at its end, too */
	return engine_clean(arena, engine, container, err);
}
