/* SPDX-License-Identifier: Apache-2.0 */
#include "core/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

enum { FOREGROUND_CHUNK_BYTES = 16384 };

struct relay {
	int pidfd;
	int signal_fd;
	struct notify *notify; /* NULL: none */
	int master;            /* -1: no terminal, or it is closed */
	bool input_ended;
	bool is_raw;
	struct termios before;
};

/* All but those that tell of our own faults or cannot be caught. */
static void forwarded_signals(sigset_t *ret)
{
	static const int kept[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS,
		SIGPIPE, SIGURG };

	sigfillset(ret);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigdelset(ret, kept[i]);
}

static void copy_size(const struct relay *relay)
{
	struct winsize size;

	if (relay->master >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(relay->master, TIOCSWINSZ, &size);
}

static void make_raw(struct relay *relay)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &relay->before) < 0)
		return; /* standard input is no terminal */
	raw = relay->before;
	cfmakeraw(&raw);
	relay->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static int open_terminal(struct relay *relay, int console_fd, struct err *err)
{
	int r;

	if (console_fd < 0)
		return 0;
	r = fd_receive(console_fd, &relay->master, err);
	if (r == -ECONNRESET) { /* the process wanted none */
		*err = ERR_INIT;
		return 0;
	}
	if (r < 0)
		return err_while(err, "terminal");
	copy_size(relay);
	make_raw(relay);
	return 0;
}

static void take_signal(struct relay *relay)
{
	struct signalfd_siginfo info;
	struct err gone = ERR_INIT; /* it has just ended: the loop sees that next */

	if (read(relay->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	switch ((int)info.ssi_signo) {
	case SIGCHLD:
		break;
	case SIGWINCH:
		copy_size(relay);
		break;
	default:
		process_pidfd_signal(relay->pidfd, (int)info.ssi_signo, &gone);
	}
}

static void copy_input(struct relay *relay)
{
	char bytes[FOREGROUND_CHUNK_BYTES];
	struct err gone = ERR_INIT;
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n > 0 && fd_write_all(relay->master, bytes, (size_t)n, &gone) == 0)
		return;
	if (n == 0 || errno != EINTR)
		relay->input_ended = true;
}

static void copy_output(struct relay *relay)
{
	char bytes[FOREGROUND_CHUNK_BYTES];
	struct err gone = ERR_INIT;
	ssize_t n = read(relay->master, bytes, sizeof(bytes));

	if (n > 0)
		fd_write_all(STDOUT_FILENO, bytes, (size_t)n, &gone);
	else if (n == 0 || errno != EINTR)
		fd_replace(&relay->master, -1); /* EIO: nobody has the other side open */
}

static int serve(struct relay *relay, struct err *err)
{
	bool is_ready = false; /* nobody waits for that here */

	for (;;) {
		struct pollfd polled[] = {
			{ .fd = relay->pidfd, .events = POLLIN },
			{ .fd = relay->signal_fd, .events = POLLIN },
			{ .fd = relay->master, .events = POLLIN },
			{ .fd = relay->master < 0 || relay->input_ended ? -1 : STDIN_FILENO,
				.events = POLLIN },
			{ .fd = relay->notify ? relay->notify->socket_fd : -1, .events = POLLIN },
		};

		if (process_poll(polled, 5, -1) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (polled[1].revents)
			take_signal(relay);
		if (polled[3].revents)
			copy_input(relay);
		if (polled[4].revents)
			notify_take(relay->notify, &is_ready);
		if (polled[2].revents)
			copy_output(relay);
		else if (polled[0].revents) /* and nothing is left to print */
			break;
	}
	if (relay->notify && relay->notify->socket_fd >= 0)
		notify_take_rest(relay->notify, &is_ready);
	return 0;
}

void foreground_hold_signals(sigset_t *ret_kept)
{
	sigset_t signals;

	forwarded_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, ret_kept);
}

int foreground_wait(int pidfd, int console_fd, struct notify *notify, const sigset_t *kept,
	int *ret_status, struct err *err)
{
	struct relay relay = {
		.pidfd = pidfd,
		.notify = notify,
		.signal_fd = -1,
		.master = -1,
	};
	sigset_t signals;
	int r;

	forwarded_signals(&signals);
	/* a signal that poll saw may be gone when it is read */
	relay.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (relay.signal_fd < 0)
		return err_sys(err, "signalfd");
	r = open_terminal(&relay, console_fd, err);
	if (r == 0)
		r = serve(&relay, err);
	if (relay.is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &relay.before);
	fd_close(relay.master);
	fd_close(relay.signal_fd);
	if (r == 0)
		r = process_wait(pidfd, ret_status, err);
	sigprocmask(SIG_SETMASK, kept, NULL);
	return r;
}
