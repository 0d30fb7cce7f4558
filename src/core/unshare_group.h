/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_group: the cgroup with the limits of a program in new namespaces.
 *
 * Layer 2, role caller; in the helper that stays outside (unshare_helper.h), because only there the
 * group can be removed. The caller is in the group while it makes the namespaces, so that a new
 * cgroup namespace has it as its root, and while it forks the program; then it leaves, and the
 * limits are written: it does not count itself.
 */
#pragma once

#include <sys/types.h>

#include "core/cgroup/cgroup.h"
#include "core/unshare.h"

struct unshare_group {
	struct arena arena;
	struct cgroup group; /* disabled: there are no limits */
	struct cgroup own;   /* where the caller came from */
	struct cgroup_settings settings;
	pid_t caller;
	bool is_caller_inside;
};

/* Makes the group, if there are limits, and moves the caller into it. */
int unshare_group_enter(struct unshare_group *group, const struct unshare_request *request,
	pid_t caller, struct err *err);

/* Moves the caller back and writes the limits; the program is in the group, and waits. */
int unshare_group_limit(struct unshare_group *group, struct err *err);

/*
 * Removes the group once the program has ended. *ret_kills: processes that the memory limit ended.
 * EBUSY: some are still there.
 */
int unshare_group_remove(struct unshare_group *group, uint64_t *ret_kills, struct err *err);

/* After the caller's end or failure: waits for what is still in the group, and removes it. */
void unshare_group_done(struct unshare_group *group);
