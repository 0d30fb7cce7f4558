/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP: a connection is two sockets and a buffer each way. The end of one direction is handed on as
 * that (shutdown(2)), so that half-closed connections stay what they are.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/forward/forward.h"

enum {
	CONNECTIONS = 256, /* at once; further ones wait in the socket's backlog */
	BUFFER_BYTES = 32 * 1024,
	POLLS = 2 + 2 * CONNECTIONS,
};

/* From one socket to the other. */
struct direction {
	size_t at, used; /* of bytes: what is to be written yet */
	bool has_ended;  /* there is no more to read */
	bool is_closed;  /* and the other side knows */
	unsigned char bytes[BUFFER_BYTES];
};

struct connection {
	int client, container; /* -1: free */
	bool is_connecting;
	struct direction in, out; /* to the container, from it */
};

static struct connection connections[CONNECTIONS];

static void close_connection(struct connection *connection)
{
	fd_replace(&connection->client, -1);
	fd_replace(&connection->container, -1);
}

static struct connection *find_free(void)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		if (connections[i].client < 0)
			return &connections[i];
	}
	return NULL;
}

static void reset(struct direction *direction)
{
	direction->at = direction->used = 0;
	direction->has_ended = direction->is_closed = false;
}

static void accept_one(const struct forward_target *target)
{
	struct connection *connection = find_free();
	int fd;

	if (!connection)
		return;
	fd = accept4(FORWARD_FD_LISTEN, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	connection->client = fd;
	connection->container = socket(
		target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	connection->is_connecting = true;
	reset(&connection->in);
	reset(&connection->out);
	if (connection->container < 0 ||
		(connect(connection->container, (const struct sockaddr *)&target->address,
			 target->size) < 0 &&
			errno != EINPROGRESS))
		close_connection(connection);
}

/* ---- one direction ---- */

static bool can_read(const struct direction *direction)
{
	return !direction->has_ended && direction->used == 0;
}

/* false: the connection is broken. */
static bool read_some(struct direction *direction, int fd)
{
	ssize_t n = recv(fd, direction->bytes, sizeof(direction->bytes), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	direction->at = 0;
	direction->used = (size_t)n;
	direction->has_ended = n == 0;
	return true;
}

static bool write_some(struct direction *direction, int fd)
{
	while (direction->at < direction->used) {
		ssize_t n = send(fd, direction->bytes + direction->at,
			direction->used - direction->at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		direction->at += (size_t)n;
	}
	direction->at = direction->used = 0;
	if (direction->has_ended && !direction->is_closed) {
		shutdown(fd, SHUT_WR);
		direction->is_closed = true;
	}
	return true;
}

static bool move(struct direction *direction, int from, int to, short from_events, short to_events)
{
	if (can_read(direction) && (from_events & (POLLIN | POLLHUP | POLLERR))) {
		if (!read_some(direction, from))
			return false;
		to_events |= POLLOUT;
	}
	return !(to_events & (POLLOUT | POLLHUP | POLLERR)) || write_some(direction, to);
}

/* ---- a connection ---- */

static bool has_connected(int fd)
{
	int code = 0;
	socklen_t size = sizeof(code);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 && code == 0;
}

static bool serve(struct connection *connection, short client, short container)
{
	if (connection->is_connecting) {
		if (!(container & (POLLOUT | POLLHUP | POLLERR)))
			return true;
		if (!has_connected(connection->container))
			return false;
		connection->is_connecting = false;
	}
	return move(&connection->in, connection->client, connection->container, client,
		       container) &&
	       move(&connection->out, connection->container, connection->client, container,
		       client) &&
	       !(connection->in.is_closed && connection->out.is_closed);
}

static short wanted_of(const struct direction *reading, const struct direction *writing)
{
	return (short)((can_read(reading) ? POLLIN : 0) | (writing->used > 0 ? POLLOUT : 0));
}

static void want(const struct connection *connection, struct pollfd polls[2])
{
	polls[0] = (struct pollfd){ .fd = connection->client };
	polls[1] = (struct pollfd){ .fd = connection->container };
	if (connection->client < 0)
		return;
	if (connection->is_connecting) {
		polls[0].fd = -1;
		polls[1].events = POLLOUT;
		return;
	}
	polls[0].events = wanted_of(&connection->in, &connection->out);
	polls[1].events = wanted_of(&connection->out, &connection->in);
	/* poll(2) tells of an end even if nobody asks: once it is known it would do so for ever */
	if (polls[0].events == 0)
		polls[0].fd = -1;
	if (polls[1].events == 0)
		polls[1].fd = -1;
}

void forward_streams(const struct forward_target *target)
{
	static struct pollfd polls[POLLS];

	for (int i = 0; i < CONNECTIONS; i++)
		connections[i].client = connections[i].container = -1;
	for (;;) {
		polls[0] = (struct pollfd){ .fd = FORWARD_FD_CONTAINER, .events = POLLIN };
		polls[1] = (struct pollfd){
			.fd = find_free() ? FORWARD_FD_LISTEN : -1,
			.events = POLLIN,
		};
		for (int i = 0; i < CONNECTIONS; i++)
			want(&connections[i], &polls[2 + 2 * i]);
		if (poll(polls, POLLS, -1) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (polls[0].revents)
			return;
		for (int i = 0; i < CONNECTIONS; i++) {
			const struct pollfd *pair = &polls[2 + 2 * i];

			if ((pair[0].revents | pair[1].revents) &&
				!serve(&connections[i], pair[0].revents, pair[1].revents))
				close_connection(&connections[i]);
		}
		if (polls[1].revents)
			accept_one(target);
	}
}
