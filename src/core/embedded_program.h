/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedded_program: runs a program that is part of this one (program_image.h), from a sealed memfd.
 *
 * Layer 2, role caller. The program has standard error, the descriptors that it is given and
 * nothing else; signals as they are by default. It does not outlive the caller.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct embedded_program {
	const char *name; /* argv[0] */
	const unsigned char *begin, *end;
	const char *argument;   /* NULL: none */
	const char *const *env; /* ends with NULL */
	int stdin_fd;
	int stdout_fd; /* -1: as the caller's */
};

int embedded_program_spawn(
	const struct embedded_program *program, pid_t *ret_pid, int *ret_pidfd, struct err *err);
