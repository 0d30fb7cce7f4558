/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/start_record.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_write.h"
#include "oci/state.h"

enum { RECORD_MAX_BYTES = 65536 };

static const struct json_field start_fields[] = {
	JSON_STRING(struct start_record, "StartedAt", started_at, .is_required = true),
	JSON_STRING(struct start_record, "Boot", boot),
	JSON_I32(struct start_record, "Pid", pid),
	JSON_I32(struct start_record, "Monitor", monitor),
	JSON_U64(struct start_record, "MonitorStart", monitor_start),
	{ .name = NULL },
};

static const struct json_field stop_fields[] = {
	JSON_STRING(struct stop_record, "By", by, .is_required = true),
	JSON_STRING(struct stop_record, "At", at, .is_required = true),
	JSON_I32(struct stop_record, "Signal", signal),
	JSON_U32(struct stop_record, "Uid", uid),
	{ .name = NULL },
};

static const struct json_field failure_fields[] = {
	JSON_STRING(struct failure_record, "At", at, .is_required = true),
	JSON_STRING(struct failure_record, "Text", text, .is_required = true),
	JSON_STRING(struct failure_record, "Phase", phase),
	JSON_STRING(struct failure_record, "Hint", hint),
	JSON_I32(struct failure_record, "ExitCode", exit_code),
	{ .name = NULL },
};

static const struct json_field restart_fields[] = {
	JSON_I64(struct restart_record, "Count", count),
	JSON_I64(struct restart_record, "DelayMsec", delay_msec),
	{ .name = NULL },
};

int fact_read(struct arena *arena, int dir_fd, const char *name, const struct json_field *fields,
	void *target, struct err *err)
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

static int write_file(struct json_writer *writer, int dir_fd, const char *name, struct err *err)
{
	const char *text;
	size_t length;

	json_write_end(writer);
	text = json_write_text(writer, &length);
	return file_replace(dir_fd, name, text, length, 0600, err);
}

const char *fact_time_now(struct arena *arena)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return oci_time_text(arena, now);
}

int start_record_write(
	struct arena *arena, int dir_fd, const struct start_record *record, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "StartedAt", record->started_at);
	json_write_string(&writer, "Boot", record->boot);
	json_write_i64(&writer, "Pid", record->pid);
	json_write_i64(&writer, "Monitor", record->monitor);
	json_write_u64(&writer, "MonitorStart", record->monitor_start);
	return write_file(&writer, dir_fd, START_RECORD_NAME, err);
}

int stop_record_write(
	struct arena *arena, int dir_fd, const char *by, int signal_number, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "By", by);
	json_write_string(&writer, "At", fact_time_now(arena));
	json_write_i64(&writer, "Signal", signal_number);
	json_write_u64(&writer, "Uid", getuid());
	return write_file(&writer, dir_fd, STOP_RECORD_NAME, err);
}

int failure_record_write(
	struct arena *arena, int dir_fd, const struct err *why, int exit_code, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "At", fact_time_now(arena));
	json_write_string(&writer, "Text", why->text);
	json_write_string(&writer, "Phase", why->phase);
	json_write_string(&writer, "Hint", why->hint);
	json_write_i64(&writer, "ExitCode", exit_code);
	return write_file(&writer, dir_fd, FAILURE_RECORD_NAME, err);
}

int restart_record_write(
	struct arena *arena, int dir_fd, const struct restart_record *record, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_i64(&writer, "Count", record->count);
	json_write_i64(&writer, "DelayMsec", record->delay_msec);
	return write_file(&writer, dir_fd, RESTART_RECORD_NAME, err);
}

int start_record_read(struct arena *arena, int dir_fd, struct start_record *ret, struct err *err)
{
	*ret = (struct start_record){ 0 };
	return fact_read(arena, dir_fd, START_RECORD_NAME, start_fields, ret, err);
}

int stop_record_read(struct arena *arena, int dir_fd, struct stop_record *ret, struct err *err)
{
	*ret = (struct stop_record){ 0 };
	return fact_read(arena, dir_fd, STOP_RECORD_NAME, stop_fields, ret, err);
}

int failure_record_read(
	struct arena *arena, int dir_fd, struct failure_record *ret, struct err *err)
{
	*ret = (struct failure_record){ 0 };
	return fact_read(arena, dir_fd, FAILURE_RECORD_NAME, failure_fields, ret, err);
}

struct restart_record restart_record_read(struct arena *arena, int dir_fd)
{
	struct restart_record record = { 0 };
	struct err ignored = ERR_INIT;

	if (fact_read(arena, dir_fd, RESTART_RECORD_NAME, restart_fields, &record, &ignored) < 0)
		record = (struct restart_record){ 0 };
	return record;
}

bool stop_record_is_there(int dir_fd)
{
	return faccessat(dir_fd, STOP_RECORD_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void start_record_forget(int dir_fd)
{
	static const char *const names[] = {
		START_RECORD_NAME,
		EXIT_RECORD_NAME,
		STOP_RECORD_NAME,
		FAILURE_RECORD_NAME,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(dir_fd, names[i], 0);
}
