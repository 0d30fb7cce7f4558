/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matching: one command for all containers whose ids match (--regex).
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"

typedef int matching_do(struct command_call *call, const char *id, struct err *err);

/*
 * Calls do_one for every match of the first argument; none is no failure. What fails is told as a
 * warning and the others have their turn; then the whole fails, with the number of those. One that
 * ended (ESRCH) or is gone (ENOENT) meanwhile has failed nothing.
 */
int matching_each(
	struct command_call *call, const char *verb, matching_do *do_one, struct err *err);
