/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders: what keeps a namespace beside the processes in it.
 *
 * Layer 3, role command. A namespace also lives while its file is bind-mounted somewhere (ip netns,
 * pinned namespaces of engines), while a descriptor of it is open, or while a process has chosen it
 * for its children (unshare --pid without a fork). Such namespaces are added to the view.
 */
#pragma once

#include "inspect/view.h"

/* Bind mounts of nsfs, in the mount namespace of every process that may be seen. */
void holders_read_mounts(struct view *view);

/* Open descriptors, and the namespaces for children, of every process that may be seen. */
void holders_read_descriptors(struct view *view);

/*
 * The namespace's file, through a process in it or through a holder. ENOENT when all are gone, or
 * none may be used.
 */
int holders_open(const struct view *view, const struct view_namespace *namespace, int *ret_fd,
	struct err *err);
