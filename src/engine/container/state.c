/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"
#include "engine/container/start_record.h"
#include "sys/process.h"

enum { RECORD_MAX_BYTES = 4096 };

static const struct json_field start_fields[] = {
	JSON_STRING(struct start_record, "StartedAt", started_at, .is_required = true),
	JSON_I32(struct start_record, "Pid", pid),
	JSON_I32(struct start_record, "Monitor", monitor),
	JSON_U64(struct start_record, "MonitorStart", monitor_start),
	{ .name = NULL },
};

static const struct json_field exit_fields[] = {
	JSON_I32(struct engine_state, "ExitCode", exit_code, .is_required = true),
	JSON_I32(struct engine_state, "Signal", signal),
	JSON_BOOL(struct engine_state, "OOMKilled", oom_killed),
	JSON_STRING(struct engine_state, "FinishedAt", finished_at),
	{ .name = NULL },
};

static int read_object(struct arena *arena, int dir_fd, const char *name,
	const struct json_field *fields, void *target, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const struct json_value *value;
	const char *text;
	size_t length;
	int r = file_read_at(arena, dir_fd, name, RECORD_MAX_BYTES, &text, &length, err);

	if (r == 0)
		r = json_parse(arena, text, length, &value, err);
	return r < 0 ? r : json_read_object(&reader, value, fields, target, err);
}

int start_record_write(
	struct arena *arena, int dir_fd, const struct start_record *record, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	const char *text;
	size_t length;

	json_write_object(&writer, NULL);
	json_write_string(&writer, "StartedAt", record->started_at);
	json_write_i64(&writer, "Pid", record->pid);
	json_write_i64(&writer, "Monitor", record->monitor);
	json_write_u64(&writer, "MonitorStart", record->monitor_start);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	return file_replace(dir_fd, START_RECORD_NAME, text, length, 0600, err);
}

int start_record_read(struct arena *arena, int dir_fd, struct start_record *ret, struct err *err)
{
	*ret = (struct start_record){ 0 };
	return read_object(arena, dir_fd, START_RECORD_NAME, start_fields, ret, err);
}

void start_record_forget(int dir_fd)
{
	unlinkat(dir_fd, START_RECORD_NAME, 0);
	unlinkat(dir_fd, EXIT_RECORD_NAME, 0);
}

static bool monitor_lives(const struct start_record *record)
{
	return record->monitor > 0 && process_is_alive(record->monitor, record->monitor_start);
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
	if (monitor_lives(start)) /* it is about to write down how it ended */
		return;
	state->status = ENGINE_STATUS_EXITED;
	state->is_unrecorded = true;
	state->exit_code = 255;
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
	if (r == -ENOENT)
		return 0;
	if (r == 0) {
		state.started_at = start.started_at;
		problem = ERR_INIT;
		r = read_object(
			arena, container->dir_fd, EXIT_RECORD_NAME, exit_fields, &state, &problem);
	}
	if (r == 0)
		state.status = ENGINE_STATUS_EXITED;
	if (r == -ENOENT) {
		read_running(arena, engine, container, &start, &state);
		/* it may have been written in between */
		if (state.is_unrecorded && read_object(arena, container->dir_fd, EXIT_RECORD_NAME,
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
