/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start_record: what is written down of a container's life, one small file for each fact.
 *
 * Layer 3, role caller. That it was started, and who looks after it: start.json. How it ended is in
 * exit.json, which its monitor writes. That somebody ended it: stop.json, written before the
 * signal is sent. That it could not be started: failure.json. How often it was started again:
 * restart.json. All of them go when somebody starts it; a start by its policy keeps restart.json.
 */
#pragma once

#include "base/json.h"
#include "engine/container/containers.h"

#define START_RECORD_NAME   "start.json"
#define EXIT_RECORD_NAME    "exit.json"
#define STOP_RECORD_NAME    "stop.json"
#define FAILURE_RECORD_NAME "failure.json"
#define RESTART_RECORD_NAME "restart.json"

/* stop.json: not by a user, but as the machine, or hull as a service, went down. */
#define STOPPED_BY_SYSTEM "system"

struct start_record {
	const char *started_at; /* RFC 3339 */
	const char *boot;       /* the kernel's boot_id */
	int32_t pid, monitor;
	uint64_t monitor_start; /* clock ticks since boot, as process_stat has it */
};

struct stop_record {
	const char *by; /* "stop", "kill", "rm", "restart", "health check", "system" */
	const char *at; /* RFC 3339 */
	int32_t signal;
	uint32_t uid; /* whose command it was */
};

struct failure_record {
	const char *at; /* RFC 3339 */
	const char *text;
	const char *phase; /* the step or stage that failed; may be empty */
	const char *hint;
	int32_t exit_code;
};

struct restart_record {
	int64_t count;
	int64_t delay_msec; /* before the last one */
};

int start_record_write(
	struct arena *arena, int dir_fd, const struct start_record *record, struct err *err);
int stop_record_write(
	struct arena *arena, int dir_fd, const char *by, int signal_number, struct err *err);
int failure_record_write(
	struct arena *arena, int dir_fd, const struct err *why, int exit_code, struct err *err);
int restart_record_write(
	struct arena *arena, int dir_fd, const struct restart_record *record, struct err *err);

/* *ret is zeroed first. ENOENT: there is none. */
int start_record_read(struct arena *arena, int dir_fd, struct start_record *ret, struct err *err);
int stop_record_read(struct arena *arena, int dir_fd, struct stop_record *ret, struct err *err);
int failure_record_read(
	struct arena *arena, int dir_fd, struct failure_record *ret, struct err *err);

/* One that is not there, or cannot be read, is one of zeros. */
struct restart_record restart_record_read(struct arena *arena, int dir_fd);

bool stop_record_is_there(int dir_fd);

/* Of any of these files. */
int fact_read(struct arena *arena, int dir_fd, const char *name, const struct json_field *fields,
	void *target, struct err *err);

/* Before another start: start.json, exit.json, stop.json, failure.json. */
void start_record_forget(int dir_fd);

const char *fact_time_now(struct arena *arena);
