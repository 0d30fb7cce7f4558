/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_file: how callers learn of the new process.
 *
 * Layer 2, role caller.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/* The decimal number without a newline, by rename; path NULL: nothing. */
int pid_file_write(struct arena *arena, const char *path, pid_t pid, struct err *err);

/* Sends a descriptor of the process to the socket at path (runc: --pidfd-socket). */
int pidfd_send(const char *path, int pidfd, struct err *err);
