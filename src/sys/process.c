/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/parse.h"

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

int process_pidfd_open(pid_t pid, int *ret_fd, struct err *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return err_sys(err, "pidfd_open process %d", pid);
	*ret_fd = fd;
	return 0;
}

int process_pidfd_signal(int pidfd, int signal_number, struct err *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) < 0)
		return err_sys(err, "pidfd_send_signal %d", signal_number);
	return 0;
}

int process_wait(int pidfd, int *ret_status, struct err *err)
{
	siginfo_t info = { 0 };

	while (waitid(PROCESS_P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0)
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
