/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subids: the further ids that a user may map into user namespaces (subuid(5), subgid(5)).
 *
 * Layer 2, role caller. As newuidmap(1) has it, a line names the user by name or by number.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct subids {
	uint32_t first, count;
};

/* The first range of the user in the file. ENOENT: there is none, with what to do as the hint. */
int subids_read(
	struct arena *arena, const char *path, uid_t uid, struct subids *ret, struct err *err);

/* Pure: name and number are the same user. False: there is none. */
bool subids_parse(const char *text, const char *name, const char *number, struct subids *ret);
