/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_read: the filters that another process has.
 *
 * Layer sys, role caller. Source: ptrace(2), PTRACE_SECCOMP_GET_FILTER (4.4, CONFIG_SECCOMP_FILTER
 * and CONFIG_CHECKPOINT_RESTORE); CAP_SYS_ADMIN in the first user namespace, and no filter of the
 * caller's own. The kernel tells a filter only of a thread that a tracer has stopped. So one thread
 * is stopped (PTRACE_SEIZE, PTRACE_INTERRUPT: no signal is sent, nothing is written), read, and let
 * go; it stands still for some ten microseconds. A process of its own does it: whatever happens to
 * it, the kernel detaches a tracer that has ended. A thread that does not stop within
 * SECCOMP_READ_STOP_MSEC (it is frozen, or waits for a disk) is given up.
 *
 * A stop interrupts a call that waits, and the kernel begins it again; but a few calls
 * (epoll_wait(2), semop(2), sigtimedwait(2), reads of inotify: signal(7)) end with EINTR instead,
 * as they do after SIGSTOP and SIGCONT. A thread in one of those is the last choice.
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

enum { SECCOMP_READ_STOP_MSEC = 200, SECCOMP_READ_FILTERS_MAX = 32 };

struct seccomp_filter {
	const struct sock_filter *insns;
	size_t n_insns;
};

/*
 * Of a thread of the process pid, the oldest first; in arena. EBUSY: it has a tracer, or did not
 * stop; E2BIG: more than SECCOMP_READ_FILTERS_MAX; EPERM, EINVAL, EACCES: as above. A process
 * without filters has none, and no error.
 */
int seccomp_read_filters(struct arena *arena, pid_t pid, struct seccomp_filter **ret, size_t *ret_n,
	struct err *err);
