/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify say LINES...: sends each argument, in which | stands for a newline, as one datagram to
 * $NOTIFY_SOCKET, as sd_notify(3) does.
 * notify listen PATH: makes that socket (@NAME: an abstract one) and prints each datagram that
 * comes, in one line with | for newlines, until it is killed.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { TEXT_BYTES = 8192 };

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

static int say(int fd, char **texts)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t size;

	if (!path) {
		puts("no NOTIFY_SOCKET");
		return 2;
	}
	size = address_of(path, &address);
	for (; *texts; texts++) {
		exchange(*texts, strlen(*texts), '|', '\n');
		if (sendto(fd, *texts, strlen(*texts), 0, (struct sockaddr *)&address, size) < 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

static int print_all(int fd, const char *path)
{
	struct sockaddr_un address;
	char text[TEXT_BYTES];

	if (bind(fd, (struct sockaddr *)&address, address_of(path, &address)) < 0) {
		perror(path);
		return 1;
	}
	for (;;) {
		ssize_t n = recv(fd, text, sizeof(text), 0);

		if (n < 0)
			return 1;
		exchange(text, (size_t)n, '\n', '|');
		printf("%.*s\n", (int)n, text);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd < 0 || argc < 3)
		return 2;
	return strcmp(argv[1], "say") == 0 ? say(fd, argv + 2) : print_all(fd, argv[2]);
}
