/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <limits.h>
#include <stdint.h>

enum { HOME_VARIABLE_BYTES = PATH_MAX };

/*
 * "HOME=…" of the user's entry in the container's /etc/passwd, as login programs set it; "HOME=/"
 * where there is no such file or entry. Reads as the container's user, a bounded part of the file.
 */
void home_variable(uint32_t uid, char ret[HOME_VARIABLE_BYTES]);
