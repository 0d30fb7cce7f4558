/* SPDX-License-Identifier: Apache-2.0 */
/* Role monitor: who is attached, and what each of them still has to get. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/fd.h"
#include "engine/monitor/monitor.h"

int64_t monitor_now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clients_init(struct clients *clients)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
		clients->all[i].fd = -1;
}

void clients_add(struct clients *clients, int fd, bool is_first)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		if (clients->all[i].fd >= 0)
			continue;
		clients->all[i] = (struct client){
			.fd = fd,
			.is_first = is_first,
			.is_attached = is_first,
			.cleans = is_first,
		};
		return;
	}
	fd_close(fd);
}

void clients_drop(struct client *client)
{
	fd_replace(&client->fd, -1);
	client->is_behind = false;
}

bool clients_are_behind(const struct clients *clients)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
		if (clients->all[i].is_behind)
			return true;
	return false;
}

static void send_to(struct clients *clients, struct client *client)
{
	ssize_t n = send(
		client->fd, clients->packet, clients->packet_length, MSG_DONTWAIT | MSG_NOSIGNAL);

	client->is_behind = n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);
	if (n < 0 && !client->is_behind)
		clients_drop(client);
}

void clients_send(struct clients *clients, enum protocol_kind kind, const char *bytes, size_t n)
{
	clients->packet[0] = (char)kind;
	memcpy(clients->packet + 1, bytes, n);
	clients->packet_length = 1 + n;
	clients->behind_since_msec = monitor_now_msec();
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->fd >= 0 && (client->is_attached || kind == PROTOCOL_EXIT))
			send_to(clients, client);
	}
}

int64_t clients_patience_msec(const struct clients *clients)
{
	bool waits = false;
	int64_t left;

	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
		waits |= clients->all[i].is_behind && !clients->all[i].is_first;
	if (!waits)
		return -1;
	left = clients->behind_since_msec + CLIENT_PATIENCE_MSEC - monitor_now_msec();
	return left > 0 ? left : 0;
}

void clients_send_again(struct clients *clients)
{
	bool is_over = clients_patience_msec(clients) == 0;

	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->is_behind)
			send_to(clients, client);
		if (client->is_behind && is_over && !client->is_first)
			clients_drop(client);
	}
}
