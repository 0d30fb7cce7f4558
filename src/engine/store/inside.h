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

struct inside_place {
	const struct id_maps *maps; /* of a new user namespace; NULL: none */
	int join_fd;                /* a user namespace to join instead; -1: none */
};

/* Only a mount namespace, for root. */
#define INSIDE_PLACE_INIT ((struct inside_place){ .join_fd = -1 })

/*
 * For run(): as it begins, its ids are the caller's, though all capabilities of the new user
 * namespace are there. From here on it is the user namespace's root.
 */
int inside_become_root(struct err *err);

/* For run(): goes on to a user namespace, with a mount namespace that belongs to it, as its root.
 */
int inside_join(int userns_fd, struct err *err);

/*
 * ret_fd: what run() gave, may be NULL. ret_userns_fd: the user namespace, -1 where there is none;
 * NULL: it is not wanted.
 */
int inside_run(const struct inside_place *place, inside_fn *run, void *context, int *ret_fd,
	int *ret_userns_fd, struct err *err);
