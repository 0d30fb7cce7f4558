/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console SOCKET: stands in for an engine at --console-socket. Listens at SOCKET, takes one
 * terminal master from it and then copies: standard input to the terminal, the terminal to
 * standard output, until the other side has closed it. The first line of output says what came:
 * "master NAME", NAME being the text sent along with the descriptor.
 *
 * console --pidfd SOCKET: the same for --pidfd-socket. Prints "process PID", whose descriptor came,
 * waits for its end and prints "ended".
 *
 * SOCKET is taken relative to its folder, as names of sockets are short.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *folder = strdup(path), *name = strdup(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !folder || !name)
		die("socket");
	if (chdir(dirname(folder)) < 0)
		die("chdir");
	snprintf(address.sun_path, sizeof address.sun_path, "%s", basename(name));
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0)
		die("bind");
	return fd;
}

static int receive_master(int fd, char *name, size_t size)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec part = { .iov_base = name, .iov_len = size - 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
	int master;

	if (!header || header->cmsg_type != SCM_RIGHTS) {
		fprintf(stderr, "console: no descriptor came\n");
		exit(1);
	}
	if (header->cmsg_len != CMSG_LEN(sizeof(int))) {
		fprintf(stderr, "console: more than one descriptor came\n");
		exit(1);
	}
	name[length] = '\0';
	memcpy(&master, CMSG_DATA(header), sizeof master);
	return master;
}

/* Returns false at the end of from (EIO: the terminal's last user has gone). */
static int copy(int from, int to)
{
	char buffer[4096];
	ssize_t length = read(from, buffer, sizeof buffer);

	if (length <= 0)
		return 0;
	return write(to, buffer, (size_t)length) == length;
}

/* The pid of a process descriptor: pidfd_open(2). */
static int wait_for_process(int pidfd)
{
	char path[64], line[256];
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };
	FILE *info;
	int pid = 0;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	info = fopen(path, "r");
	if (!info)
		die(path);
	while (fgets(line, sizeof line, info))
		sscanf(line, "Pid: %d", &pid);
	fclose(info);
	printf("process %d\n", pid);
	fflush(stdout);
	if (poll(&wait, 1, -1) < 0)
		die("poll");
	puts("ended");
	return 0;
}

int main(int argc, char **argv)
{
	char name[4096];
	int listener, peer, master;
	struct pollfd wait[2];
	int is_pidfd = argc == 3 && strcmp(argv[1], "--pidfd") == 0;

	if (argc != 2 && !is_pidfd)
		return 2;
	listener = listen_at(argv[argc - 1]);
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (peer < 0)
		die("accept");
	master = receive_master(peer, name, sizeof name);
	if (is_pidfd)
		return wait_for_process(master);
	printf("master %s\n", name);
	fflush(stdout);

	wait[0] = (struct pollfd){ .fd = master, .events = POLLIN };
	wait[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		if (poll(wait, 2, -1) < 0)
			die("poll");
		if (wait[0].revents && !copy(master, STDOUT_FILENO))
			return 0;
		if (wait[1].revents && !copy(STDIN_FILENO, master))
			wait[1].fd = -1;
	}
}
