/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private_mount: a file system of our own below /run/hull, for what is kept in the kernel.
 *
 * Layer 2, role caller, for root only. A mount is in nobody's peer group, so that what is pinned on
 * it does not appear in other namespaces. Directories are made, and believed, when only root can
 * write them.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define PRIVATE_MOUNT_PARENT "/run/hull"
#define PRIVATE_MOUNT_CACHE  PRIVATE_MOUNT_PARENT "/cache"

struct private_mount {
	/* A mount on a shared one appears also where that is shared to, private or not: all but the
	 * outermost, which is empty, lie on another private mount. NULL: that one. */
	const struct private_mount *above;
	const char *dir;     /* below PRIVATE_MOUNT_PARENT */
	const char *type;    /* of the file system */
	const char *data;    /* its options; mode=700 among them */
	unsigned long magic; /* statfs(2), f_type */
};

/* The outermost: a tmpfs at PRIVATE_MOUNT_CACHE. */
extern const struct private_mount private_mount_cache;

/* Its root. EPERM: a directory that leads to it is a link, or not root's alone to write. */
int private_mount_open(const struct private_mount *mount, int *ret_fd, struct err *err);

/* Makes directories and mounts where they are missing. Call it with the lock. */
int private_mount_make(const struct private_mount *mount, struct err *err);

/* One maker at a time; the lock goes with the descriptor. Makes the parent. */
int private_mount_lock(int *ret_fd, struct err *err);

/* Takes it away, and what is on it with it. Not there: success. */
int private_mount_remove(const struct private_mount *mount, struct err *err);
