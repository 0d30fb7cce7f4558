/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template: a mount namespace with one empty read-only mount, kept to start containers from.
 *
 * Layer 2, role caller. Copying the host's mount namespace costs about a microsecond for each of
 * its mounts, and unmounting the old root more; a copy of this one costs neither. It is pinned as
 * TEMPLATE_DIR/mnt, on a private mount, by root, and removed with it (`cache rm`). Its absence is
 * the normal slow path: it is made when it is needed first.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "core/private_mount.h"

#define TEMPLATE_DIR PRIVATE_MOUNT_CACHE

/* This caller may make and use one. */
bool template_is_possible(void);

/* Opens it, making it when it is not there. */
int template_open(int *ret_ns_fd, struct err *err);

/* Unpins it and takes its mount away. Not there: success. */
int template_remove(struct err *err);

/* It is there now. */
bool template_exists(void);
