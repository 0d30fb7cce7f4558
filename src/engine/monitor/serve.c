/* SPDX-License-Identifier: Apache-2.0 */
/* Role monitor: its one loop, until the container has ended and all it wrote is where it belongs.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/monitor/monitor.h"

enum {
	POLL_PROCESS,
	POLL_OUTPUT,
	POLL_ERRORS,
	POLL_INPUT,
	POLL_LISTEN,
	POLL_HEALTH,
	POLL_CLIENTS, /* the first of them */
	POLL_COUNT = POLL_CLIENTS + MONITOR_CLIENTS_MAX,
};

/* What the container wrote, to log and clients. */
static void copy_output(
	struct monitor *monitor, int *fd, struct log_line *line, enum protocol_kind kind)
{
	static char bytes[PROTOCOL_DATA_BYTES];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n > 0) {
		monitor->n_since_end += monitor->has_ended ? (uint64_t)n : 0;
		log_add(&monitor->log, line, bytes, (size_t)n);
		clients_send(&monitor->clients, kind, bytes, (size_t)n);
		return;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* EIO: nobody has the terminal's other side open */
	log_end_line(&monitor->log, line);
	fd_replace(fd, -1);
}

static void close_input(struct monitor *monitor)
{
	static const char end_of_file = 4; /* VEOF of a new terminal */

	if (monitor->has_terminal) {
		if (monitor->output_fd >= 0 && write(monitor->output_fd, &end_of_file, 1) < 0)
			return;
	} else {
		fd_replace(&monitor->input_fd, -1);
	}
}

static int input_fd(const struct monitor *monitor)
{
	return monitor->has_terminal ? monitor->output_fd : monitor->input_fd;
}

/* As much as it takes; the rest is kept. */
static void feed(struct monitor *monitor)
{
	ssize_t n = write(input_fd(monitor), monitor->input + monitor->input_done,
		monitor->input_length - monitor->input_done);

	if (n > 0)
		monitor->input_done += (size_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		monitor->input_done = monitor->input_length; /* nobody reads it any more */
		if (!monitor->has_terminal)
			fd_replace(&monitor->input_fd, -1);
	}
	if (monitor->input_done < monitor->input_length)
		return;
	monitor->input_done = monitor->input_length = 0;
	if (monitor->closes_input)
		close_input(monitor);
	monitor->closes_input = false;
}

static void take_input(struct monitor *monitor, const char *bytes, size_t n)
{
	if (input_fd(monitor) < 0)
		return;
	if (n == 0) {
		close_input(monitor);
		return;
	}
	memcpy(monitor->input, bytes, n);
	monitor->input_length = n;
	monitor->input_done = 0;
	feed(monitor);
}

static void take_size(struct monitor *monitor, const char *bytes, size_t n)
{
	struct winsize size;

	if (n != sizeof(size) || !monitor->has_terminal || monitor->output_fd < 0)
		return;
	memcpy(&size, bytes, sizeof(size));
	ioctl(monitor->output_fd, TIOCSWINSZ, &size);
}

static void take_packet(struct monitor *monitor, struct client *client)
{
	static char packet[PROTOCOL_PACKET_BYTES];
	ssize_t n = recv(client->fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		clients_drop(client);
		return;
	}
	switch (packet[0]) {
	case PROTOCOL_ATTACH:
		client->is_attached = true;
		break;
	case PROTOCOL_INPUT:
		take_input(monitor, packet + 1, (size_t)n - 1);
		break;
	case PROTOCOL_SIZE:
		take_size(monitor, packet + 1, (size_t)n - 1);
		break;
	case PROTOCOL_CLEANS:
		client->cleans = true;
		break;
	default: /* a newer client's */
		break;
	}
}

