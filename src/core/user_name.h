/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"

/* The name in the host's /etc/passwd, or the number. Reads the file itself: a static program has no
 * name service. */
const char *user_name(struct arena *arena, uid_t uid);
