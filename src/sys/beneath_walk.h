/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beneath_walk: the resolution of beneath.h in user space.
 *
 * Layer sys, used by beneath.c alone. It answers as openat2(2) with RESOLVE_IN_ROOT |
 * RESOLVE_NO_MAGICLINKS does, errno by errno (a fuzz target compares them), and it can make what is
 * missing, which openat2 cannot.
 *
 * How it stays below the root: the walk holds a descriptor of the directory that it is in and that
 * directory's path from the root, free of links. A component is opened without following it; a
 * symbolic link's text is put in front of what remains. ".." is never asked of the kernel (the
 * directory may have been moved out of the root a moment ago): the path is cut by one component and
 * walked again from the root. A component that changes its type meanwhile restarts the whole walk.
 *
 * Limits: 40 links as in the kernel; text that remains, links expanded, under 8 KiB, the resolved
 * path under PATH_MAX, a name up to NAME_MAX on any file system (ENAMETOOLONG; the kernel has no
 * such limits of its own).
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sys/beneath.h"

/* Where it went wrong, as a path from the root; for the error's text. */
struct beneath_place {
	char path[PATH_MAX];
};

/* All return 0 or -errno. */
int beneath_walk_open(int root_fd, const char *path, const struct beneath_how *how, int *ret_fd,
	struct beneath_place *ret_place);

int beneath_walk_make_dirs(int root_fd, const char *path, mode_t mode, unsigned resolve,
	int *ret_fd, struct beneath_place *ret_place);

int beneath_walk_make_file(int root_fd, const char *path, mode_t mode, unsigned resolve,
	int *ret_fd, struct beneath_place *ret_place);
