/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tour/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

enum {
	STATUS_FD = 3, /* in the shell */
	LINE_LIMIT_MSEC = 30000,
	READY_LIMIT_MSEC = 10000,
	READY_STEP_MSEC = 20,
	CHUNK_BYTES = 4096,
	ANSWER_MAX_BYTES = 64 << 10,
};

/* Shells read ahead: no line may be there before the script has been read. So it begins with a
 * word. */
static const char script[] = "echo 0 >&3\n"
			     "while read -r line; do eval \"$line\" < /dev/null 3>&-; "
			     "echo $? >&3; done\n";

struct answer {
	char bytes[ANSWER_MAX_BYTES];
	size_t length;
};

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What there is by now. What does not fit is dropped. */
static void take_answer(const struct session *session, struct answer *answer)
{
	char chunk[CHUNK_BYTES];
	ssize_t n;

	while ((n = read(session->answer_fd, chunk, sizeof(chunk))) > 0) {
		size_t room = sizeof(answer->bytes) - answer->length;
		size_t taken = (size_t)n < room ? (size_t)n : room;

		memcpy(answer->bytes + answer->length, chunk, taken);
		answer->length += taken;
	}
}

/* "0\n": in one write of the shell's. */
static int take_status(const struct session *session, int *ret, struct err *err)
{
	char text[16] = "";
	ssize_t n = read(session->status_fd, text, sizeof(text) - 1);

	if (n < 0)
		return err_sys(err, "read the status");
	if (n == 0)
		return err_fail(err, EPIPE, "the shell has ended");
	*ret = (int)strtol(text, NULL, 10);
	return 0;
}

static int wait_for_status(
	const struct session *session, struct answer *answer, int *ret_status, struct err *err)
{
	int64_t end = now_msec() + LINE_LIMIT_MSEC;

	for (;;) {
		struct pollfd fds[] = { { session->answer_fd, POLLIN, 0 },
			{ session->status_fd, POLLIN, 0 } };
		int64_t left = end - now_msec();
		int n = left > 0 ? poll(fds, 2, (int)left) : 0;

		if (n < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (n == 0)
			return err_fail(
				err, ETIMEDOUT, "no end within %d seconds", LINE_LIMIT_MSEC / 1000);
		if (n < 0)
			continue;
		take_answer(session, answer);
		if (fds[1].revents != 0)
			return take_status(session, ret_status, err);
	}
}

/* ---- begin and end ---- */

static int spawn_shell(int line_fd, int answer_fd, int status_fd, pid_t *ret)
{
	char *const args[] = { (char *)"sh", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int r;

	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGCHLD); /* ignored by the stage */
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, line_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, answer_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, answer_fd, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, status_fd, STATUS_FD); /* last: 3 may be used */
	r = posix_spawnp(ret, "sh", &actions, &attributes, args, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return r;
}

static int begin_script(const struct session *session, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	int status;
	int r = fd_write_all(session->line_fd, script, strlen(script), err);

	return r < 0 ? r : wait_for_status(session, ARENA_NEW(&arena, struct answer), &status, err);
}

int session_open(struct session *ret, struct err *err)
{
	int lines[2], answers[2], statuses[2], r;

	if (pipe2(lines, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int line_read = lines[0];
	AUTO_FD int line_write = lines[1];
	if (pipe2(answers, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int answer_read = answers[0];
	AUTO_FD int answer_write = answers[1];
	if (pipe2(statuses, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int status_read = statuses[0];
	AUTO_FD int status_write = statuses[1];
	if (fcntl(answer_read, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "fcntl O_NONBLOCK");
	r = spawn_shell(line_read, answer_write, status_write, &ret->pid);
	if (r != 0)
		return err_sys_code(err, r, "execute sh");
	ret->line_fd = TAKE_FD(line_write);
	ret->answer_fd = TAKE_FD(answer_read);
	ret->status_fd = TAKE_FD(status_read);
	fd_replace(&status_write, -1); /* the shell's end is seen */
	return begin_script(ret, err);
}

void session_close(struct session *session)
{
	fd_close(session->line_fd);
	fd_close(session->answer_fd);
	fd_close(session->status_fd);
	*session = SESSION_INIT;
}

/* ---- a line ---- */

static int run_line(const struct session *session, struct arena *arena, const char *line,
	struct answer *answer, int *ret_status, struct err *err)
{
	const char *text = arena_printf(arena, "%s\n", line);
	int r = fd_write_all(session->line_fd, text, strlen(text), err);

	return r < 0 ? r : wait_for_status(session, answer, ret_status, err);
}

static int wait_until(const struct session *session, struct arena *arena, const char *ready,
	struct answer *answer, struct err *err)
{
	const struct timespec step = { .tv_nsec = READY_STEP_MSEC * 1000000L };
	const char *line = arena_printf(arena, "{ %s; } > /dev/null 2>&1", ready);
	int64_t end = now_msec() + READY_LIMIT_MSEC;

	while (now_msec() < end) {
		int status;
		int r = run_line(session, arena, line, answer, &status, err);

		if (r < 0 || status == 0)
			return r;
		nanosleep(&step, NULL);
	}
	return err_fail(err, ETIMEDOUT, "what was started is not ready within %d seconds",
		READY_LIMIT_MSEC / 1000);
}

static const char *printable(struct arena *arena, const struct answer *answer)
{
	bool is_cut = answer->length > 0 && answer->bytes[answer->length - 1] != '\n';
	char *text = arena_printf(
		arena, "%.*s%s", (int)answer->length, answer->bytes, is_cut ? "\n" : "");

	text_make_printable(text);
	return text;
}

int session_run(struct session *session, struct arena *arena, const char *line, const char *ready,
	struct session_answer *ret, struct err *err)
{
	struct answer *answer = ARENA_NEW(arena, struct answer);
	int r = run_line(session, arena, line, answer, &ret->status, err);

	if (r == 0 && ready)
		r = wait_until(session, arena, ready, answer, err);
	take_answer(session, answer);
	ret->text = printable(arena, answer);
	return r;
}
