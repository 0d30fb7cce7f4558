/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill: signals for the first process of a container, shared by kill and delete.
 *
 * Layer 2, role caller.
 */
#pragma once

#include "base/err.h"
#include "core/lookup.h"

/*
 * A pidfd of the container's first process; ESRCH "container not running". It was opened before the
 * process was compared with the record: the number cannot be a stranger's by the time it is used.
 */
int kill_open_process(const struct container *container, int *ret_pidfd, struct err *err);

/* A process in a frozen v1 group would die only when it is resumed, so SIGKILL resumes it. */
int kill_process(const struct container *container, int pidfd, int signal_number, struct err *err);
