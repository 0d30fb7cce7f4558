/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_namespace: a new network namespace, made while the caller does something else.
 *
 * Layer 2, role caller. A network namespace is the most expensive thing of a start (0.4 ms), and
 * nothing of the preparation needs it: a thread makes it, with loopback up, while directory and
 * cgroups are made. With one CPU, or for a namespace that a new user namespace has to own, the
 * clone makes it as any other.
 */
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "core/container.h"

struct net_namespace {
	pthread_t thread;
	bool is_running;
	sem_t is_placed;
	container_network_fn *connect; /* called in the thread; may be NULL */
	void *connect_context;
	int fd; /* -1 */
	struct err failed;
};

#define NET_NAMESPACE_INIT ((struct net_namespace){ .fd = -1 })

/* A thread is worth it here. */
bool net_namespace_is_worth_it(void);

/* Begins, connect is set; *net must stay where it is until net_namespace_wait(). What fails,
 * making the thread as well, is net_namespace_wait()'s error. */
void net_namespace_begin(struct net_namespace *net);

/* net->fd is the namespace, with lo up. */
int net_namespace_wait(struct net_namespace *net, struct err *err);

void net_namespace_done(struct net_namespace *net);
