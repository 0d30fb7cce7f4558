/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group: a budget that several containers share.
 *
 * Layer 3, roles caller and command. A group is a file groups/NAME of the store, and a control
 * group with its limits: its containers' control groups, and those of groups inside, lie in it, so
 * that the kernel counts them together. The control group is made with the group, and again at a
 * container's start when it is not there, after a restart of the machine.
 */
#pragma once

#include <stdbool.h>

#include "core/cgroup/cgroup.h"
#include "engine/container/containers.h"

struct group {
	const char *name;
	const char *parent; /* another group; NULL: none */
	const char *path;   /* of the control group in each hierarchy, "/hull/web" */
	const char *created;
	struct container_resources resources; /* sizes, processors, processes, weights */
};

/* Its control group as well. cgroup_parent: where it lies when it has no parent; NULL: /hull.
 * EEXIST: "group … exists". */
int group_create(struct arena *arena, const struct engine *engine, struct group *group,
	const char *cgroup_parent, struct err *err);

/* ENOENT: "no such group: …". */
int group_read(struct arena *arena, const struct engine *engine, const char *name,
	struct group *ret, struct err *err);

/* Sorted by name. */
int group_list(struct arena *arena, const struct engine *engine, struct group **ret, size_t *ret_n,
	struct err *err);

/* EBUSY: a container or another group is in it. */
int group_remove(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err);

/* The control group of a group, and of those it is in, is there, with their limits. */
int group_ensure(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err);

/* What all in it use together. */
int group_read_stats(
	struct arena *arena, const struct group *group, struct cgroup_stats *ret, struct err *err);
