/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/firewall/ports.h"
#include "engine/firewall/publish.h"
#include "engine/forward/forward.h"
#include "engine/image/helper_program.h"
#include "sys/process.h"

enum { BACKLOG = 512, FREE_FD = 16 };

static int listen_there(
	struct arena *arena, const struct firewall_port *port, int *ret_fd, struct err *err)
{
	int type = port->protocol == FIREWALL_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port->host_port),
	};
	AUTO_FD int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;

	if (fd < 0)
		return err_sys(err, "socket");
	memcpy(&address.sin6_addr, port->host.bytes, sizeof(address.sin6_addr));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		(type == SOCK_STREAM && listen(fd, BACKLOG) < 0))
		return err_sys(err, "bind %s", ports_host_text(arena, port));
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* In the child: out of the caller's session, with the descriptors of forward.h and no others. */
static _Noreturn void become(const char *program, char **argv, int listen_fd, int pidfd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	listen_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, FREE_FD);
	pidfd = fcntl(pidfd, F_DUPFD_CLOEXEC, FREE_FD);
	if (null < 0 || listen_fd < 0 || pidfd < 0 || chdir("/") < 0)
		_exit(EXIT_FAILURE);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (dup2(listen_fd, FORWARD_FD_LISTEN) < 0 || dup2(pidfd, FORWARD_FD_CONTAINER) < 0)
		_exit(EXIT_FAILURE);
	execv(program, argv);
	_exit(EXIT_FAILURE);
}

/* A grandchild, which nobody has to wait for; its number comes by a pipe that its exec closes. */
static int spawn(
	const char *program, char **argv, int listen_fd, int pidfd, pid_t *ret, struct err *err)
{
	int ends[2];
	pid_t middle, pid = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	AUTO_FD int from = ends[0];
	AUTO_FD int to = ends[1];
	middle = fork();
	if (middle < 0)
		return err_sys(err, "fork");
	if (middle == 0) {
		pid = fork();
		if (pid == 0)
			become(program, argv, listen_fd, pidfd);
		(void)!write(to, &pid, sizeof(pid));
		_exit(EXIT_SUCCESS);
	}
	fd_replace(&to, -1);
	waitpid(middle, NULL, 0);
	if (fd_read_up_to(from, &pid, sizeof(pid), err) != sizeof(pid) || pid <= 0)
		return err_fail(err, EAGAIN, "hull-forward could not be started");
	*ret = pid;
	return 0;
}

int forwarder_start(
	struct arena *arena, struct port_entry *entry, pid_t container_pid, struct err *err)
{
	const struct firewall_port *port = &entry->port;
	char program[PATH_MAX], address[IP_PREFIX_TEXT_BYTES];
	AUTO_FD int listen_fd = -1;
	AUTO_FD int pidfd = -1;
	struct process_stat stat;
	pid_t pid = 0;
	int r = helper_program_find("hull-forward", program, err);

	if (r == 0)
		r = process_pidfd_open(container_pid, &pidfd, err);
	if (r == 0)
		r = listen_there(arena, port, &listen_fd, err);
	if (r < 0)
		return r;
	ip_address_format(&port->container, address);
	char *argv[] = {
		(char *)"hull-forward",
		(char *)firewall_protocol_name(port->protocol),
		address,
		arena_printf(arena, "%u", port->container_port),
		arena_printf(arena, "%s/%s", ports_host_text(arena, port),
			firewall_protocol_name(port->protocol)), /* for ps(1) */
		NULL,
	};
	r = spawn(program, argv, listen_fd, pidfd, &pid, err);
	if (r == 0)
		r = process_stat_read(pid, &stat, err);
	if (r < 0)
		return err_while(err, "port %s", ports_host_text(arena, port));
	entry->forwarder = pid;
	entry->forwarder_start = stat.start_time;
	return 0;
}

void forwarder_stop(const struct port_entry *entry)
{
	struct err ignored = ERR_INIT; /* it ends with the container anyway */
	AUTO_FD int pidfd = -1;

	if (entry->forwarder > 0 && process_pidfd_open(entry->forwarder, &pidfd, &ignored) == 0 &&
		process_is_alive(entry->forwarder, entry->forwarder_start))
		process_pidfd_signal(pidfd, SIGKILL, &ignored);
}
