/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar: reads a tar from a descriptor and places its entries.
 *
 * Layer 3, role unpacker. By libarchive: ustar, GNU, PAX and their names, numbers and sparse files.
 */
#pragma once

#include "engine/unpack/entry.h"

/*
 * Reads to the end of the descriptor, also what stands behind the archive's own end. unpack has
 * what is asked for and an initialised tree.
 */
int tar_unpack(struct unpack *unpack, int in_fd, struct err *err);
