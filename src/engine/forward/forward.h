/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward: hull-forward PROTOCOL ADDRESS PORT LABEL: what comes to a socket of the host goes to a
 * container, for addresses that the kernel does not translate (::1).
 *
 * A role of its own: a small static process in the host's network namespace, as user nobody, with
 * no capability and nothing open but the two descriptors below and its connections. It ends when
 * the container's first process does. It allocates nothing: a table of connections, and what does
 * not fit waits to be accepted.
 */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

/* What hull gives it. */
enum {
	FORWARD_FD_LISTEN = 3, /* a listening, or bound, socket that does not block */
	FORWARD_FD_CONTAINER,  /* pidfd of the container's first process */
};

struct forward_target {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Each until the container ends. */
void forward_streams(const struct forward_target *target);
void forward_packets(const struct forward_target *target);
