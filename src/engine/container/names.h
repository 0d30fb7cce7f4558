/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: names/NAME has the id of the container that is called so.
 *
 * Layer 3, role caller. The directory's lock is held while a name is taken. A name whose container
 * is not there any more was left by a command that died: it is free.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "engine/store/store.h"

/* As Docker has it: [a-zA-Z0-9][a-zA-Z0-9_.-]+. */
int name_check(const char *name, struct err *err);

/* "brave_sextant". */
const char *name_make_up(struct arena *arena);

/* EEXIST: "the name … is in use by container …". */
int name_take(struct arena *arena, const struct store *store, const char *name, const char *id,
	struct err *err);

/* Nothing happens if it is another container's. */
void name_release(struct arena *arena, const struct store *store, const char *name, const char *id);

/* NULL: nobody has it. */
const char *name_owner(struct arena *arena, const struct store *store, const char *name);
