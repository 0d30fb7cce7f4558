/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net_namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/loopback.h"

bool net_namespace_is_worth_it(void)
{
	cpu_set_t allowed;

	return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) > 1;
}

static void make(struct net_namespace *net)
{
	struct err *err = &net->failed;

	if (unshare(CLONE_NEWNET) < 0) {
		err_sys(err, "unshare a network namespace");
		return;
	}
	if (loopback_up(err) < 0)
		return;
	net->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net->fd < 0)
		err_sys(err, "open /proc/thread-self/ns/net");
}

/* In a thread: only the thread's own namespace changes (unshare(2)), and it ends with it. */
static void *run(void *argument)
{
	struct net_namespace *net = argument;

	make(net);
	while (sem_wait(&net->is_placed) < 0) /* see begin_elsewhere() */
		;
	return NULL;
}

/*
 * The scheduler puts a new thread next to its maker more often than not, where it would only take
 * turns with it: it begins on any of the other processors. It does not end before that was said: a
 * thread that has ended has no number any more, and 0 stands for the caller.
 */
static void begin_elsewhere(struct net_namespace *net)
{
	int cpu = sched_getcpu();
	cpu_set_t others;

	if (cpu < 0 || sched_getaffinity(0, sizeof(others), &others) < 0)
		return;
	CPU_CLR((size_t)cpu, &others);
	pthread_setaffinity_np(net->thread, sizeof(others), &others);
}

static void wait_for_thread(struct net_namespace *net)
{
	pthread_join(net->thread, NULL);
	net->is_running = false;
}

void net_namespace_begin(struct net_namespace *net)
{
	int code;

	sem_init(&net->is_placed, 0, 0);
	code = pthread_create(&net->thread, NULL, run, net);
	net->is_running = code == 0;
	if (net->is_running)
		begin_elsewhere(net);
	else
		err_sys_code(&net->failed, code, "make a thread for the network namespace");
	sem_post(&net->is_placed);
}

int net_namespace_wait(struct net_namespace *net, struct err *err)
{
	if (net->is_running)
		wait_for_thread(net);
	if (net->fd >= 0)
		return 0;
	*err = net->failed;
	return -err->code;
}

void net_namespace_done(struct net_namespace *net)
{
	if (net->is_running)
		wait_for_thread(net);
	fd_replace(&net->fd, -1);
}
