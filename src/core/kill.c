/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kill.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/container.h"
#include "sys/process.h"

enum { STATUS_BYTES = 8192 }; /* of /proc/PID/status; NSpid comes early */

static int refuse_stopped(struct err *err)
{
	return err_fail(err, ESRCH, "container not running");
}

int kill_open_process(const struct container *container, int *ret_pidfd, struct err *err)
{
	struct err problem = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int r;

	if (!container->has_record || container->record.pid == 0)
		return refuse_stopped(err);
	r = process_pidfd_open(container->record.pid, &pidfd, &problem);
	if (r == -ESRCH || (r == 0 && !lookup_is_alive(container)))
		return refuse_stopped(err);
	if (r < 0) {
		*err = problem;
		return r;
	}
	*ret_pidfd = TAKE_FD(pidfd);
	return 0;
}

int kill_process(const struct container *container, int pidfd, int signal_number, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = process_pidfd_signal(pidfd, signal_number, &problem);

	if (r == -ESRCH)
		return refuse_stopped(err);
	if (r < 0) {
		*err = problem;
		return r;
	}
	if (signal_number != SIGKILL || container->group.kind != CGROUP_KIND_V1)
		return 0;
	r = cgroup_is_frozen(&container->group, err);
	return r > 0 ? cgroup_set_frozen(&container->group, false, err) : r;
}

/*
 * The last number of "NSpid: 4711 1" in /proc/PID/status is the process's own in its pid namespace.
 * The first process of a namespace takes all others of it along when it dies; another does not.
 */
static bool is_first_of_namespace(pid_t pid)
{
	char path[64], text[STATUS_BYTES];
	struct err ignored = ERR_INIT;
	const char *line, *last;
	ssize_t n;

	text_format(path, sizeof(path), "/proc/%d/status", (int)pid);

	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return true; /* it has ended, and nothing is to be done for it */
	n = fd_read_up_to(fd, text, sizeof(text) - 1, &ignored);
	text[n < 0 ? 0 : n] = '\0';
	line = strstr(text, "\nNSpid:");
	if (!line)
		return true;
	line++;
	last = memrchr(line, '\t', strcspn(line, "\n"));
	return last && last[1] == '1' && last[2] == '\n';
}

static int count_processes(const struct container *container, size_t *ret, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	pid_t *pids;

	return cgroup_list_pids(&arena, &container->group, &pids, ret, err);
}

/*
 * In a pid namespace that it shares, the container's other processes outlive its first one. SIGKILL
 * is meant for all of them, also when the first one has ended before.
 */
static int kill_container(const struct container *container, struct err *err)
{
	AUTO_FD int pidfd = -1;
	size_t n_left = 0;
	int r = kill_open_process(container, &pidfd, err);

	if (r == 0 &&
		(container->group.n_dirs == 0 || is_first_of_namespace(container->record.pid)))
		return kill_process(container, pidfd, SIGKILL, err);
	if (r == -ESRCH) {
		struct err ignored = ERR_INIT;

		if (count_processes(container, &n_left, &ignored) < 0 || n_left == 0)
			return r;
		*err = ERR_INIT;
	}
	if (r < 0 && r != -ESRCH)
		return r;
	return cgroup_kill_all(&container->group, err);
}

static int signal_container(const struct container *container, int signal_number, struct err *err)
{
	AUTO_FD int pidfd = -1;
	int r;

	if (signal_number == SIGKILL)
		return kill_container(container, err);
	r = kill_open_process(container, &pidfd, err);
	return r < 0 ? r : kill_process(container, pidfd, signal_number, err);
}

/* Without a pid namespace of its own the container's other processes outlive its first one. */
static int signal_everyone(const struct container *container, int signal_number, struct err *err)
{
	struct err problem = ERR_INIT;
	int r;

	if (container->group.n_dirs == 0)
		r = signal_container(container, signal_number, &problem);
	else if (signal_number == SIGKILL)
		r = cgroup_kill_all(&container->group, &problem);
	else
		r = cgroup_signal_all(&container->group, signal_number, &problem);
	if (r == 0 || r == -ESRCH)
		return 0;
	*err = problem;
	return r;
}

int container_kill(
	const struct runtime *runtime, const char *id, int signal_number, bool all, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	int r = lookup_open(&arena, runtime, id, &container, err);

	if (r < 0)
		return r;
	return all ? signal_everyone(&container, signal_number, err)
		   : signal_container(&container, signal_number, err);
}
