/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handshake.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/fault.h"
#include "plan/message.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

/*
 * 1: a message, 0: end of file, or an error. ret_fd: a descriptor that came with it, or -1; NULL:
 * none is taken.
 */
static int receive(int socket_fd, struct message *ret, int *ret_fd, struct err *err)
{
	struct err failed = ERR_INIT;
	ssize_t n = fd_receive_message(socket_fd, ret, sizeof(*ret), ret_fd, &failed);

	/* It ended without reading what we had sent in advance; its last words come behind that. */
	if (n == -ECONNRESET)
		n = fd_receive_message(socket_fd, ret, sizeof(*ret), ret_fd, &failed);
	if (n == -ECONNRESET || n == 0)
		return 0;
	if (n < 0) {
		*err = failed;
		return err_while(err, "hull-init");
	}
	if (n != (ssize_t)sizeof(*ret))
		return err_fail(err, EPROTO, "hull-init sent %zd bytes, not a message", n);
	return 1;
}

static int take_error(struct message *message, struct err *err)
{
	err_sanitize(&message->err);
	*err = message->err;
	return -err->code;
}

static int unexpected(const struct message *message, struct err *err)
{
	return err_fail(err, EPROTO, "hull-init sent a message of kind %u", message->kind);
}

static int send_go(int socket_fd, struct err *err)
{
	const struct message go = { .kind = MESSAGE_GO };

	if (send(socket_fd, &go, sizeof(go), MSG_NOSIGNAL) != (ssize_t)sizeof(go))
		return err_sys(err, "send to hull-init");
	return 0;
}

int handshake_go(int socket_fd, struct err *err)
{
	struct err unread = ERR_INIT;
	struct message last;
	int r = send_go(socket_fd, err);

	/* It has ended; if it said why, that is the error. */
	if (r == -EPIPE && receive(socket_fd, &last, NULL, &unread) > 0 &&
		last.kind == MESSAGE_ERROR)
		return take_error(&last, err);
	return r;
}

int handshake_go_ahead(int socket_fd, struct err *err)
{
	struct err failed = ERR_INIT;
	int r = send_go(socket_fd, &failed);

	if (r == -EPIPE) /* it has ended, and said why: that is read next */
		return 0;
	if (r < 0)
		*err = failed;
	return r;
}

int handshake_groups(int socket_fd, const int *fds, size_t n_fds, size_t n_groups, struct err *err)
{
	const struct message message = {
		.kind = MESSAGE_GROUPS,
		.number = (int64_t)n_groups,
	};
	struct err failed = ERR_INIT;
	int r = fd_pass_all(socket_fd, fds, n_fds, &message, sizeof(message), &failed);

	if (r == -EPIPE) /* it has ended, and said why: that is read next */
		return 0;
	if (r < 0)
		*err = failed;
	return r;
}

/* The plan goes on in a second process, our child like the first, which ends. */
static int take_second_process(
	struct launch *launch, const struct message *message, struct err *err)
{
	pid_t pid = (pid_t)message->number;
	AUTO_FD int pidfd = -1;
	int status, r;

	if (pid <= 0 || message->number != pid)
		return unexpected(message, err);
	r = process_pidfd_open(pid, &pidfd, err);
	if (r == 0) {
		launch->pid = pid;
		r = launch_place(launch, err);
	}
	if (r == 0) /* the one goes on while the other ends */
		r = handshake_go(launch->report_fd, err);
	if (r == 0 && launch->goes_ahead)
		r = handshake_go_ahead(launch->report_fd, err);
	if (r == 0)
		r = process_wait(launch->pidfd, &status, err);
	if (r < 0)
		return r;
	fd_replace(&launch->pidfd, TAKE_FD(pidfd));
	return 0;
}

static int synchronise(
	struct launch *launch, const struct message *message, int fd, struct err *err)
{
	int r;

	if (!launch->sync || message->number < 0 || message->number > PLAN_SYNC_UNMOUNTED)
		return unexpected(message, err);
	r = launch->sync(launch, (enum plan_sync)message->number, fd, err);
	return r < 0 ? r : handshake_go(launch->report_fd, err);
}

static int answer(struct launch *launch, struct message *message, int fd, struct err *err)
{
	switch ((enum message_kind)message->kind) {
	case MESSAGE_ERROR:
		return take_error(message, err);
	case MESSAGE_PID:
		return take_second_process(launch, message, err);
	case MESSAGE_SYNC:
		return synchronise(launch, message, fd, err);
	case MESSAGE_HOLD:
		kill(getpid(), SIGKILL);
		return 0;
	case MESSAGE_READY:
	case MESSAGE_GO:
	case MESSAGE_GROUPS:
		break;
	}
	return unexpected(message, err);
}

/* How a process that says nothing ended tells why. */
static int died(struct launch *launch, struct err *err)
{
	int status;
	int r = process_wait(launch->pidfd, &status, err);

	if (r < 0)
		return r;
	fd_replace(&launch->pidfd, -1);
	if (status == 128 + SIGKILL) {
		err_fail(err, ENOMEM, "the container's process was killed before it was ready");
		return err_hint(err, "its memory limit may be too low to start anything");
	}
	return err_fail(err, EPROTO, "the container's process ended early with status %d", status);
}

int handshake_until_ready(struct launch *launch, struct err *err)
{
	for (;;) {
		struct message message;
		AUTO_FD int fd = -1;
		int r = receive(launch->report_fd, &message, &fd, err);

		if (r == 0)
			return died(launch, err);
		if (r > 0 && message.kind == MESSAGE_READY)
			return 0;
		if (r > 0)
			r = answer(launch, &message, fd, err);
		if (r < 0)
			return r;
	}
}

int handshake_wait_exec(int socket_fd, struct err *err)
{
	struct message message;
	int r = receive(socket_fd, &message, NULL, err);

	if (r <= 0)
		return r;
	if (message.kind == MESSAGE_HOLD) /* of a process that went ahead */
		kill(getpid(), SIGKILL);
	return message.kind == MESSAGE_ERROR ? take_error(&message, err)
					     : unexpected(&message, err);
}
