/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduling: when, where and from which memory this process runs.
 *
 * Layer sys, role init. The C libraries have no functions for some of these, and musl's for the
 * processors answers ENOSYS on purpose. Everything here is inherited by what is executed and forked
 * later.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* sched(7): policy SCHED_…, flags SCHED_FLAG_…, times in nanoseconds. */
struct scheduling_policy {
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* sched_setattr(2), 3.14. EPERM: more urgent than RLIMIT_NICE or RLIMIT_RTPRIO allow. */
int scheduling_set_policy(const struct scheduling_policy *policy, struct err *err);

/* ioprio_set(2), 2.6.13; value is class << 13 | level. */
int scheduling_set_io_priority(int value, struct err *err);

/*
 * sched_getaffinity(2): fills mask[size], a multiple of the size of a long, and returns how many
 * bytes the kernel's own mask has. EINVAL: that is more than size.
 */
int scheduling_get_processors(void *mask, size_t size, struct err *err);

/* sched_setaffinity(2): a bit set of size bytes, a multiple of the size of a long. EINVAL: none of
 * these processors may be used (cpuset cgroup). */
int scheduling_set_processors(const void *mask, size_t size, struct err *err);

/* set_mempolicy(2), 2.6.7: mode is MPOL_… with its flags; nodes is a bit set of max_node bits, or
 * NULL for a mode without nodes. */
int scheduling_set_memory_policy(
	int mode, const void *nodes, unsigned long max_node, struct err *err);
