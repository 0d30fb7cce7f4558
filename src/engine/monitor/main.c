/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hull-monitor HULL ROOT ID LOG-BYTES LOG-FILES attached|detached HEALTH-MSEC START-MSEC
 * FIRST-MSEC: see monitor.h. Started by hull with the descriptors of protocol.h; LOG-FILES 0: no
 * log; HEALTH-MSEC 0: no check of health. At the end it executes `HULL --root ROOT ended ID`,
 * unless who started the container has done that already.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "engine/monitor/monitor.h"

static struct monitor monitor;

/* Not for the program that this one becomes at its end. */
static int if_open(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -1 : fd;
}

/* What is written to is asked before, and never waits. */
static int without_blocking(int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return fd;
}

static void take_descriptors(void)
{
	monitor.dir_fd = if_open(PROTOCOL_FD_DIRECTORY);
	monitor.pidfd = if_open(PROTOCOL_FD_PROCESS);
	monitor.output_fd = without_blocking(if_open(PROTOCOL_FD_OUTPUT));
	monitor.errors_fd = without_blocking(if_open(PROTOCOL_FD_ERRORS));
	monitor.input_fd = without_blocking(if_open(PROTOCOL_FD_INPUT));
	monitor.listen_fd = without_blocking(if_open(PROTOCOL_FD_LISTEN));
	monitor.kills_fd = if_open(PROTOCOL_FD_KILLS);
	monitor.has_terminal = monitor.output_fd >= 0 && isatty(monitor.output_fd) == 1;
	monitor.output_line.stream = "stdout";
	monitor.errors_line.stream = "stderr";
	clients_init(&monitor.clients);
}

/* One that is not attached has heard enough. */
static void greet_client(bool is_attached)
{
	const char packet = PROTOCOL_STARTED;
	int client = if_open(PROTOCOL_FD_CLIENT);

	if (client >= 0)
		(void)!send(client, &packet, 1, MSG_NOSIGNAL);
	if (client >= 0 && is_attached)
		clients_add(&monitor.clients, client, true);
	else
		fd_close(client);
}

static void open_log(const char *max_size, const char *max_files)
{
	uint64_t size, files;

	monitor.log.fd = -1;
	if (parse_u64(max_size, &size) == 0 && parse_u64(max_files, &files) == 0 && files > 0 &&
		files < UINT16_MAX)
		log_open(&monitor.log, monitor.dir_fd, size ? size : UINT64_MAX, (unsigned)files);
}

/* Until the first check, between checks, and between those of the start period. 0: none. */
static void set_health(char **argv)
{
	struct health *health = &monitor.health;
	int64_t first = 0;

	*health = (struct health){
		.checker_fd = -1,
		.hull = argv[1],
		.root = argv[2],
		.id = argv[3],
	};
	if (parse_i64(argv[7], &health->interval_msec) < 0 ||
		parse_i64(argv[8], &health->start_interval_msec) < 0 ||
		parse_i64(argv[9], &first) < 0)
		health->interval_msec = 0;
	health->due_msec = monitor_now_msec() + first;
}

int main(int argc, char **argv)
{
	if (argc != 10)
		return EXIT_FAILURE;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	take_descriptors();
	monitor.began_msec = monitor_now_msec();
	open_log(argv[4], argv[5]);
	set_health(argv);
	greet_client(strcmp(argv[6], "attached") == 0);
	monitor_serve(&monitor);
	monitor_note_end(&monitor);
	if (monitor_is_cleaned(&monitor.clients))
		return EXIT_SUCCESS;
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	execl(argv[1], argv[1], "--root", argv[2], "ended", argv[3], (char *)NULL);
	return EXIT_FAILURE;
}
