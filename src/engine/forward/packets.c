/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP: whoever sends has a socket of its own to the container, so that the answers find back to it.
 * Who has been silent longest gives way when there are too many.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/forward/forward.h"

enum {
	SENDERS = 256,
	SILENT_SECONDS = 120,
	PACKET_BYTES = 65536,
};

struct sender {
	int fd; /* to the container; -1: free */
	time_t heard;
	struct sockaddr_in6 address;
};

static struct sender senders[SENDERS];
static unsigned char packet[PACKET_BYTES];

static time_t now(void)
{
	struct timespec time = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static struct sender *find(const struct sockaddr_in6 *address)
{
	struct sender *oldest = &senders[0];

	for (int i = 0; i < SENDERS; i++) {
		struct sender *sender = &senders[i];

		if (sender->fd >= 0 && sender->address.sin6_port == address->sin6_port &&
			memcmp(&sender->address.sin6_addr, &address->sin6_addr,
				sizeof(address->sin6_addr)) == 0)
			return sender;
	}
	for (int i = 0; i < SENDERS; i++) {
		if (senders[i].fd < 0)
			return &senders[i];
		if (senders[i].heard < oldest->heard)
			oldest = &senders[i];
	}
	fd_replace(&oldest->fd, -1);
	return oldest;
}

static void take_packet(const struct forward_target *target)
{
	struct sockaddr_in6 address = { 0 };
	socklen_t size = sizeof(address);
	ssize_t n = recvfrom(FORWARD_FD_LISTEN, packet, sizeof(packet), MSG_DONTWAIT,
		(struct sockaddr *)&address, &size);
	struct sender *sender;

	if (n < 0 || size != sizeof(address))
		return;
	sender = find(&address);
	if (sender->fd < 0) {
		sender->fd = socket(
			target->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		sender->address = address;
		if (sender->fd < 0 || connect(sender->fd, (const struct sockaddr *)&target->address,
					      target->size) < 0) {
			fd_replace(&sender->fd, -1);
			return;
		}
	}
	sender->heard = now();
	(void)!send(sender->fd, packet, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* An error is that nobody listens in there: packets get lost. */
static void take_answer(struct sender *sender)
{
	ssize_t n = recv(sender->fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n < 0)
		return;
	sender->heard = now();
	(void)!sendto(FORWARD_FD_LISTEN, packet, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL,
		(struct sockaddr *)&sender->address, sizeof(sender->address));
}

static void forget_silent(void)
{
	time_t limit = now() - SILENT_SECONDS;

	for (int i = 0; i < SENDERS; i++) {
		if (senders[i].fd >= 0 && senders[i].heard < limit)
			fd_replace(&senders[i].fd, -1);
	}
}

void forward_packets(const struct forward_target *target)
{
	static struct pollfd polls[2 + SENDERS];

	for (int i = 0; i < SENDERS; i++)
		senders[i].fd = -1;
	for (;;) {
		polls[0] = (struct pollfd){ .fd = FORWARD_FD_CONTAINER, .events = POLLIN };
		polls[1] = (struct pollfd){ .fd = FORWARD_FD_LISTEN, .events = POLLIN };
		for (int i = 0; i < SENDERS; i++)
			polls[2 + i] = (struct pollfd){ .fd = senders[i].fd, .events = POLLIN };
		if (poll(polls, 2 + SENDERS, SILENT_SECONDS * 1000) < 0 && errno != EINTR)
			return;
		if (polls[0].revents)
			return;
		for (int i = 0; i < SENDERS; i++) {
			if (polls[2 + i].revents && senders[i].fd >= 0)
				take_answer(&senders[i]);
		}
		if (polls[1].revents)
			take_packet(target);
		forget_silent();
	}
}
