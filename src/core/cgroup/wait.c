/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wait: bounded waiting for what the kernel does without telling.
 */
#include "core/cgroup/internal.h"

#include <time.h>

enum {
	STEP_MAX = 6, /* 2^6 ms */
};

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct cgroup_wait cgroup_wait_start(unsigned limit_msec)
{
	return (struct cgroup_wait){ .step = 0, .end_msec = now_msec() + limit_msec };
}

bool cgroup_wait_next(struct cgroup_wait *wait)
{
	struct timespec pause = { .tv_nsec = 1000000L << wait->step };

	if (now_msec() >= wait->end_msec)
		return false;
	nanosleep(&pause, NULL);
	if (wait->step < STEP_MAX)
		wait->step++;
	return true;
}
