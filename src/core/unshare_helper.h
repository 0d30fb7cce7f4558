/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_helper: what has to be done from outside, for a process that unshares itself.
 *
 * Layer 2, role caller. A child that stays in the old namespaces: only there the maps of a new user
 * namespace may be written, a mount of a namespace's file is seen by others, interfaces can be made
 * beside the host's own, and cgroups can be removed. Signals do not reach it: it ends when the
 * caller lets go of it, or ends itself, and the group is gone.
 */
#pragma once

#include "core/unshare.h"

enum unshare_helper_task {
	UNSHARE_HELPER_ENTER_GROUP = 'g', /* before unshare(2) */
	UNSHARE_HELPER_MAP = 'm',
	UNSHARE_HELPER_PIN_MOUNTS = 'n', /* the mount namespace; EINVAL also when it is too old */
	UNSHARE_HELPER_PIN_OTHERS = 'p',
	UNSHARE_HELPER_CONNECT = 'c', /* the pair of interfaces, in the new net namespace */
	UNSHARE_HELPER_LIMIT = 'l',   /* when the program's process is there */
	UNSHARE_HELPER_REMOVE_GROUP = 'r',
};

struct unshare_helper {
	int fd; /* -1: there is nothing to do */
	int pidfd;
	bool has_group; /* it ends when that is empty, so nobody in it may wait for it */
};

#define UNSHARE_HELPER_INIT ((struct unshare_helper){ -1, -1, false })
#define AUTO_UNSHARE_HELPER __attribute__((cleanup(unshare_helper_end))) struct unshare_helper

/* Before unshare(2); where there is nothing to do none is made. */
int unshare_helper_begin(
	const struct unshare_request *request, struct unshare_helper *ret, struct err *err);

/* Waits until it is done; the helper's failure is the caller's. */
int unshare_helper_ask(
	struct unshare_helper *helper, enum unshare_helper_task task, struct err *err);

/* Waits for its end, unless it has a group. In a forked child, too: there only the descriptors are
 * closed. */
void unshare_helper_end(struct unshare_helper *helper);
