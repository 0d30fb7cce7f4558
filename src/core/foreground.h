/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreground: `run` without --detach, from the exec of the program to its end.
 *
 * Layer 2, role caller.
 */
#pragma once

#include <signal.h>

#include "base/err.h"
#include "core/notify.h"

/*
 * From here on signals wait, to be handed on: called before the program begins, so that none ends
 * the caller while the container goes on. *ret_kept is the mask for foreground_wait() to put back.
 */
void foreground_hold_signals(sigset_t *ret_kept);

/*
 * Waits for the process, hands signals on to it, and, when console_fd gives a terminal, copies
 * between that and the own standard streams. What the container says to the service manager is
 * handed on, too; notify NULL: it says nothing. *ret_status: exit status, 128 + n for signal n.
 */
int foreground_wait(int pidfd, int console_fd, struct notify *notify, const sigset_t *kept,
	int *ret_status, struct err *err);
