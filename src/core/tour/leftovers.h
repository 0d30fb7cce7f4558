/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leftovers: what a tour that was killed together with its helper could not remove.
 *
 * Layer 2, role caller. Namespaces, mounts, processes and interfaces end with the tour, whatever
 * happens to it; a cgroup does not.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/* The name of the group of the tour whose process is pid: for struct unshare_request. */
const char *tour_group_name(struct arena *arena, pid_t pid);

/* Removes the groups of tours that have ended. What has processes in it stays. */
int tour_remove_leftovers(struct arena *arena, struct err *err);
