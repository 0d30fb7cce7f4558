/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usernet: a network for containers of ordinary users, by pasta(1): a process of the user's that
 * copies between an interface inside and sockets outside.
 *
 * Layer 3, role caller; with the container's lock held. pasta puts itself into the background when
 * the interface is there, and writes its number into a file of the container's directory first,
 * whose path is in its arguments: so it is known and can be ended whatever dies.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/container/containers.h"

#define USERNET_PASTA "pasta" /* the network's name, and the program's */

/* Where the container asks for names when the host has only resolvers of its own (resolver.h). */
#define USERNET_DNS "169.254.1.1"

/*
 * The network of an ordinary user's container when none was asked for: pasta, or none with a
 * warning. EINVAL: root asks for pasta.
 */
int usernet_settle(const struct store *store, struct container_settings *settings, struct err *err);

/* pid: a process in the container's user and network namespaces. ENOENT: pasta is missing. */
int usernet_start(
	struct arena *arena, const struct engine_container *container, pid_t pid, struct err *err);

/* Also after any death; nothing happens when there is none. */
void usernet_stop(struct arena *arena, const struct engine_container *container);
