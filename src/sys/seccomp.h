/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp: installs a filter of system calls on this process (seccomp(2), 3.17).
 *
 * Layer sys, role init. What a filter allows is decided elsewhere: here it is an array of BPF
 * instructions.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * filter: size bytes of struct sock_filter; flags: SECCOMP_FILTER_FLAG_…. Needs CAP_SYS_ADMIN in
 * the user namespace or no_new_privs. *ret_listener_fd becomes the notify descriptor
 * (SECCOMP_FILTER_FLAG_NEW_LISTENER, 5.0; close-on-exec), or -1 without that flag.
 */
int seccomp_install(
	const void *filter, size_t size, uint64_t flags, int *ret_listener_fd, struct err *err);
