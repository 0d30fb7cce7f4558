/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone: new processes by clone3(2) (5.3), with clone(2) where the kernel or a seccomp filter does
 * not have it.
 *
 * Layer sys, roles caller and init. Every child is a process of its own (never a thread); its
 * handled signals are reset to their defaults where the kernel can (CLONE_CLEAR_SIGHAND, 5.5).
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Newer than the C libraries this is built with. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

struct clone_how {
	uint64_t flags; /* CLONE_NEW…, CLONE_PARENT; not CLONE_NEWTIME (unshare that) */
	int cgroup_fd;  /* directory of a cgroup v2 to start in (CLONE_INTO_CGROUP, 5.7), or -1 */
};

enum { CLONE_STACK_BYTES = 64 * 1024 };

/*
 * The child runs child(argument) on a stack of its own in the caller's memory, and the caller
 * stands still until it executes a program or exits (CLONE_VM | CLONE_VFORK). Its return value is
 * its exit status. It must not block, allocate, or touch what the caller does not expect. Block all
 * signals around the call. EOPNOTSUPP: cgroup_fd cannot be honoured here.
 */
int clone_sharing_memory(const struct clone_how *how, int (*child)(void *argument), void *argument,
	pid_t *ret_pid, int *ret_pidfd, struct err *err);

/* The child gets a copy, as after fork(2): returns 0 with *ret_pid 0 in the child. */
int clone_copying_memory(
	const struct clone_how *how, pid_t *ret_pid, int *ret_pidfd, struct err *err);
