/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/fd.h"
#include "measure.h"

extern char **environ;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* An anonymous file takes stderr: a pipe could fill up, and be held open by what lives on. */
static int start(char *const argv[], int stderr_fd, pid_t *ret_pid, struct err *err)
{
	posix_spawn_file_actions_t actions;
	int r;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, stderr_fd, STDERR_FILENO);
	r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r != 0)
		return err_sys_code(err, r, "spawn %s", argv[0]);
	return 0;
}

static int wait_for(pid_t pid, pid_t *watched, int *ret_status, struct rusage *ret_usage)
{
	for (;;) {
		pid_t reaped = wait4(-1, ret_status, 0, ret_usage);

		if (reaped == pid)
			return 0;
		if (reaped == *watched)
			*watched = 0;
		if (reaped < 0 && errno != EINTR)
			return -errno;
	}
}

static int fail_with_stderr(char *const argv[], int status, int stderr_fd, struct err *err)
{
	char said[600] = "";
	off_t size = lseek(stderr_fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof(said) - 1 ? size - (off_t)sizeof(said) + 1 : 0;

	if (pread(stderr_fd, said, sizeof(said) - 1, from) < 0)
		said[0] = '\0';
	if (WIFSIGNALED(status))
		return err_fail(err, EIO, "%s %s: killed by signal %d: %s", argv[0], argv[3],
			WTERMSIG(status), said);
	return err_fail(
		err, EIO, "%s %s: exit status %d: %s", argv[0], argv[3], WEXITSTATUS(status), said);
}

int spawn_and_wait(char *const argv[], pid_t *watched, struct usage *ret, struct err *err)
{
	AUTO_FD int stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
	struct rusage usage;
	int status, r;
	double begin;
	pid_t pid;

	if (stderr_fd < 0)
		return err_sys(err, "memfd_create for stderr");
	begin = now_ms();
	r = start(argv, stderr_fd, &pid, err);
	if (r < 0)
		return r;
	r = wait_for(pid, watched, &status, &usage);
	if (r < 0)
		return err_sys_code(err, r, "wait4 for %s", argv[0]);
	ret->ms = now_ms() - begin;
	ret->peak_kib = usage.ru_maxrss;
	return status == 0 ? 0 : fail_with_stderr(argv, status, stderr_fd, err);
}

int spawn_wait_for(pid_t *watched, struct err *err)
{
	pid_t none = 0;
	struct rusage usage;
	int status, r;

	if (*watched == 0)
		return 0;
	r = wait_for(*watched, &none, &status, &usage);
	if (r < 0)
		return err_sys_code(err, r, "wait4 for the container's process %d", (int)*watched);
	*watched = 0;
	return 0;
}
