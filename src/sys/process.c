/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/parse.h"
#include "sys/call_probe.h"
#include "sys/process_dir.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

#define PROCESS_P_PIDFD ((idtype_t)3) /* P_PIDFD of waitid(2), 5.4 */

/* Field n of the line behind the name, which is field 2; NULL when there are fewer. */
static const char *stat_field(const char *after_name, int n, size_t *ret_length)
{
	const char *at = after_name;

	for (int field = 2; field < n; field++) {
		at = strchr(at, ' ');
		if (!at)
			return NULL;
		at++;
	}
	*ret_length = strcspn(at, " \n");
	return at;
}

static bool stat_number(const char *after_name, int n, uint64_t *ret)
{
	size_t length;
	const char *field = stat_field(after_name, n, &length);

	return field && parse_u64_n(field, length, ret) == 0;
}

int process_stat_parse(const char *text, struct process_stat *ret)
{
	enum {
		STATE = 3,
		PARENT = 4,
		USER_TIME = 14,
		KERNEL_TIME = 15,
		START_TIME = 22
	};                                           /* proc_pid_stat(5) */
	const char *after_name = strrchr(text, ')'); /* the name may hold anything, even ')' */
	uint64_t parent, user_time, kernel_time, start_time;
	const char *state;
	size_t length;

	if (!after_name)
		return -EPROTO;
	state = stat_field(after_name, STATE, &length);
	if (!state || length != 1)
		return -EPROTO;
	if (!stat_number(after_name, PARENT, &parent) ||
		!stat_number(after_name, USER_TIME, &user_time) ||
		!stat_number(after_name, KERNEL_TIME, &kernel_time) ||
		!stat_number(after_name, START_TIME, &start_time))
		return -EPROTO;
	*ret = (struct process_stat){
		.state = *state,
		.start_time = start_time,
		.cpu_time = user_time + kernel_time,
		.parent = (pid_t)parent,
	};
	return 0;
}

int process_stat_read(pid_t pid, struct process_stat *ret, struct err *err)
{
	char path[64], text[1024];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys_code(err, errno == ENOENT ? ESRCH : errno, "open %s", path);
	n = fd_read_up_to(fd, text, sizeof(text) - 1, err); /* ESRCH: it ended in between */
	if (n < 0)
		return err_while(err, "%s", path);
	text[n] = '\0';
	if (process_stat_parse(text, ret) < 0)
		return err_fail(err, EPROTO, "%s has an unknown form", path);
	return 0;
}

bool process_is_alive(pid_t pid, uint64_t start_time)
{
	struct process_stat stat;
	struct err err = ERR_INIT;

	if (pid <= 0 || process_stat_read(pid, &stat, &err) < 0)
		return false;
	return stat.start_time == start_time && stat.state != 'Z' && stat.state != 'X';
}

static bool has_process_dirs; /* of this process, since its first one: the rest need not look */

bool process_is_pidfd(int fd)
{
	return !has_process_dirs || !process_dir_is_one(fd);
}

static int open_dir(pid_t pid, int *ret_fd, struct err *err)
{
	has_process_dirs = true;
	return process_dir_open(pid, ret_fd, err);
}

int process_pidfd_open(pid_t pid, int *ret_fd, struct err *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	/* EPERM: a seccomp filter's ENOSYS; the call itself asks for no permission */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_dir(pid, ret_fd, err);
	if (fd < 0)
		return err_sys(err, "pidfd_open process %d", pid);
	*ret_fd = fd;
	return 0;
}

/* "Pid:" in the text of a pidfd (5.2): -1 when the process is gone. */
static int pid_of_pidfd(int pidfd, pid_t *ret, struct err *err)
{
	char path[64], text[1024];
	const char *line;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	n = fd_read_up_to(fd, text, sizeof(text) - 1, err);
	if (n < 0)
		return err_while(err, "%s", path);
	text[n] = '\0';
	line = strstr(text, "\nPid:\t");
	*ret = line ? (pid_t)strtol(line + strlen("\nPid:\t"), NULL, 10) : 0;
	if (*ret <= 0)
		return err_sys_code(err, ESRCH, "signal a process");
	return 0;
}

