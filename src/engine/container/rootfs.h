/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rootfs: what a container sees as its root file system: its image's layers, which nobody changes,
 * under a layer of its own.
 *
 * Layer 3, role caller. An overlay that is mounted nowhere: only the container's mount namespace
 * gets it, and it goes with that, whatever dies. upper/ and work/ are in the container's directory.
 */
#pragma once

#include "engine/container/userns.h"
#include "engine/store/inside.h"

struct rootfs {
	int tree_fd;   /* a detached mount */
	int userns_fd; /* the user namespace that it belongs to, to be joined; -1: the caller's */
	int netns_fd;  /* a network namespace of that, to be joined; -1: none was made */
	struct inside_result maker; /* is there as long as usernet.h needs it */
};

#define ROOTFS_INIT       \
	((struct rootfs){ \
		.tree_fd = -1, .userns_fd = -1, .netns_fd = -1, .maker = INSIDE_RESULT_INIT })
void rootfs_close(struct rootfs *rootfs);

/*
 * A container that is removed when it ends is volatile: nothing of it is synced to the disk. With
 * --rootfs the directory itself is cloned. With a user namespace it belongs to that.
 */
int rootfs_mount(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct userns *userns, struct rootfs *ret,
	struct err *err);

/*
 * The same for somebody who only looks or copies: with the ids that are seen inside, and never
 * volatile, so that a start can follow.
 */
int rootfs_mount_to_look(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct rootfs *ret, struct err *err);

/* Only what the image has, read-only. *ret stays as it is with --rootfs: there is no image. */
int rootfs_mount_image(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct rootfs *ret, struct err *err);

/* The directories of its image's layers, lowest first. Not with --rootfs. */
int rootfs_layers(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const char ***ret, size_t *ret_n,
	struct err *err);
