/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_stage: what a detached mount is where the kernel has none: a mount in a place of our own.
 *
 * Layer sys, used by mount_old.c alone, roles init and child. mount(2) can only mount what it makes
 * on something. So there is a stage: a private tmpfs of root's that lies over "/" of a mount
 * namespace that nobody else is in. Paths do not lead there (the process's root is what lies
 * below), only a descriptor. What is made on the stage gets all its attributes there, and is then
 * moved to its place (MS_MOVE) as move_mount(2) would move it.
 *
 * mount(2) takes paths, which in a container are never to be trusted: all of them are numbers of
 * descriptors, "12" in the working directory /proc/self/fd, whose links lead to the very thing that
 * is open. That directory is found from a descriptor of the procfs that was opened and checked when
 * the container's files were not in view yet.
 *
 * One process has one stage. Nothing here allocates.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* Opens the procfs at /proc: call it while that is the host's. */
int mount_stage_open_proc(struct err *err);

/*
 * mount(2) with descriptors in place of paths. source_fd: −1, or what takes the place of source;
 * target_fd: what is mounted on, changed or moved to.
 */
int mount_stage_mount(int source_fd, const char *source, int target_fd, const char *type,
	unsigned long flags, const void *data, struct err *err);

/*
 * A new directory or empty file on the stage, which is made where there is none: *ret_place_fd is
 * to be mounted on; mount_stage_look() then gives what was mounted there.
 */
struct mount_place {
	int fd;
	char name[16];
};

int mount_stage_add_place(bool is_directory, struct mount_place *ret, struct err *err);
int mount_stage_look(const struct mount_place *place, int *ret_tree_fd, struct err *err);

/* A file of procfs about this process, "mountinfo", "fdinfo/12", from the same checked procfs. */
int mount_stage_open_self(const char *name, int *ret_fd, struct err *err);

/* Takes the stage away, with what was not moved from it; the next place makes a new one. */
int mount_stage_drop(struct err *err);

/* … and the procfs is closed: no more mounts. */
int mount_stage_close(struct err *err);
