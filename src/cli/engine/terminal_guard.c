/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/terminal_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/process.h"

enum { CHUNK_BYTES = 16384 };

/* ours: what the copying process holds; theirs: what takes the place of the stream. */
struct stream {
	int ours, theirs;
};

static int make_stream(int number, struct stream *ret, struct err *err)
{
	int ends[2];

	*ret = (struct stream){ -1, -1 };
	if (isatty(number) != 1)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	ret->ours = ends[number == STDIN_FILENO];
	ret->theirs = ends[number != STDIN_FILENO];
	return 0;
}

static void close_all(struct stream streams[3])
{
	for (int i = 0; i < 3; i++) {
		fd_replace(&streams[i].ours, -1);
		fd_replace(&streams[i].theirs, -1);
	}
}

/* One chunk from one to the other; the source's end closes *from, or what is behind *to. */
static void copy(int *from, int to, int *closed_at_end)
{
	char bytes[CHUNK_BYTES];
	struct err gone = ERR_INIT;
	ssize_t n = read(*from, bytes, sizeof(bytes));

	if (n > 0 && fd_write_all(to, bytes, (size_t)n, &gone) == 0)
		return;
	if (n < 0 && errno == EINTR)
		return;
	fd_replace(closed_at_end, -1);
}

/* Until the other process has ended and all that was written by then is copied. */
static void copy_streams(struct stream streams[3], int pidfd)
{
	int input = STDIN_FILENO;
	bool has_ended = false;

	for (;;) {
		struct pollfd polled[] = {
			{ .fd = streams[STDIN_FILENO].ours >= 0 ? input : -1, .events = POLLIN },
			{ .fd = streams[STDOUT_FILENO].ours, .events = POLLIN },
			{ .fd = streams[STDERR_FILENO].ours, .events = POLLIN },
			{ .fd = has_ended ? -1 : pidfd, .events = POLLIN },
		};

		if (process_poll(polled, 4, has_ended ? 0 : -1) < 0)
			continue; /* EINTR */
		if (has_ended && !polled[1].revents && !polled[2].revents)
			return;
		if (polled[0].revents)
			copy(&input, streams[STDIN_FILENO].ours, &streams[STDIN_FILENO].ours);
		for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++)
			if (polled[i].revents)
				copy(&streams[i].ours, i, &streams[i].ours);
		has_ended |= polled[3].revents != 0;
	}
}

static _Noreturn void stay_outside(pid_t pid, struct stream streams[3])
{
	struct err ignored = ERR_INIT;
	int status, pidfd = -1;

	for (int i = 0; i < 3; i++)
		fd_replace(&streams[i].theirs, -1);
	/* what the terminal sends goes to the other one too, which hands it on */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (process_pidfd_open(pid, &pidfd, &ignored) == 0)
		copy_streams(streams, pidfd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_FAILURE);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static int go_on(struct stream streams[3], struct err *err)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) /* handed on, as if it had come to us */
		return err_sys(err, "prctl PR_SET_PDEATHSIG");
	for (int i = 0; i < 3; i++)
		if (streams[i].theirs >= 0 && dup2(streams[i].theirs, i) < 0)
			return err_sys(err, "dup2");
	close_all(streams);
	return 0;
}

int terminal_guard(bool with_input, struct err *err)
{
	struct stream streams[3] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	pid_t pid;
	int r = 0;

	for (int i = with_input ? STDIN_FILENO : STDOUT_FILENO; r == 0 && i <= STDERR_FILENO; i++)
		r = make_stream(i, &streams[i], err);
	if (r < 0) {
		close_all(streams);
		return r;
	}
	if (streams[0].ours < 0 && streams[1].ours < 0 && streams[2].ours < 0)
		return 0;
	pid = fork();
	if (pid > 0)
		stay_outside(pid, streams);
	r = pid < 0 ? err_sys(err, "fork") : go_on(streams, err);
	close_all(streams);
	return r;
}
