/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/hook_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/access.h"
#include "sys/clone.h"
#include "sys/process.h"

/* The last bytes that were written to standard error. */
struct tail {
	char bytes[ERR_STDERR_BYTES];
	size_t used;
};

struct running_hook {
	const struct hook_process *hook;
	int pidfd;
	int input_fd;  /* -1 once everything is written */
	int errors_fd; /* -1 once it is at its end */
	size_t written;
	uint64_t deadline_ms; /* UINT64_MAX: none */
	struct tail tail;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void tail_add(struct tail *tail, const char *bytes, size_t size)
{
	size_t capacity = sizeof(tail->bytes) - 1;

	if (size > capacity) {
		bytes += size - capacity;
		size = capacity;
	}
	if (tail->used + size > capacity) {
		size_t drop = tail->used + size - capacity;

		memmove(tail->bytes, tail->bytes + drop, tail->used - drop);
		tail->used -= drop;
	}
	memcpy(tail->bytes + tail->used, bytes, size);
	tail->used += size;
	tail->bytes[tail->used] = '\0';
}

/* errno goes to the reader of the pipe, who shows it; there is no one else to tell. */
static _Noreturn void give_up(int errors, int status)
{
	const char *text = err_errno_text(errno);
	ssize_t unheard = write(errors, text, strlen(text));

	(void)unheard;
	_exit(status);
}

/* In the new process: descriptors 0 and 2 are the pipes, 1 a file or the caller's, the rest is
 * closed. */
static _Noreturn void become_hook(const struct hook_process *hook, int input, int errors)
{
	static const char *const nothing[] = { NULL };
	const char *const name[] = { hook->path, NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
		give_up(errors, 126);
	if (hook->output_fd && dup2(*hook->output_fd, STDOUT_FILENO) < 0)
		give_up(errors, 126);
	/* a directory that is gone is no reason not to run it */
	if (hook->cwd && chdir(hook->cwd) < 0 && errno != ENOENT)
		give_up(errors, 126);
	execve(hook->path, (char *const *)(hook->args && hook->args[0] ? hook->args : name),
		(char *const *)(hook->env ? hook->env : nothing));
	give_up(errors, 127);
}

/* Before a process is made that could only say the same with less words. */
static int check_program(const struct hook_process *hook, struct err *err)
{
	int r = access_check_execute(hook->path);

	return r < 0 ? err_sys_code(err, -r, "exec %s", hook->path) : 0;
}

static int start(struct running_hook *running, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	int input[2], errors[2];
	pid_t pid;
	int r;

	if (pipe2(input, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int input_read = input[0];
	AUTO_FD int input_write = input[1];
	if (pipe2(errors, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int errors_read = errors[0];
	AUTO_FD int errors_write = errors[1];
	if (fcntl(input_write, F_SETFL, O_NONBLOCK) < 0 ||
		fcntl(errors_read, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(err, "fcntl O_NONBLOCK");
	r = clone_copying_memory(&how, &pid, &running->pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0)
		become_hook(running->hook, input_read, errors_write);
	running->input_fd = TAKE_FD(input_write);
	running->errors_fd = TAKE_FD(errors_read);
	return 0;
}

/* A hook need not read its input: EPIPE is its choice. */
static void feed(struct running_hook *running)
{
	const struct hook_process *hook = running->hook;
	ssize_t n = 0;

	if (hook->input_size > 0)
		n = write(running->input_fd, (const char *)hook->input + running->written,
			hook->input_size - running->written);
	if (n > 0)
		running->written += (size_t)n;
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || running->written == hook->input_size)
		fd_replace(&running->input_fd, -1);
}

/* A file that takes no more is no reason for the hook to fail. */
static void copy_errors(const struct hook_process *hook, const char *bytes, size_t size)
{
	struct err ignored = ERR_INIT;

	if (hook->errors_fd)
		fd_write_all(*hook->errors_fd, bytes, size, &ignored);
}

static void listen_to(struct running_hook *running)
{
	char bytes[1024];
	ssize_t n = read(running->errors_fd, bytes, sizeof(bytes));

	if (n > 0) {
		tail_add(&running->tail, bytes, (size_t)n);
		copy_errors(running->hook, bytes, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		fd_replace(&running->errors_fd, -1);
}

/* Until the process ends (what it forked may hold the pipe open longer) or its time is over. */
static int serve(struct running_hook *running, struct err *err)
{
	for (;;) {
		struct pollfd polled[] = {
			{ .fd = running->pidfd, .events = POLLIN },
			{ .fd = running->input_fd, .events = POLLOUT },
			{ .fd = running->errors_fd, .events = POLLIN },
		};
		uint64_t now = now_ms();
		uint64_t left = running->deadline_ms - now;
		int wait = running->deadline_ms == UINT64_MAX ? -1
			   : left > 60000                     ? 60000
							      : (int)left;

		if (running->deadline_ms <= now)
			return err_fail(err, ETIME, "killed after its timeout of %llu s",
				(unsigned long long)running->hook->timeout_sec);
		if (poll(polled, 3, wait) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (polled[1].revents)
			feed(running);
		if (polled[2].revents)
			listen_to(running);
		if (polled[0].revents && !polled[2].revents)
			return 0;
	}
}

static int judge(int status, struct err *err)
{
	if (status == 0)
		return 0;
	if (status > 128)
		return err_fail(err, EIO, "killed by signal %d", status - 128);
	return err_fail(err, EIO, "exit status %d", status);
}

static void say_stderr(const struct tail *tail, struct err *err)
{
	if (tail->used == 0)
		return;
	text_copy(err->hook_stderr, sizeof(err->hook_stderr), tail->bytes);
	text_make_printable(err->hook_stderr);
}

int hook_process_run(const struct hook_process *hook, struct err *err)
{
	struct running_hook running = {
		.hook = hook,
		.pidfd = -1,
		.input_fd = -1,
		.errors_fd = -1,
		.deadline_ms = hook->timeout_sec ? now_ms() + hook->timeout_sec * 1000 : UINT64_MAX,
	};
	void (*kept)(int) = signal(SIGPIPE, SIG_IGN);
	int status = 0, r;

	r = check_program(hook, err);
	if (r == 0)
		r = start(&running, err);
	if (r == 0)
		r = serve(&running, err);
	if (r < 0 && running.pidfd >= 0)
		process_kill_and_reap(running.pidfd);
	else if (r == 0)
		r = process_wait(running.pidfd, &status, err);
	if (r == 0)
		r = judge(status, err);
	if (r < 0) {
		say_stderr(&running.tail, err);
		err_path(err, hook->path);
	}
	fd_close(running.pidfd);
	fd_close(running.input_fd);
	fd_close(running.errors_fd);
	signal(SIGPIPE, kept);
	return r;
}
