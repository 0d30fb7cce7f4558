/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json_write.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/printable.h"

enum { NOTE_BYTES = 1024 };

static const char *const level_names[REPORT_LEVEL_COUNT] = {
	[REPORT_LEVEL_ERROR] = "error",
	[REPORT_LEVEL_WARNING] = "warning",
	[REPORT_LEVEL_INFO] = "info",
	[REPORT_LEVEL_DEBUG] = "debug",
};

/* What Docker, containerd, podman and CRI-O look for in the message of a failure. */
static const char *const matched_words[] = {
	"permission denied",
	"operation not permitted",
	"no such file or directory",
	"executable file not found",
	"open executable",
	"is a directory",
	"not a directory",
	"system cannot find the file specified",
	"failed to run runc",
	"does not exist",
	"already exists",
	"no such process",
	"process already finished",
	"container not running",
	"container paused",
	"container not paused",
	"flag needs an argument",
};

struct report report_init(
	const char *program, struct arena *arena, const char *format, const char *level)
{
	bool is_json = text_equal(format, "json");
	struct report report = {
		.program = program,
		.arena = arena,
		.format = is_json ? REPORT_FORMAT_JSON : REPORT_FORMAT_TEXT,
		.level = is_json ? REPORT_LEVEL_ERROR : REPORT_LEVEL_WARNING,
		.log_fd = -1,
	};

	for (int i = 0; i < REPORT_LEVEL_COUNT; i++) {
		if (text_equal(level, level_names[i]))
			report.level = (enum report_level)i;
	}
	return report;
}

static int refuse_log(struct err *err, const char *log)
{
	err_fail(err, ENOTSUP, "log %s: only files are supported", log);
	return err_hint(err, "use --log FILE");
}

int report_open_log(struct report *report, const char *log, struct err *err)
{
	const char *path = text_after_prefix(log, "file:");
	int log_fd;

	if (text_has_prefix(log, "journald:") || text_has_prefix(log, "syslog:"))
		return refuse_log(err, log);
	if (!path)
		path = log;
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
	if (log_fd < 0) {
		err_sys(err, "open %s", path);
		return err_while(err, "log");
	}
	fd_replace(&report->log_fd, log_fd);
	return 0;
}

void report_done(struct report *report)
{
	fd_replace(&report->log_fd, -1);
}

static bool has_matched_words(const char *hint)
{
	for (size_t i = 0; i < sizeof(matched_words) / sizeof(matched_words[0]); i++) {
		if (strcasestr(hint, matched_words[i]))
			return true;
	}
	return false;
}

static char *make_line(struct arena *arena, const char *text)
{
	char *line = arena_strdup(arena, text);

	printable_make_line(line);
	return line;
}

const char *report_message(struct arena *arena, const struct err *err)
{
	const char *message = err->text;

	if (err->hook_stderr[0] != '\0')
		message = arena_printf(
			arena, "%s, stderr: %s", message, make_line(arena, err->hook_stderr));
	/* Errors of the configuration's reader begin with the field already. */
	if (err->config[0] != '\0' && !strstr(err->text, err->config))
		message = arena_printf(arena, "%s (config %s)", message, err->config);
	if (err->hint[0] != '\0' && !has_matched_words(err->hint))
		message = arena_printf(arena, "%s; hint: %s", message, err->hint);
	return make_line(arena, message);
}

const char *report_time(struct arena *arena, const struct timespec *when)
{
	char seconds[UTC_TEXT_BYTES];

	utc_text(when->tv_sec, seconds);
	return arena_printf(arena, "%s.%09ldZ", seconds, when->tv_nsec);
}

/* Backslashes in front of what would end the quotes. */
static const char *quote(struct arena *arena, const char *text)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 1);
	char *end = quoted;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			*end++ = '\\';
		*end++ = *c;
	}
	return quoted;
}

const char *report_text_line(
	struct arena *arena, const char *time, enum report_level level, const char *message)
{
	return arena_printf(arena, "time=\"%s\" level=%s msg=\"%s\"", time, level_names[level],
		quote(arena, message));
}

static void write_word(struct json_writer *writer, const char *key, const char *value)
{
	if (value && value[0] != '\0')
		json_write_string(writer, key, make_line(writer->arena, value));
}

static void write_details(struct json_writer *writer, const struct err *err)
{
	json_write_i64(writer, "code", err->code);
	write_word(writer, "errno", err_errno_name(err->code));
	write_word(writer, "syscall", err->syscall);
	write_word(writer, "phase", err->phase);
	if (err->step > 0)
		json_write_i64(writer, "step", err->step - 1); /* as `plan` counts */
	write_word(writer, "path", err->path);
	write_word(writer, "config", err->config);
	write_word(writer, "hint", err->hint);
	write_word(writer, "stderr", err->hook_stderr);
}

const char *report_json_line(struct arena *arena, const char *time, enum report_level level,
	const char *message, const struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "level", level_names[level]);
	json_write_string(&writer, "msg", message);
	json_write_string(&writer, "time", time);
	if (err)
		write_details(&writer, err);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}

/* One write for the whole line, so that lines of several programs do not mix. */
static void write_line(const struct report *report, int fd, const char *line)
{
	const char *whole = arena_printf(report->arena, "%s\n", line);
	struct err ignored = ERR_INIT; /* there is nowhere left to say it */

	(void)fd_write_all(fd, whole, strlen(whole), &ignored);
}

static const char *format_line(const struct report *report, enum report_level level,
	const char *message, const struct err *err)
{
	struct timespec now = { 0 };
	const char *time;

	clock_gettime(CLOCK_REALTIME, &now);
	time = report_time(report->arena, &now);
	if (report->format == REPORT_FORMAT_JSON)
		return report_json_line(report->arena, time, level, message, err);
	return report_text_line(report->arena, time, level, message);
}

static void write_for_people(const struct report *report, const char *message)
{
	write_line(report, STDERR_FILENO,
		arena_printf(report->arena, "%s: %s", report->program, message));
}

void report_error(const struct report *report, const struct err *err)
{
	const char *message = report_message(report->arena, err);
	bool has_log = report->log_fd >= 0;

	if (has_log)
		write_line(report, report->log_fd,
			format_line(report, REPORT_LEVEL_ERROR, message, err));
	if (has_log || report->format == REPORT_FORMAT_TEXT)
		write_for_people(report, message);
	else
		write_line(report, STDERR_FILENO,
			format_line(report, REPORT_LEVEL_ERROR, message, err));
}

void report_note(const struct report *report, enum report_level level, const char *format, ...)
{
	char message[NOTE_BYTES];
	va_list args;

	if (level > report->level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	printable_make_line(message);

	if (report->log_fd >= 0)
		write_line(report, report->log_fd, format_line(report, level, message, NULL));
	else if (report->format == REPORT_FORMAT_JSON)
		write_line(report, STDERR_FILENO, format_line(report, level, message, NULL));
	else
		write_for_people(report, message);
}
