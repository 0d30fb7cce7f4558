/* SPDX-License-Identifier: Apache-2.0 */
/*
 * global: the options of hull in front of the command.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/program.h"

struct global_options {
	struct program_options program; /* first */
	const char *root;               /* of the store; NULL: the default */
};
static_assert(offsetof(struct global_options, program) == 0, "program.c reads it there");

extern const struct option_spec global_option_table[];
