/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: the only place where messages leave the program.
 *
 * Layer 3, role command. A failure is one line:
 *
 *	hull-oci: <text>[, stderr: <what a hook wrote>][ (config <pointer>)][; hint: <hint>]
 *
 * on standard error, and the same message in the file of --log, if there is one. Engines look for
 * words in it ("permission denied" becomes exit status 126, "no such file or directory" 127), so a
 * hint with one of those words is not part of the line. With --log-format json the log gets
 * exactly one object for a failure (podman reads the file as one value, containerd takes the last
 * object whose level is error); without --log that object takes the line's place on standard error.
 * Control characters never get through.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"

enum report_level {
	REPORT_LEVEL_ERROR,
	REPORT_LEVEL_WARNING,
	REPORT_LEVEL_INFO,
	REPORT_LEVEL_DEBUG,
	REPORT_LEVEL_COUNT,
};

enum report_format {
	REPORT_FORMAT_TEXT,
	REPORT_FORMAT_JSON,
	REPORT_FORMAT_COUNT,
};

struct report {
	const char *program; /* in front of lines on standard error */
	struct arena *arena;
	enum report_format format;
	enum report_level level; /* less important messages are dropped; errors never are */
	int log_fd;              /* owned; -1 without --log */
};

/* level NULL: warnings too, but only errors in JSON. Words as the options have them. */
struct report report_init(
	const char *program, struct arena *arena, const char *format, const char *level);

/*
 * Opens the log: a path, or "file:" and a path. -ENOTSUP for the journal and for syslog.
 */
int report_open_log(struct report *report, const char *log, struct err *err);
void report_done(struct report *report);

void report_error(const struct report *report, const struct err *err);
void report_note(const struct report *report, enum report_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- how it looks: pure, in the arena ---- */

/* What is between "hull-oci: " and the line's end. */
const char *report_message(struct arena *arena, const struct err *err);

/* "2026-01-02T03:04:05.000000006Z" */
const char *report_time(struct arena *arena, const struct timespec *when);

/* time="…" level=error msg="…" */
const char *report_text_line(
	struct arena *arena, const char *time, enum report_level level, const char *message);

/* {"level":"error","msg":…}; err may be NULL: then there is nothing to tell but the message. */
const char *report_json_line(struct arena *arena, const char *time, enum report_level level,
	const char *message, const struct err *err);
