/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_argument: a JSON text that the command line names. Layer 3, role command.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Also a pipe: engines hand a text over on standard input ("-") or by process substitution. */
int text_argument_read(struct arena *arena, const char *path, const char **ret_text,
	size_t *ret_length, struct err *err);
