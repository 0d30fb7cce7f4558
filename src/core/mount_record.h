/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_record: which mounts were brought to a running container; ROOT/ID/mounts.json.
 *
 * Layer 2, role caller, with the container's lock. A mount is written down before it is placed and
 * crossed out when it is gone, so that whatever ends the caller in between leaves at most the name
 * of a mount that is not there.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/planner/planner.h"

struct mount_record {
	struct arena *arena;
	int dir_fd; /* the container's directory, borrowed */
	struct planner_mounted *mounts;
	size_t n_mounts; /* in the order in which they came */
};

/* No file is an empty record. */
int mount_record_read(struct arena *arena, int dir_fd, struct mount_record *ret, struct err *err);

/* Both write the file. */
int mount_record_add(
	struct mount_record *record, const char *destination, uint64_t mount_id, struct err *err);
int mount_record_remove(struct mount_record *record, uint64_t mount_id, struct err *err);
