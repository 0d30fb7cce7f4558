/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_id: on which mount a descriptor is.
 *
 * Layer sys, every role. Two descriptors are on the same mount if their ids are equal; device
 * numbers cannot tell a bind mount of the same file system.
 */
#pragma once

#include <stdint.h>

/*
 * 0 or -errno. The id that is never used again (STATX_MNT_ID_UNIQUE, 6.8), else the one of
 * mountinfo (STATX_MNT_ID, 5.8), else the device number: within one boot the kind does not change.
 * No text: the caller knows what it asked for.
 */
int mount_id_get(int fd, uint64_t *ret);

/* The one that mountinfo has, also where mount_id_get() has a better one; ENOTSUP before 5.8. */
int mount_id_of_mountinfo(int fd, uint64_t *ret);
