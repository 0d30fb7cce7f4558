/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rootfs: what a container sees as its root file system: its image's layers, which nobody changes,
 * under a layer of its own.
 *
 * Layer 3, role caller. An overlay that is mounted nowhere: only the container's mount namespace
 * gets it, and it goes with that, whatever dies. upper/ and work/ are in the container's directory.
 */
#pragma once

#include "engine/container/containers.h"

/*
 * *ret_fd: a detached mount. is_volatile: nothing of it is synced to the disk; for containers that
 * are removed when they end. With --rootfs the directory itself is cloned.
 */
int rootfs_mount(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int *ret_fd, struct err *err);
