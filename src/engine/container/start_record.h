/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start_record: that a container was started, and who looks after it: start.json. How it ended is
 * in exit.json, which its monitor writes.
 *
 * Layer 3, role caller.
 */
#pragma once

#include "engine/container/containers.h"

#define START_RECORD_NAME "start.json"
#define EXIT_RECORD_NAME  "exit.json"

struct start_record {
	const char *started_at; /* RFC 3339 */
	int32_t pid, monitor;
	uint64_t monitor_start; /* clock ticks since boot, as process_stat has it */
};

int start_record_write(
	struct arena *arena, int dir_fd, const struct start_record *record, struct err *err);
int start_record_read(struct arena *arena, int dir_fd, struct start_record *ret, struct err *err);

/* Before another start: both. */
void start_record_forget(int dir_fd);
