/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp: installs a filter of system calls on this process (seccomp(2), 3.17), and what the
 * filters of this kernel can do.
 *
 * Layer sys, roles init (installs) and caller (asks). What a filter allows is decided elsewhere:
 * here it is an array of BPF instructions.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4) /* 5.7 */
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* 5.19 */
#endif

/*
 * filter: size bytes of struct sock_filter; flags: SECCOMP_FILTER_FLAG_…. Needs CAP_SYS_ADMIN in
 * the user namespace or no_new_privs. *ret_listener_fd becomes the notify descriptor
 * (SECCOMP_FILTER_FLAG_NEW_LISTENER, 5.0; close-on-exec), or -1 without that flag.
 */
int seccomp_install(
	const void *filter, size_t size, uint64_t flags, int *ret_listener_fd, struct err *err);

/* SECCOMP_RET_… without its data (SECCOMP_GET_ACTION_AVAIL, 4.14). */
bool seccomp_kernel_has_action(uint32_t action);

/* SECCOMP_FILTER_FLAG_…: all of them together. */
bool seccomp_kernel_has_flags(uint64_t flags);

struct seccomp_call {
	const char *name; /* NULL: the end of a list */
	int number;
};

/* What hull-init does with a listener that it has just got: the filter must not ask about these. */
extern const struct seccomp_call seccomp_handing_over[];
