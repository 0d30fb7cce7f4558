/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/clone.h"
#include "sys/fd_passing.h"
#include "sys/loopback.h"
#include "sys/process.h"

static int join(int userns_fd, struct err *err)
{
	if (setns(userns_fd, CLONE_NEWUSER) < 0)
		return err_sys(err, "setns to the user namespace");
	return unshare(CLONE_NEWNS) < 0 ? err_sys(err, "unshare the mount namespace") : 0;
}

int inside_become_root(struct err *err)
{
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(err, "become root of the user namespace");
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of ids takes it away */
	return 0;
}

int inside_join(int userns_fd, struct err *err)
{
	int r = join(userns_fd, err);

	return r < 0 ? r : inside_become_root(err);
}

static int make_network(struct err *err)
{
	return unshare(CLONE_NEWNET) < 0 ? err_sys(err, "unshare the network namespace")
					 : loopback_up(err);
}

/* Role: child. */
static _Noreturn void run_child(
	const struct inside_place *place, inside_fn *run, void *context, int socket_fd)
{
	struct err err = ERR_INIT;
	int fd = -1, r;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (recv(socket_fd, &byte, 1, 0) != 1)
		_exit(1); /* the caller has died */
	r = place->join_fd >= 0 ? join(place->join_fd, &err) : 0;
	if (r == 0 && place->makes_network)
		r = make_network(&err);
	if (r == 0)
		r = run(context, &fd, &err);
	if (r == 0 && fd >= 0)
		r = fd_pass(socket_fd, fd, &err, sizeof(err), &err);
	if (r < 0 || fd < 0)
		(void)!send(socket_fd, &err, sizeof(err), MSG_NOSIGNAL);
	while (recv(socket_fd, &byte, 1, 0) < 0 && errno == EINTR)
		; /* our namespaces are being opened, and then we are killed */
	_exit(0);
}

static int hear(int socket_fd, int *ret_fd, struct err *err)
{
	struct err answer;
	ssize_t n = fd_receive_message(socket_fd, &answer, sizeof(answer), ret_fd, err);

	if (n < 0)
		return (int)n;
	if (n != sizeof(answer))
		return err_fail(err, ECHILD, "the process in the store's namespaces died");
	if (answer.code == 0)
		return 0;
	err_sanitize(&answer);
	*err = answer;
	return -err->code;
}

static int open_namespace(pid_t pid, const char *name, int *ret_fd, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", path) : 0;
}

/* Its ids, the word that they are there, its answer; it is still there then. */
static int serve(const struct inside_place *place, pid_t pid, int socket_fd,
	struct inside_result *ret, struct err *err)
{
	int r = place->maps ? id_map_write(pid, place->maps, err) : 0;

	if (r == 0 && send(socket_fd, "", 1, MSG_NOSIGNAL) != 1)
		r = err_sys(err, "send");
	if (r == 0)
		r = hear(socket_fd, &ret->fd, err);
	if (r == 0 && place->maps)
		r = open_namespace(pid, "user", &ret->userns_fd, err);
	if (r == 0 && place->makes_network)
		r = open_namespace(pid, "net", &ret->netns_fd, err);
	return r;
}

void inside_end(struct inside_result *result)
{
	if (result->pidfd >= 0)
		process_kill_and_reap(result->pidfd);
	fd_replace(&result->pidfd, -1);
	fd_replace(&result->socket_fd, -1);
}

void inside_close(struct inside_result *result)
{
	inside_end(result);
	fd_replace(&result->fd, -1);
	fd_replace(&result->userns_fd, -1);
	fd_replace(&result->netns_fd, -1);
}

int inside_run(const struct inside_place *place, inside_fn *run, void *context,
	struct inside_result *ret, struct err *err)
{
	const struct clone_how how = {
		.flags = (place->join_fd >= 0 ? 0 : CLONE_NEWNS) |
			 (place->maps ? CLONE_NEWUSER : 0),
		.cgroup_fd = -1,
	};
	struct inside_result result = INSIDE_RESULT_INIT;
	int sockets[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	result.socket_fd = sockets[0];
	AUTO_FD int theirs = sockets[1];
	r = clone_copying_memory(&how, &result.pid, &result.pidfd, err);
	if (r == 0 && result.pid == 0) {
		fd_replace(&result.socket_fd, -1);
		run_child(place, run, context, theirs);
	}
	fd_replace(&theirs, -1);
	if (r == 0)
		r = serve(place, result.pid, result.socket_fd, &result, err);
	if (r < 0 || !place->makes_network)
		inside_end(&result);
	if (r == 0 && ret)
		*ret = result;
	else
		inside_close(&result);
	return r;
}
