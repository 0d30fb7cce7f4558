/* SPDX-License-Identifier: Apache-2.0 */
/* Role monitor: has the container's health checked, by `hull healthcheck run`, again and again. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/monitor/monitor.h"
#include "sys/process.h"

int64_t health_timeout_msec(const struct health *health)
{
	int64_t left;

	if (health->interval_msec == 0 || health->checker > 0)
		return -1;
	left = health->due_msec - monitor_now_msec();
	return left > 0 ? left : 0;
}

static void become_checker(const struct health *health)
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	execl(health->hull, health->hull, "--root", health->root, "healthcheck", "run",
		"--scheduled", health->id, (char *)NULL);
	_exit(EXIT_FAILURE);
}

/* A check that cannot be begun is left out. */
void health_begin(struct health *health)
{
	struct err ignored = ERR_INIT;
	pid_t pid = fork();

	if (pid == 0)
		become_checker(health);
	health->due_msec = monitor_now_msec() + health->interval_msec;
	if (pid < 0)
		return;
	if (process_pidfd_open(pid, &health->checker_fd, &ignored) < 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	health->checker = pid;
}

/* The time to the next one counts from the end of this one. */
void health_end(struct health *health)
{
	bool is_starting;
	int status = 0;

	waitpid(health->checker, &status, 0);
	fd_replace(&health->checker_fd, -1);
	health->checker = 0;
	is_starting = WIFEXITED(status) && WEXITSTATUS(status) == HEALTH_IS_STARTING;
	health->due_msec = monitor_now_msec() +
			   (is_starting ? health->start_interval_msec : health->interval_msec);
}
