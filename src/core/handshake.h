/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handshake: the caller's side of the conversation with hull-init (docs/formats/messages.md).
 *
 * Layer 2, role caller. What arrives is untrusted: hull-init is already inside.
 */
#pragma once

#include "base/err.h"
#include "core/launch.h"

/* Answers hull-init until it is ready, or gives its error. */
int handshake_until_ready(struct launch *launch, struct err *err);

int handshake_go(int socket_fd, struct err *err);

/* The same before hull-init is ready: it may have failed meanwhile, which is for the next reading.
 */
int handshake_go_ahead(int socket_fd, struct err *err);

/* The answer to STEP_GROUPS: descriptors, the first n_groups of them of control groups. */
int handshake_groups(int socket_fd, const int *fds, size_t n_fds, size_t n_groups, struct err *err);

/* After the go: 0 when the program was executed (end of file), else the error. */
int handshake_wait_exec(int socket_fd, struct err *err);
