/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: from a container that was made to one that runs, with its monitor.
 *
 * Layer 3, role caller. A child of the caller makes the container, so that its process is that
 * child's child, and then becomes the monitor (monitor/monitor.h). What it says until then comes
 * over the socket that later is the first attached client's.
 */
#pragma once

#include "engine/container/containers.h"

struct start_request {
	const struct engine *engine;
	const struct engine_container *container; /* locked */
	bool is_restart;                          /* by its policy: it is counted */
	bool is_attached;                         /* the caller goes on to attach_serve() */
	uint16_t rows, columns;                   /* of the caller's terminal; 0: none */
};

/* Whose fault a failure is, for the exit status. */
enum start_fault {
	START_FAULT_HULL,         /* 125 */
	START_FAULT_NOT_RUNNABLE, /* 126: the command is there, and cannot be executed */
	START_FAULT_NO_SUCH_FILE, /* 127 */
	START_FAULT_COUNT,
};
enum start_fault start_fault_of(const struct err *err);
int start_exit_status_of(const struct err *err);

/* Why it fails is kept in the container's directory. *ret_client_fd: the attached client's end; -1
 * without is_attached. */
int engine_start(struct arena *arena, const struct start_request *request, int *ret_client_fd,
	struct err *err);
