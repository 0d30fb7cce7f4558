/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen_fds: how many sockets a service manager handed over (sd_listen_fds(3)).
 *
 * Layer 3, role command. They are descriptors 3 and up, in front of those of --preserve-fds.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * listen_fds and listen_pid are the values of $LISTEN_FDS and $LISTEN_PID, NULL if unset. 0 unless
 * they are meant for process self, and for a number that is none.
 */
uint32_t listen_fds_count(const char *listen_fds, const char *listen_pid, pid_t self);
