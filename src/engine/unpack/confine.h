/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine: gives up everything that reading an archive does not need.
 *
 * Layer 3, role unpacker. The caller has made the process in new mount, pid, network, IPC and UTS
 * namespaces (an ordinary user's in a new user namespace too). Here it gets a root of its own, the
 * directory it works in, mounted without devices, setuid and programs (so that no library of a
 * container is ever loaded, CVE-2019-14271); loses every capability but those over files; may gain
 * none; and is left with the system calls of a program that reads and writes files. What is left to
 * someone who takes the program over is the directory.
 *
 * The root may also be a running container's: then the process joins its mount namespace, without
 * being seen in its pid namespace, and goes on in a copy of it. Nobody may look into the process
 * from then on (it is not dumpable), whatever pid namespace the container is in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum confine_root {
	CONFINE_ROOT_DIRECTORY, /* the directory becomes "/" */
	CONFINE_ROOT_EMPTY,     /* "/" is empty and read-only; no capability is left at all */
};

struct confine_request {
	enum confine_root root;
	const char *directory;     /* absolute, or UNPACK_ROOT_… */
	bool is_read_only;         /* nothing below the root can be written */
	bool is_root_only;         /* of a namespace: without what is mounted below its root */
	const char *const *mounts; /* where the trees from UNPACK_MOUNT_FD on go */
	size_t n_mounts;
};

int confine(const struct confine_request *request, struct err *err);
