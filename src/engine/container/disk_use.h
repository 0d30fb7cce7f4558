/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_use: how much of the disk the things of a store take.
 *
 * Layer 3, role command. Blocks that the file system has given, hard links once.
 */
#pragma once

#include <stdint.h>

/* Of a directory with everything in it, without other file systems; 0 where it is not there. */
uint64_t disk_use(const char *path);