static void accept_client(struct monitor *monitor)
{
	int fd = accept4(monitor->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		clients_add(&monitor->clients, fd, false);
}

static void watch(const struct monitor *monitor, struct pollfd polled[POLL_COUNT])
{
	bool reads = !clients_are_behind(&monitor->clients);
	bool has_room = monitor->input_length == 0;

	for (size_t i = 0; i < POLL_COUNT; i++)
		polled[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	polled[POLL_PROCESS].fd = monitor->has_ended ? -1 : monitor->pidfd;
	polled[POLL_OUTPUT].fd = reads ? monitor->output_fd : -1;
	polled[POLL_ERRORS].fd = reads ? monitor->errors_fd : -1;
	polled[POLL_INPUT].fd = has_room ? -1 : input_fd(monitor);
	polled[POLL_INPUT].events = POLLOUT;
	polled[POLL_LISTEN].fd = monitor->listen_fd;
	polled[POLL_HEALTH].fd = monitor->health.checker > 0 ? monitor->health.checker_fd : -1;
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		const struct client *client = &monitor->clients.all[i];
		short events = (short)((has_room ? POLLIN : 0) | (client->is_behind ? POLLOUT : 0));

		polled[POLL_CLIENTS + i].fd = events ? client->fd : -1;
		polled[POLL_CLIENTS + i].events = events;
	}
}

/* One at a time, so that nobody has to get two packets. */
static void copy_one(struct monitor *monitor, const struct pollfd polled[POLL_COUNT])
{
	if (polled[POLL_ERRORS].revents)
		copy_output(monitor, &monitor->errors_fd, &monitor->errors_line, PROTOCOL_ERRORS);
	else if (polled[POLL_OUTPUT].revents)
		copy_output(monitor, &monitor->output_fd, &monitor->output_line, PROTOCOL_OUTPUT);
}

static void serve_clients(struct monitor *monitor, const struct pollfd polled[POLL_COUNT])
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct client *client = &monitor->clients.all[i];

		/* input for the container comes from one at a time */
		if (client->fd >= 0 && monitor->input_length == 0 &&
			polled[POLL_CLIENTS + i].revents & (POLLIN | POLLHUP | POLLERR))
			take_packet(monitor, client);
	}
}

/* What was written before the end is there by then; whoever outlives the process writes in vain. */
static bool is_finished(const struct monitor *monitor, const struct pollfd polled[POLL_COUNT])
{
	if (!monitor->has_ended || clients_are_behind(&monitor->clients))
		return false;
	return monitor->n_since_end > REST_BYTES_MAX ||
	       (!polled[POLL_OUTPUT].revents && !polled[POLL_ERRORS].revents);
}

/* Milliseconds until something is to be done without anybody asking; -1: never. */
static int next_timeout(const struct monitor *monitor)
{
	int64_t patience = clients_patience_msec(&monitor->clients);
	int64_t health = monitor->has_ended ? -1 : health_timeout_msec(&monitor->health);
	int64_t first = patience < 0 || (health >= 0 && health < patience) ? health : patience;

	return first > INT32_MAX ? INT32_MAX : (int)first;
}

static void check_health(struct monitor *monitor, const struct pollfd polled[POLL_COUNT])
{
	if (polled[POLL_HEALTH].revents)
		health_end(&monitor->health);
	else if (!monitor->has_ended && health_timeout_msec(&monitor->health) == 0)
		health_begin(&monitor->health);
}

void monitor_serve(struct monitor *monitor)
{
	struct pollfd polled[POLL_COUNT];

	for (;;) {
		bool was_behind = clients_are_behind(&monitor->clients);
		int timeout = next_timeout(monitor);

		if (monitor->has_ended && !was_behind)
			timeout = 0;
		watch(monitor, polled);
		if (poll(polled, POLL_COUNT, timeout) < 0)
			continue; /* EINTR */
		if (polled[POLL_PROCESS].revents)
			monitor->has_ended = true;
		else if (!was_behind && is_finished(monitor, polled))
			break;
		if (polled[POLL_INPUT].revents)
			feed(monitor);
		if (was_behind)
			clients_send_again(&monitor->clients);
		copy_one(monitor, polled);
		serve_clients(monitor, polled);
		if (polled[POLL_LISTEN].revents)
			accept_client(monitor);
		check_health(monitor, polled);
	}
	/* somebody else may still have the other ends open */
	log_end_line(&monitor->log, &monitor->output_line);
	log_end_line(&monitor->log, &monitor->errors_line);
}
