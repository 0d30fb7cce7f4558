/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside: something is done by a short-lived process in a mount namespace of its own and, for an
 * ordinary user's store, in a user namespace in which the store's ids are mapped: there it is root
 * over the store's files, and may mount.
 *
 * Layer 3, role caller; what is run, role child: with a copy of the caller's memory and the host's
 * files in view, but in a user namespace without power over the machine. It dies with the caller.
 */
#pragma once

#include "base/err.h"
#include "core/id_map.h"

/* *ret_fd: a descriptor for the caller; it stays -1 if there is none. */
typedef int inside_fn(void *context, int *ret_fd, struct err *err);

/* All zero: only a mount namespace, for root. */
struct inside_place {
	const struct id_maps *maps; /* of a new user namespace; NULL: none */
	const char *join_path;      /* a user namespace to join instead; NULL: none */
};

/*
 * ret_fd: what run() gave, may be NULL. ret_userns_fd: the user namespace, -1 where there is none;
 * NULL: it is not wanted.
 */
int inside_run(const struct inside_place *place, inside_fn *run, void *context, int *ret_fd,
	int *ret_userns_fd, struct err *err);
