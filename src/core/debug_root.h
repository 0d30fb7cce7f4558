/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_root: a process's root once more, with a toolbox in it.
 *
 * Layer 2, role caller. A mount namespace of its own, in which / is a tmpfs: everything that the
 * process has at the top of its root is bound there under its name (a write reaches the process's
 * own files), and the toolbox is at /toolbox. The process and its container see nothing of it. The
 * namespace is made by a short-lived process that joins the target's user and mount namespaces and
 * no other: in the container's pid namespace it is never seen.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

#define DEBUG_ROOT_TOOLBOX "/toolbox"

struct debug_root_request {
	pid_t target;
	int user_ns_fd; /* the user namespace that owns the target's mounts; -1: the caller's */
	int toolbox_fd; /* a detached mount */
};

/* *ret_ns_fd is the mount namespace. ESRCH: the target has ended. */
int debug_root_make(const struct debug_root_request *request, int *ret_ns_fd, struct err *err);
