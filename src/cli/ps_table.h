/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ps_table: what ps(1) says of some processes.
 *
 * Layer 3, role command.
 */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Runs ps from PATH with these arguments (NULL-terminated) and gives what it writes to standard
 * output. When it fails, what it wrote to standard error is in the error.
 */
int ps_table_read(
	struct arena *arena, const char *const *args, const char **ret_text, struct err *err);

/*
 * Pure: the heading and those lines of text whose column PID is one of pids[0 … n_pids - 1]
 * (sorted). EINVAL "couldn't find PID field in ps output".
 */
int ps_table_write(const char *text, const pid_t *pids, size_t n_pids, FILE *out, struct err *err);
