/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toolbox: programs of the host's for a container that has none.
 *
 * Layer 2, role caller. They have to be static: the container's loader and libraries are its own,
 * or are not there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * A detached mount with the programs in bin: of the directory dir, read-only, or, with NULL, a new
 * one with the host's busybox under the names of all its programs. ENOENT: there is no busybox that
 * is static; the hint says what to do.
 */
int toolbox_open(struct arena *arena, const char *dir, int *ret_fd, struct err *err);

/* Pure: whether the beginning of an ELF file of this machine's word size names no loader. */
bool toolbox_is_static(const void *bytes, size_t size);
