/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/monitor/protocol.h"
#include "sys/fd_passing.h"

struct attachment {
	const struct attach_request *request;
	int fd;
	int signal_fd;
	bool input_ended;
	bool is_raw;
	struct termios before;
	size_t packet_length; /* of what the monitor has not taken yet; 0: nothing */
	char packet[PROTOCOL_PACKET_BYTES];
	size_t n_keys; /* of the detach keys that were typed */
	bool has_detached;
};

int detach_keys_parse(const char *text, char ret[DETACH_KEYS_MAX], size_t *ret_n, struct err *err)
{
	size_t n = 0;

	for (const char *at = text; *at;) {
		size_t length = strcspn(at, ",");
		char key = at[0];

		if (length == 6 && strncmp(at, "ctrl-", 5) == 0 && at[5] >= '@' && at[5] <= '_')
			key = (char)(at[5] - '@');
		else if (length == 6 && strncmp(at, "ctrl-", 5) == 0 && at[5] >= 'a' &&
			 at[5] <= 'z')
			key = (char)(at[5] - 'a' + 1);
		else if (length != 1)
			n = DETACH_KEYS_MAX;
		if (n == DETACH_KEYS_MAX)
			return err_fail(err, EINVAL,
				"--detach-keys %s: not a list of characters and ctrl-X", text);
		ret[n++] = key;
		at += length + (at[length] == ',');
	}
	*ret_n = n;
	return 0;
}

