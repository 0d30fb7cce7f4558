/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { HOME_VARIABLE_BYTES = PATH_MAX };

/*
 * "HOME=…" of the user's entry in the container's /etc/passwd, as login programs set it; "HOME=/"
 * where there is no such file or entry. Reads as the container's user, a bounded part of the file.
 */
void home_variable(uint32_t uid, char ret[HOME_VARIABLE_BYTES]);

/* The same from a file of that form at its current offset: false, and ret untouched, without an
 * entry. The first megabyte counts, and lines of less than 2048 bytes. */
bool home_from_passwd(int fd, uint32_t uid, char ret[HOME_VARIABLE_BYTES]);
