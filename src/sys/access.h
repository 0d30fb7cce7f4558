/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access: what this process may do with a file, as execve(2) and open(2) will judge it.
 *
 * Layer sys, role init.
 */
#pragma once

/*
 * 0 when path may be executed (or, a directory, searched) with the effective ids and capabilities,
 * else -errno. faccessat2(2) with AT_EACCESS, 5.8; without it by the real ids, which are the same
 * in a process that changed all three of its ids at once. No struct err: the caller knows best what
 * the answer means.
 */
int access_check_execute(const char *path);
