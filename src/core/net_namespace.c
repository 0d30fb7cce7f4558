/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net_namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdalign.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/loopback.h"

enum { NET_STACK_BYTES = 128 * 1024 };

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
	AUTO_FD int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_sys(err, "open /proc/thread-self/ns/net");
		return;
	}
	if (net->connect && net->connect(net->connect_context, fd, err) < 0)
		return;
	net->fd = TAKE_FD(fd);
}

/* In a thread: only the thread's own namespace changes (unshare(2)), and it ends with it. */
static void *run(void *argument)
{
	struct net_namespace *net = argument;

	while (sem_wait(&net->is_placed) < 0) /* see begin_elsewhere() */
		;
	make(net);
	return NULL;
}

/*
 * The scheduler puts a new thread next to its maker more often than not, where it would only take
 * turns with it: it begins on any of the other processors, and not before that was said (a thread
 * that has ended has no number any more, and 0 stands for the caller).
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

/* On a stack that is there already: to map one, and to unmap it, costs as much as the thread. */
static int begin_thread(struct net_namespace *net)
{
	static alignas(64) char stack[NET_STACK_BYTES]; /* one of them runs at a time */
	pthread_attr_t attributes;
	int code;

	pthread_attr_init(&attributes);
	code = pthread_attr_setstack(&attributes, stack, sizeof(stack));
	if (code == 0)
		code = pthread_create(&net->thread, &attributes, run, net);
	pthread_attr_destroy(&attributes);
	return code;
}

void net_namespace_begin(struct net_namespace *net)
{
	int code;

	sem_init(&net->is_placed, 0, 0);
	code = begin_thread(net);
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
