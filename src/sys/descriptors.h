/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors: which of them an exec keeps, and programs that are descriptors themselves.
 *
 * Layer sys, role caller (and the child it spawns).
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* Marks all from first on close-on-exec (close_range(2) with CLOSE_RANGE_CLOEXEC, 5.11; without it
 * one by one up to the limit of open files). */
int descriptors_close_on_exec_from(unsigned first, struct err *err);

/* A memfd with these bytes, executable and sealed against every change (MFD_EXEC, 6.3). */
int descriptors_seal_program(
	const char *name, const void *bytes, size_t size, int *ret_fd, struct err *err);

/* execveat(2) of the descriptor itself; returns only on failure. */
int descriptors_execute(
	int program_fd, const char *const *argv, const char *const *env, struct err *err);
