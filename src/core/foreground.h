/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreground: `run` without --detach, from the exec of the program to its end.
 *
 * Layer 2, role caller.
 */
#pragma once

#include "base/err.h"

/*
 * Waits for the process, hands signals on to it, and, when console_fd gives a terminal, copies
 * between that and the own standard streams. *ret_status: exit status, 128 + n for signal n.
 */
int foreground_wait(int pidfd, int console_fd, int *ret_status, struct err *err);