/* The process's number was looked up by what holds it a moment before: see process_dir.h. */
static int signal_by_number(int pidfd, int signal_number, struct err *err)
{
	pid_t pid;
	int r = process_is_pidfd(pidfd) ? pid_of_pidfd(pidfd, &pid, err)
					: process_dir_pid(pidfd, &pid, err);

	if (r < 0)
		return r;
	if (kill(pid, signal_number) < 0)
		return err_sys(err, "kill process %d", pid);
	return 0;
}

int process_pidfd_signal(int pidfd, int signal_number, struct err *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0)
		return 0;
	if (call_is_missing(PROBED_PIDFD_SEND_SIGNAL, errno))
		return signal_by_number(pidfd, signal_number, err);
	return err_sys(err, "pidfd_send_signal %d", signal_number);
}

/* One look at all of them, waiting up to slice_ms for those that can be waited for. */
static int poll_slice(struct pollfd *polled, nfds_t n, int slice_ms)
{
	enum { POLLED_MAX = 16 };
	struct pollfd others[POLLED_MAX];
	int n_ready = 0, r;

	if (n > POLLED_MAX)
		return errno = EINVAL, -1;
	memcpy(others, polled, n * sizeof(*polled));
	for (nfds_t i = 0; i < n; i++)
		if (!process_is_pidfd(polled[i].fd)) {
			others[i].fd = -1;
			slice_ms = process_dir_has_ended(polled[i].fd) ? 0 : slice_ms;
		}
	r = poll(others, n, slice_ms);
	if (r < 0)
		return r;
	for (nfds_t i = 0; i < n; i++) {
		bool is_dir = polled[i].fd >= 0 && others[i].fd < 0;
		short ended = polled[i].events & POLLIN;

		polled[i].revents = !is_dir                               ? others[i].revents
				    : process_dir_has_ended(polled[i].fd) ? ended
									  : 0;
		n_ready += polled[i].revents != 0;
	}
	return n_ready;
}

int process_poll(struct pollfd *polled, nfds_t n, int timeout_ms)
{
	enum { SLICE_MS = 20 }; /* how late the end of a process without a pidfd may be seen */

	if (!has_process_dirs)
		return poll(polled, n, timeout_ms);
	for (;;) {
		int slice = timeout_ms < 0 || timeout_ms > SLICE_MS ? SLICE_MS : timeout_ms;
		int r = poll_slice(polled, n, slice);

		if (r != 0 || timeout_ms == slice)
			return r;
		if (timeout_ms > 0)
			timeout_ms -= slice;
	}
}

/* waitid(2)'s way to name a child: by its pidfd (5.4), or, without one, by its number. */
static int name_child(int pidfd, idtype_t *ret_type, id_t *ret_id, struct err *err)
{
	pid_t pid;
	int r;

	*ret_type = PROCESS_P_PIDFD;
	*ret_id = (id_t)pidfd;
	if (process_is_pidfd(pidfd))
		return 0;
	r = process_dir_pid(pidfd, &pid, err);
	if (r < 0)
		return r;
	*ret_type = P_PID; /* a child keeps its number until it is waited for */
	*ret_id = (id_t)pid;
	return 0;
}

int process_wait(int pidfd, int *ret_status, struct err *err)
{
	siginfo_t info = { 0 };
	idtype_t type;
	id_t id;
	int r = name_child(pidfd, &type, &id, err);

	if (r < 0)
		return r;
	while (waitid(type, id, &info, WEXITED) < 0)
		if (errno != EINTR)
			return err_sys(err, "waitid");
	*ret_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	return 0;
}

void process_kill_and_reap(int pidfd)
{
	struct err ignored = ERR_INIT; /* it may have ended by itself: then there is only reaping */
	int status;

	process_pidfd_signal(pidfd, SIGKILL, &ignored);
	process_wait(pidfd, &status, &ignored);
}
