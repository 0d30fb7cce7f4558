/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/restart.h"
#include "engine/container/start_record.h"
#include "sys/process.h"

enum { EXIT_STATUS_UNKNOWN = 255 };

static const struct json_field exit_fields[] = {
	JSON_I32(struct engine_state, "ExitCode", exit_code, .is_required = true),
	JSON_I32(struct engine_state, "Signal", signal),
	JSON_BOOL(struct engine_state, "OOMKilled", oom_killed),
	JSON_BOOL(struct engine_state, "OOMAtLimit", oom_at_limit),
	JSON_STRING(struct engine_state, "FinishedAt", finished_at),
	{ .name = NULL },
};

static bool monitor_lives(const struct start_record *record)
{
	return record->monitor > 0 && process_is_alive(record->monitor, record->monitor_start);
}

static bool is_of_this_boot(const struct engine *engine, const struct start_record *start)
{
	return !start->boot || text_equal(start->boot, engine->boot);
}

static void read_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct start_record *start,
	struct engine_state *state)
{
	struct container_state core;
	struct err ignored = ERR_INIT; /* no such container any more */
	int r = container_state(arena, &engine->runtime, container->id, &core, &ignored);

	state->status = ENGINE_STATUS_RUNNING;
	if (r == 0 && core.status != CONTAINER_STATUS_STOPPED) {
		state->pid = core.pid;
		if (core.status == CONTAINER_STATUS_PAUSED)
			state->status = ENGINE_STATUS_PAUSED;
		return;
	}
	if (!is_of_this_boot(engine, start)) {
		state->status = ENGINE_STATUS_EXITED;
		state->is_rebooted = true;
		state->exit_code = EXIT_STATUS_UNKNOWN;
		return;
	}
	if (monitor_lives(start)) /* it is about to write down how it ended */
		return;
	state->status = ENGINE_STATUS_EXITED;
	state->is_unrecorded = true;
	state->exit_code = EXIT_STATUS_UNKNOWN;
}

/* Its monitor has become the command that starts it again, and waits. */
static bool is_restarting(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct start_record *start,
	const struct engine_state *state)
{
	return restart_is_possible(&container->settings) && is_of_this_boot(engine, start) &&
	       monitor_lives(start) && !stop_record_is_there(container->dir_fd) &&
	       restart_is_asked(arena, container, state);
}

/* Between the removal of its records and the new ones: whoever starts it has the lock. */
static bool is_being_restarted(struct arena *arena, const struct engine_container *container)
{
	AUTO_FD int fd = -1;

	if (!restart_is_possible(&container->settings) ||
		restart_record_read(arena, container->dir_fd).count == 0)
		return false;
	fd = openat(container->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int containers_state(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct engine_state *ret, struct err *err)
{
	struct engine_state state = { .status = ENGINE_STATUS_CREATED };
	struct err problem = ERR_INIT;
	struct start_record start;
	int r;

	*ret = state;
	if (!container->settings.id) {
		ret->status = ENGINE_STATUS_DEAD;
		return 0;
	}
	r = start_record_read(arena, container->dir_fd, &start, &problem);
	if (r == -ENOENT) {
		if (is_being_restarted(arena, container))
			ret->status = ENGINE_STATUS_RESTARTING;
		return 0;
	}
	if (r == 0) {
		state.started_at = start.started_at;
		problem = ERR_INIT;
		r = fact_read(
			arena, container->dir_fd, EXIT_RECORD_NAME, exit_fields, &state, &problem);
	}
	if (r == 0)
		state.status = is_restarting(arena, engine, container, &start, &state)
				       ? ENGINE_STATUS_RESTARTING
				       : ENGINE_STATUS_EXITED;
	if (r == -ENOENT) {
		read_running(arena, engine, container, &start, &state);
		/* it may have been written in between */
		if (state.is_unrecorded && fact_read(arena, container->dir_fd, EXIT_RECORD_NAME,
						   exit_fields, &state, &problem) == 0)
			state.is_unrecorded = false;
		r = 0;
	}
	if (r < 0) {
		*err = problem;
		return err_while(err, "container %.12s", container->id);
	}
	*ret = state;
	return 0;
}
