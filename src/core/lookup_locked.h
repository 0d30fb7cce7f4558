/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup_locked: an existing container that nobody else changes meanwhile.
 *
 * Layer 2, role caller. For commands that change a container. It is read under the lock, and the
 * lock is that of the container which has the id then, not of one that went while we waited for it.
 */
#pragma once

#include "core/lookup.h"

/* Errors of lookup_open() and record_lock(). The lock goes with ret->dir_fd. */
int lookup_open_locked(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err);

/* lookup_status() of a container whose lock we have: then nobody is creating it. */
int lookup_status_locked(
	const struct container *container, enum container_status *ret, struct err *err);

/* The same, but only a container with a living process; ESRCH "container not running". */
int lookup_require_running(
	const struct container *container, enum container_status *ret, struct err *err);
