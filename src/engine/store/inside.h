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

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "core/id_map.h"

/* *ret_fd: a descriptor for the caller; it stays -1 if there is none. */
typedef int inside_fn(void *context, int *ret_fd, struct err *err);

struct inside_place {
	const struct id_maps *maps; /* of a new user namespace; NULL: none */
	int join_fd;                /* a user namespace to join instead; -1: none */
	bool makes_network;         /* also a network namespace, with lo up */
};

/* What is left of it, for the caller; -1: there is none. */
struct inside_result {
	int fd;                  /* what run() gave */
	int userns_fd, netns_fd; /* those that were made */

	/* with makes_network: it is still there, and shows the namespaces in /proc/PID/ns */
	pid_t pid;
	int pidfd, socket_fd;
};

#define INSIDE_RESULT_INIT       \
	((struct inside_result){ \
		.fd = -1, .userns_fd = -1, .netns_fd = -1, .pidfd = -1, .socket_fd = -1 })

/* Ends the process; the descriptors of the namespaces stay. */
void inside_end(struct inside_result *result);

/* That, and everything is closed. */
void inside_close(struct inside_result *result);

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

/* ret NULL: nothing is wanted of it. */
int inside_run(const struct inside_place *place, inside_fn *run, void *context,
	struct inside_result *ret, struct err *err);
