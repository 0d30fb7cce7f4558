/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: waiting on a running container. One poll(2) over its first process (a pidfd is readable
 * when it has ended), a timer, and the kernel's word of memory that ran out.
 */
#include <errno.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/lookup.h"
#include "core/stats.h"
#include "sys/process.h"

enum { NSEC_PER_SEC = 1000000000 };

struct watch {
	const struct container *container;
	struct cgroup_oom oom;
	uint64_t n_kills; /* that were reported, or were before the watch began */
	int pidfd;
	int timer_fd;
	container_event_fn *report;
	void *context;
};

static void watch_done(struct watch *watch)
{
	cgroup_oom_close(&watch->oom);
	fd_close(watch->pidfd);
	fd_close(watch->timer_fd);
}

/* ---- setting up ---- */

static int open_pidfd(const struct container *container, int *ret_fd, struct err *err)
{
	AUTO_FD int pidfd = -1;
	struct err problem = ERR_INIT;
	int r = process_pidfd_open(container->record.pid, &pidfd, &problem);

	if (r == -ESRCH || (r == 0 && !lookup_is_alive(container)))
		return err_fail(err, ESRCH, "container not running");
	if (r < 0) {
		*err = problem;
		return r;
	}
	*ret_fd = TAKE_FD(pidfd);
	return 0;
}

static int open_timer(uint64_t interval_nsec, int *ret_fd, struct err *err)
{
	const struct timespec interval = {
		.tv_sec = (time_t)(interval_nsec / NSEC_PER_SEC),
		.tv_nsec = (long)(interval_nsec % NSEC_PER_SEC),
	};
	const struct itimerspec setting = { .it_interval = interval, .it_value = interval };
	AUTO_FD int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return err_sys(err, "timerfd_create");
	if (timerfd_settime(fd, 0, &setting, NULL) < 0)
		return err_sys(err, "timerfd_settime");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* A container without a memory controller has statistics, but never a want of memory. */
static int open_oom(const struct container *container, struct watch *watch, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = cgroup_open_oom(&container->group, &watch->oom, &problem);

	if (r == 0)
		r = cgroup_read_oom(&watch->oom, &watch->n_kills, &problem);
	if (r == 0 || r == -ENOTSUP)
		return 0;
	*err = problem;
	return r;
}

static int watch_open(const struct container *container, uint64_t interval_nsec, struct watch *ret,
	struct err *err)
{
	int r = open_pidfd(container, &ret->pidfd, err);

	if (r == 0)
		r = open_oom(container, ret, err);
	if (r == 0)
		r = open_timer(interval_nsec, &ret->timer_fd, err);
	return r;
}

/* ---- what happens ---- */

/* v2; false also where nothing is watched. */
static bool has_counter(const struct watch *watch)
{
	return watch->oom.wait_fd >= 0 && watch->oom.control_fd < 0;
}

/*
 * v1 wakes before the kernel chooses a process, so that the counter may not have moved yet, and
 * also when no process may be killed: the wake-up itself is the event. v2 wakes for every change of
 * the file, for reclaim at the limit too: there the counter tells.
 */
static int on_oom(struct watch *watch, struct err *err)
{
	struct err gone = ERR_INIT;
	uint64_t n_kills = 0;

	if (cgroup_read_oom(&watch->oom, &n_kills, &gone) < 0) {
		cgroup_oom_close(&watch->oom); /* the group was removed; that wakes, too */
		return 0;
	}
	if (has_counter(watch) && n_kills == watch->n_kills)
		return 0;
	watch->n_kills = n_kills;
	return watch->report(watch->context, NULL, err);
}

static int on_timer(struct watch *watch, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_stats stats;
	struct err problem = ERR_INIT;
	uint64_t n_ticks;
	int r;

	if (read(watch->timer_fd, &n_ticks, sizeof(n_ticks)) < 0 && errno != EAGAIN)
		return err_sys(err, "read the timer");
	r = stats_read(&arena, watch->container, &stats, &problem);
	if (r == -ESRCH)
		return 0; /* ended just now: the next round says so */
	if (r < 0) {
		*err = problem;
		return r;
	}
	return watch->report(watch->context, &stats, err);
}

/* 1: the container has ended. */
static int wait_once(struct watch *watch, struct err *err)
{
	struct pollfd polled[] = {
		{ .fd = watch->oom.wait_fd, .events = watch->oom.poll_events },
		{ .fd = watch->pidfd, .events = POLLIN },
		{ .fd = watch->timer_fd, .events = POLLIN },
	};
	int r = 0;

	if (process_poll(polled, sizeof(polled) / sizeof(polled[0]), -1) < 0)
		return errno == EINTR ? 0 : err_sys(err, "poll");
	/* First: what ended the container may be just that. v2 puts off a wake-up by up to 10 ms
	 * when there was one just before, and its counter is right without one. */
	if (polled[0].revents || (polled[1].revents && has_counter(watch)))
		r = on_oom(watch, err);
	if (r == 0 && polled[1].revents)
		return 1;
	if (r == 0 && polled[2].revents)
		r = on_timer(watch, err);
	return r;
}

static int open_running(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err)
{
	enum container_status status;
	int r = lookup_open(arena, runtime, id, ret, err);

	if (r == 0)
		r = lookup_status(ret, &status, err);
	if (r == 0 && (status == CONTAINER_STATUS_STOPPED || ret->record.pid == 0))
		return err_fail(err, ESRCH, "container not running");
	return r;
}

int container_read_stats(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container_stats *ret, struct err *err)
{
	AUTO_CONTAINER container = CONTAINER_INIT;
	int r = open_running(arena, runtime, id, &container, err);

	return r < 0 ? r : stats_read(arena, &container, ret, err);
}

int container_events(const struct runtime *runtime, const char *id, uint64_t interval_nsec,
	container_event_fn *report, void *context, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	struct watch watch __attribute__((cleanup(watch_done))) = {
		.container = &container,
		.oom = CGROUP_OOM_EMPTY,
		.pidfd = -1,
		.timer_fd = -1,
		.report = report,
		.context = context,
	};
	int r = open_running(&arena, runtime, id, &container, err);

	if (r == 0)
		r = watch_open(&container, interval_nsec, &watch, err);
	while (r == 0)
		r = wait_once(&watch, err);
	return r < 0 ? r : 0;
}
