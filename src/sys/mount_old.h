/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_old: the functions of mount_api.h by mount(2), for kernels and seccomp filters without the
 * newer calls.
 *
 * Layer sys, used by mount_api.c alone once mount_use_old_calls() was called; mount_stage.h says
 * how. Each does what its namesake promises, with these differences:
 *
 * - the trees are not detached: closing the descriptor does not dissolve them, mount_stage_drop()
 *   or the end of the namespace does;
 * - attributes of many mounts are changed one after the other: where one is refused, those before
 *   it stay changed. The caller fails with it, and nobody was in there yet;
 * - ids cannot be mapped (ENOTSUP), nor can a procfs show another pid namespace (ENOTSUP);
 * - no words of the kernel's about what a file system does not like.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Of this process; set by mount_use_old_calls(). */
extern bool mount_old_is_used;

int mount_old_new_fs(const char *type, const char *source, const char *data, uint64_t attributes,
	int *ret_fd, struct err *err);

int mount_old_clone_tree(
	int dir_fd, const char *path, bool recursive, int *ret_fd, struct err *err);

int mount_old_attach(int tree_fd, int target_fd, struct err *err);

int mount_old_set_propagation(int fd, unsigned long propagation, bool recursive, struct err *err);

/* MOUNT_ATTR_… as MS_…, with one of the three atime modes. */
unsigned long mount_old_flags(uint64_t attributes);

/*
 * recursive: fd is the root of a tree on the stage or in the same namespace. E2BIG: more than
 * MOUNT_OLD_TREE_MAX mounts; ESTALE: while they were looked at, what they lie on was renamed.
 */
enum { MOUNT_OLD_TREE_MAX = 1024 };

int mount_old_set_attributes(int fd, uint64_t set, uint64_t clear, bool recursive, struct err *err);
