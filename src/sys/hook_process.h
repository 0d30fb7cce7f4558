/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook_process: runs one hook (runtime specification, "POSIX-platform Hooks") and waits for it.
 *
 * Layer sys, roles caller and init. The same code runs hooks on the host and in the container.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct hook_process {
	const char *path;        /* absolute */
	const char *const *args; /* with args[0]; NULL: path alone */
	const char *const *env;  /* NULL: empty */
	const char *cwd;         /* NULL: the caller's */
	uint64_t timeout_sec;    /* 0: waits for ever */
	const void *input;       /* the container's state, for standard input */
	size_t input_size;
	const int *output_fd; /* standard output; NULL: the caller's */
	const int *errors_fd; /* gets a copy of standard error; NULL: nobody does */
};

/*
 * 0 when it ended with status 0. Otherwise the error says how it ended (exit status, signal,
 * ETIME: killed after its time) and hook_stderr holds the end of what it wrote to standard error.
 */
int hook_process_run(const struct hook_process *hook, struct err *err);
