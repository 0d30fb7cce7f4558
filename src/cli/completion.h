/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion: what shells complete command lines by, from the program's tables.
 *
 * Layer 3, role command.
 */
#pragma once

#include <stdio.h>

#include "cli/command.h"

/* A whole file for the shell: "bash", "zsh" or "fish". EINVAL for another one. */
int completion_write(const struct program *program, const char *shell, FILE *out, struct err *err);
