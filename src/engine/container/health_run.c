/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/health_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "engine/container/start.h"
#include "engine/container/start_record.h"
#include "sys/process.h"

enum {
	PID_FILE_MAX_BYTES = 32,
	KILL_WAIT_MSEC = 2000,
};

struct running {
	pid_t pid; /* the child that waits for the check's process */
	int pidfd;
	int output_fd;
	const char *pid_file; /* the process's own number */
	size_t length;
	char output[HEALTH_OUTPUT_BYTES + 1];
};

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- in the child ---- */

static noreturn void run_check(const struct engine *engine,
	const struct engine_container *container, const char *pid_file, int output_fd)
{
	const struct container_healthcheck *health = &container->settings.health;
	const char *shell[] = { "/bin/sh", "-c", health->test[1] };
	bool has_shell = text_equal(health->test[0], "CMD-SHELL");
	const struct exec_request request = {
		.runtime = &engine->runtime,
		.id = container->id,
		.args = has_shell ? shell : health->test + 1,
		.n_args = has_shell ? 3 : health->n_test - 1,
		.pid_file = pid_file,
	};
	struct err err = ERR_INIT;
	AUTO_FD int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int status = 0;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output_fd, STDOUT_FILENO) < 0 ||
		dup2(output_fd, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	if (container_exec(&request, &status, &err) == 0)
		_exit(status);
	dprintf(STDOUT_FILENO, "%s\n", err.text);
	_exit(start_exit_status_of(&err));
}

/* ---- beside it ---- */

static int begin(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct running *ret, struct err *err)
{
	int ends[2];

	ret->pid_file = arena_printf(arena, "%s/.check.%d", container->directory, (int)getpid());
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	AUTO_FD int write_fd = ends[1];
	ret->output_fd = ends[0];
	fcntl(ret->output_fd, F_SETFL, O_NONBLOCK);
	ret->pid = fork();
	if (ret->pid < 0)
		return err_sys(err, "fork");
	if (ret->pid == 0)
		run_check(engine, container, ret->pid_file, write_fd);
	return process_pidfd_open(ret->pid, &ret->pidfd, err);
}

/* The begin of what it says is kept, the rest is read and dropped. */
static void take_output(struct running *running)
{
	char bytes[HEALTH_OUTPUT_BYTES];
	ssize_t n;

	while ((n = read(running->output_fd, bytes, sizeof(bytes))) > 0) {
		size_t room = HEALTH_OUTPUT_BYTES - running->length;
		size_t taken = (size_t)n < room ? (size_t)n : room;

		memcpy(running->output + running->length, bytes, taken);
		running->length += taken;
	}
	if (n == 0)
		fd_replace(&running->output_fd, -1);
}

/* true: the child has ended. */
static bool wait_until(struct running *running, int64_t end_msec)
{
	for (;;) {
		struct pollfd polled[] = {
			{ .fd = running->pidfd, .events = POLLIN },
			{ .fd = running->output_fd, .events = POLLIN },
		};
		int64_t left = end_msec - now_msec();

		if (left <= 0)
			return false;
		poll(polled, 2, left > INT32_MAX ? INT32_MAX : (int)left);
		if (polled[1].revents)
			take_output(running);
		if (polled[0].revents)
			return true;
	}
}

/* The child reaps the process: as long as it lives its number is nobody else's. */
static void kill_check(struct arena *arena, struct running *running)
{
	struct err ignored = ERR_INIT;
	const char *text;
	uint32_t pid = 0;
	size_t length;

	if (file_read_at(arena, AT_FDCWD, running->pid_file, PID_FILE_MAX_BYTES, &text, &length,
		    &ignored) == 0 &&
		parse_u32(text, &pid) == 0 && pid > 0)
		kill((pid_t)pid, SIGKILL);
	if (!wait_until(running, now_msec() + KILL_WAIT_MSEC))
		kill(running->pid, SIGKILL);
}

static void end(struct running *running, int32_t *ret_status)
{
	int status = 0;

	while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (running->output_fd >= 0)
		take_output(running);
	fd_close(running->output_fd);
	fd_close(running->pidfd);
	unlink(running->pid_file);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int health_run(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct health_result *ret, struct err *err)
{
	const struct health_times times = health_times(&container->settings.health);
	struct running *running = ARENA_NEW(arena, struct running);
	bool is_late;
	int r;

	*running = (struct running){ .pidfd = -1, .output_fd = -1 };
	ret->start = fact_time_now(arena);
	r = begin(arena, engine, container, running, err);
	if (r < 0) {
		if (running->pid > 0)
			end(running, &ret->exit_code);
		return r;
	}
	is_late = !wait_until(running, now_msec() + times.timeout_msec);
	if (is_late)
		kill_check(arena, running);
	end(running, &ret->exit_code);
	ret->end = fact_time_now(arena);
	ret->output = running->output;
	if (is_late) {
		ret->exit_code = -1;
		ret->output = arena_printf(arena, "Health check exceeded timeout (%lld ms)%s%s",
			(long long)times.timeout_msec, running->length ? ": " : "",
			running->output);
	}
	return 0;
}
