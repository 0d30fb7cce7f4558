/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program: one run of hull-oci, from the command line to the exit status.
 *
 * Layer 3, role command. Whatever fails is reported here, once.
 */
#pragma once

#include "cli/command.h"

/* Returns the exit status: 0, 1, or what the command says (exec 255, a process's own status). */
int program_main(const struct program *program, int argc, char **argv);
