/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_mount: an overlay of layers and of a container's own layer, made in a mount namespace of its
 * own.
 *
 * Layer 3, role child of inside.h. Layers and the container's directory are put side by side in an
 * empty file system under short names: that is where their ids are mapped, nothing on the way to
 * them needs to be open to the container's root, and the container does not see where they lie.
 */
#pragma once

#include "base/arena.h"
#include "engine/container/containers.h"

struct root_mount {
	struct arena *arena;
	const char *directory;     /* of the container: upper/ and work/ are made in it */
	const char *const *layers; /* lowest first; at least one */
	size_t n_layers;
	const char *rootfs; /* instead of all that: a directory that is cloned; NULL: none */
	bool is_volatile;
	bool makes_network; /* usernet.h needs a namespace for it */
	bool is_image_only; /* without a layer of the container's own; its empty/ is there */

	bool is_root;  /* the caller has power over the machine */
	int userns_fd; /* root: it is joined for the overlay, which belongs to it; -1: none */
	bool maps_ids; /* of layers and directory, by that user namespace */
};

/* An inside_fn; context is a struct root_mount. *ret_fd: the detached mount. */
int root_mount_make(void *context, int *ret_fd, struct err *err);

/* The same without a process and a namespace of its own: for root without a user namespace. */
int root_mount_make_here(const struct root_mount *mount, int *ret_fd, struct err *err);
