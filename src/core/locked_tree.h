/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locked_tree: a copy of host mounts for a container with a user namespace of its own.
 *
 * Layer 2, role caller. In a copy of all mounts that belongs to another user namespace the kernel
 * locks the flags of each mount and what it covers (mount_namespaces(7)): what is read-only or
 * nosuid on the host stays so for whoever is root in the container. A tree that is cloned from the
 * host's own mounts has no such locks. At a creation hull-init has that copy; here a process makes
 * one for a moment, clones the tree in it, and ends.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/*
 * seen_fd: what is at path (O_PATH); something else by then is ESTALE. Where the container's root
 * cannot reach the path the tree is cloned from the host's mounts, as at a creation.
 */
int locked_tree_clone(const char *user_namespace, const char *path, int seen_fd, bool is_recursive,
	int *ret_tree, struct err *err);
