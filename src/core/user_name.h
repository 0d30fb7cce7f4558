/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

/* The name in the host's /etc/passwd, or the number. Reads the file itself: a static program has no
 * name service. */
const char *user_name(struct arena *arena, uid_t uid);

/* The reverse, by the file at path, /etc/passwd or /etc/group; a number stands for itself. EINVAL:
 * nobody is called so. */
int user_id(struct arena *arena, const char *path, const char *name, uint32_t *ret);
