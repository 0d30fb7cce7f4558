/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify say LINES...: sends each argument, in which | stands for a newline, as one datagram to
 * $NOTIFY_SOCKET, as sd_notify(3) does.
 * notify flood LINES: the same one again and again, until nobody listens any more.
 * notify hand LINES [MS]: with a descriptor beside it, waits until nobody has that open.
 * notify listen PATH: makes that socket (@NAME: an abstract one) and prints each datagram that
 * comes, in one line with | for newlines and " +fd" for a descriptor, until it is killed.
 * notify keep PATH: the same, but keeps descriptors open.
 * notify ignore PATH: makes the socket and reads nothing.
 */
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TEXT_BYTES = 8192 };

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static socklen_t address_of(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strncpy(ret->sun_path, path, sizeof(ret->sun_path) - 1);
	if (ret->sun_path[0] == '@')
		ret->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

static void exchange(char *text, size_t length, char from, char to)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == from)
			text[i] = to;
}

/* ---- who speaks ---- */

static int connect_manager(int fd)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t size;

	if (!path) {
		puts("no NOTIFY_SOCKET");
		return -1;
	}
	size = address_of(path, &address);
	if (connect(fd, (struct sockaddr *)&address, size) < 0) {
		perror(path);
		return -1;
	}
	return 0;
}

static int say(int fd, char **texts)
{
	for (; *texts; texts++) {
		exchange(*texts, strlen(*texts), '|', '\n');
		if (send(fd, *texts, strlen(*texts), 0) < 0) {
			perror("send");
			return 1;
		}
	}
	return 0;
}

static int flood(int fd, char *text)
{
	char *texts[] = { text, NULL };

	while (say(fd, texts) == 0)
		;
	return 0;
}

static int hand(int fd, char *text, const char *limit_ms)
{
	union control control = { 0 };
	struct iovec data = { .iov_base = text, .iov_len = strlen(text) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int ends[2];

	exchange(text, strlen(text), '|', '\n');
	if (pipe(ends) < 0)
		return 1;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &ends[1], sizeof(int));
	if (sendmsg(fd, &message, 0) < 0) {
		perror("sendmsg");
		return 1;
	}
	close(ends[1]);
	if (poll(&(struct pollfd){ .fd = ends[0] }, 1, limit_ms ? atoi(limit_ms) : 30000) != 1) {
		puts("somebody has it open");
		return 1;
	}
	puts("nobody has it open");
	return 0;
}

/* ---- who listens ---- */

static int print_all(int fd, int keeps)
{
	char text[TEXT_BYTES];

	for (;;) {
		union control control;
		struct iovec data = { .iov_base = text, .iov_len = sizeof(text) };
		struct msghdr message = {
			.msg_iov = &data,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &message, 0);
		struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);

		if (n < 0)
			return 1;
		exchange(text, (size_t)n, '\n', '|');
		printf("%.*s%s\n", (int)n, text, header ? " +fd" : "");
		fflush(stdout);
		if (header && !keeps)
			close(*(int *)CMSG_DATA(header));
	}
}

static int listen_as(const char *how, int fd, const char *path)
{
	struct sockaddr_un address;

	if (bind(fd, (struct sockaddr *)&address, address_of(path, &address)) < 0) {
		perror(path);
		return 1;
	}
	if (strcmp(how, "ignore") == 0)
		return pause();
	return print_all(fd, strcmp(how, "keep") == 0);
}

int main(int argc, char **argv)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd < 0 || argc < 3)
		return 2;
	if (strcmp(argv[1], "listen") == 0 || strcmp(argv[1], "keep") == 0 ||
		strcmp(argv[1], "ignore") == 0)
		return listen_as(argv[1], fd, argv[2]);
	if (connect_manager(fd) < 0)
		return 2;
	if (strcmp(argv[1], "flood") == 0)
		return flood(fd, argv[2]);
	if (strcmp(argv[1], "hand") == 0)
		return hand(fd, argv[2], argv[3]);
	return say(fd, argv + 2);
}