int attach_connect(
	const struct engine_container *container, bool is_attached, int *ret_fd, struct err *err)
{
	const char attach = PROTOCOL_ATTACH;
	AUTO_FD int fd = -1;
	int r = socket_connect_at(container->dir_fd, "attach.sock", SOCK_SEQPACKET, &fd, err);

	if (r == 0 && is_attached && send(fd, &attach, 1, MSG_NOSIGNAL) < 0)
		r = err_sys(err, "send to the monitor");
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

static void choose_signals(const struct attach_request *request, sigset_t *ret)
{
	static const int kept[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS,
		SIGPIPE, SIGURG, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT };

	sigemptyset(ret);
	sigaddset(ret, SIGWINCH);
	if (!request->hands_signals_on)
		return;
	sigfillset(ret);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigdelset(ret, kept[i]);
}

static void send_size(const struct attachment *attachment)
{
	char packet[1 + sizeof(struct winsize)] = { PROTOCOL_SIZE };
	struct winsize size;

	if (!attachment->request->has_terminal || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	memcpy(packet + 1, &size, sizeof(size));
	(void)!send(attachment->fd, packet, sizeof(packet), MSG_NOSIGNAL);
}

static void make_raw(struct attachment *attachment)
{
	struct termios raw;

	if (!attachment->request->has_terminal || !attachment->request->has_input ||
		tcgetattr(STDIN_FILENO, &attachment->before) < 0)
		return;
	raw = attachment->before;
	cfmakeraw(&raw);
	attachment->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void take_signal(const struct attachment *attachment)
{
	const struct attach_request *request = attachment->request;
	struct signalfd_siginfo info;
	struct err gone = ERR_INIT; /* it has just ended: that is heard next */

	if (read(attachment->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH)
		send_size(attachment);
	else
		container_kill(
			&request->engine->runtime, request->id, (int)info.ssi_signo, false, &gone);
}

static void send_packet(struct attachment *attachment)
{
	ssize_t n = send(attachment->fd, attachment->packet, attachment->packet_length,
		MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		attachment->packet_length = 0; /* the monitor's death is seen when it is read of */
}

/*
 * Takes the detach keys out of what was typed: those that may be the begin of the sequence are
 * held back until it is known.
 */
static size_t filter_keys(struct attachment *attachment, const char *typed, size_t n, char *out)
{
	const struct attach_request *request = attachment->request;
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		if (typed[i] == request->detach_keys[attachment->n_keys]) {
			if (++attachment->n_keys < request->n_detach_keys)
				continue;
			attachment->has_detached = true;
			return length;
		}
		memcpy(out + length, request->detach_keys, attachment->n_keys);
		length += attachment->n_keys;
		attachment->n_keys = typed[i] == request->detach_keys[0];
		if (attachment->n_keys == 0)
			out[length++] = typed[i];
	}
	return length;
}

static void copy_input(struct attachment *attachment)
{
	char typed[PROTOCOL_DATA_BYTES - DETACH_KEYS_MAX];
	ssize_t n = read(STDIN_FILENO, typed, sizeof(typed));
	size_t length;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	attachment->packet[0] = PROTOCOL_INPUT;
	if (n <= 0) { /* an empty packet says so */
		attachment->input_ended = true;
		attachment->packet_length = 1;
		send_packet(attachment);
		return;
	}
	length = (size_t)n;
	if (attachment->request->n_detach_keys > 0)
		length = filter_keys(attachment, typed, (size_t)n, attachment->packet + 1);
	else
		memcpy(attachment->packet + 1, typed, length);
	attachment->packet_length = length > 0 ? 1 + length : 0;
	if (length > 0)
		send_packet(attachment);
}

/* 1: the container has ended. */
static int take_packet(struct attachment *attachment, int *ret_status, struct err *err)
{
	char packet[PROTOCOL_PACKET_BYTES];
	struct err ignored = ERR_INIT; /* nobody reads what we write: the container goes on */
	ssize_t n = recv(attachment->fd, packet, sizeof(packet), MSG_DONTWAIT);
	int32_t status;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return err_fail(err, EPIPE, "the container's monitor has died");
	switch (packet[0]) {
	case PROTOCOL_OUTPUT:
		fd_write_all(STDOUT_FILENO, packet + 1, (size_t)n - 1, &ignored);
		return 0;
	case PROTOCOL_ERRORS:
		fd_write_all(STDERR_FILENO, packet + 1, (size_t)n - 1, &ignored);
		return 0;
	case PROTOCOL_EXIT:
		if ((size_t)n != 1 + sizeof(status))
			return err_fail(err, EPROTO, "the container's monitor said nonsense");
		memcpy(&status, packet + 1, sizeof(status));
		*ret_status = status;
		return 1;
	default:
		return 0;
	}
}

static int serve(struct attachment *attachment, int *ret_status, struct err *err)
{
	for (;;) {
		bool reads = attachment->request->has_input && !attachment->input_ended &&
			     attachment->packet_length == 0;
		short wanted = (short)(POLLIN | (attachment->packet_length ? POLLOUT : 0));
		struct pollfd polled[] = {
			{ .fd = attachment->fd, .events = wanted },
			{ .fd = attachment->signal_fd, .events = POLLIN },
			{ .fd = reads ? STDIN_FILENO : -1, .events = POLLIN },
		};
		int r = 0;

		if (poll(polled, 3, -1) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (polled[1].revents)
			take_signal(attachment);
		if (polled[0].revents & POLLOUT)
			send_packet(attachment);
		if (polled[0].revents & ~POLLOUT)
			r = take_packet(attachment, ret_status, err);
		if (r != 0)
			return r;
		if (polled[2].revents)
			copy_input(attachment);
		if (attachment->has_detached)
			return 0;
	}
}

int attach_serve(
	int fd, const struct attach_request *request, struct attach_end *ret, struct err *err)
{
	struct attachment attachment = { .request = request, .fd = fd, .signal_fd = -1 };
	sigset_t signals, kept;
	int r;

	*ret = (struct attach_end){ 0 };
	choose_signals(request, &signals);
	attachment.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (attachment.signal_fd < 0)
		return err_sys(err, "signalfd");
	sigprocmask(SIG_BLOCK, &signals, &kept);
	send_size(&attachment);
	make_raw(&attachment);
	r = serve(&attachment, &ret->status, err);
	if (attachment.is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &attachment.before);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	fd_close(attachment.signal_fd);
	ret->has_detached = attachment.has_detached;
	return r < 0 ? r : 0;
}

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int attach_wait(int fd, int64_t timeout_msec, int *ret_status, struct err *err)
{
	static const struct attach_request request;
	struct attachment attachment = { .request = &request, .fd = fd };
	const int64_t end = now_msec() + timeout_msec;
	int r = 0;

	while (r == 0) {
		struct pollfd polled = { .fd = fd, .events = POLLIN };
		int64_t left = timeout_msec < 0 ? -1 : end - now_msec();

		if (timeout_msec >= 0 && left < 0)
			left = 0;
		r = poll(&polled, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (r == 0)
			return err_fail(err, ETIMEDOUT, "the container has not ended");
		r = take_packet(&attachment, ret_status, err);
	}
	return r < 0 ? r : 0;
}

void attach_tell_cleans(int fd)
{
	const char cleans = PROTOCOL_CLEANS;

	(void)!send(fd, &cleans, 1, MSG_NOSIGNAL);
}

void attach_tell_ended(int fd)
{
	const char ended = PROTOCOL_ENDED;

	(void)!send(fd, &ended, 1, MSG_NOSIGNAL);
}
