/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/seccomp_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/clone.h"
#include "sys/process.h"

/* What the tracer leaves for the caller, in memory that both have. */
struct reading {
	int r;
	struct err err;
	size_t n_filters;
	size_t lengths[SECCOMP_READ_FILTERS_MAX];
	struct sock_filter insns[SECCOMP_READ_FILTERS_MAX][BPF_MAXINSNS];
};

/* ---- which thread ---- */

/* Calls that a stop ends with EINTR; those that not every architecture has are left out there. */
static const int impatient_calls[] = {
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
	SYS_epoll_pwait,
#ifdef SYS_semtimedop
	SYS_semtimedop,
#endif
#ifdef SYS_semop
	SYS_semop,
#endif
	SYS_rt_sigtimedwait, SYS_io_getevents, SYS_read, /* of inotify, perhaps */
};

/* "281 0x4 …", "running", "-1 …": proc_pid_syscall(5) */
static bool is_impatient(pid_t pid, const char *thread)
{
	char path[64], text[64] = "";
	struct err ignored = ERR_INIT; /* then it is no choice of ours */
	uint64_t number;

	text_format(path, sizeof(path), "/proc/%d/task/%s/syscall", pid, thread);
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_up_to(fd, text, sizeof(text) - 1, &ignored) <= 0 ||
		parse_u64_n(text, strcspn(text, " "), &number) < 0)
		return false;
	for (size_t i = 0; i < sizeof(impatient_calls) / sizeof(impatient_calls[0]); i++)
		if (number == (uint64_t)impatient_calls[i])
			return true;
	return false;
}

/* All threads of a container's process have its filters, but for what one added for itself. */
static pid_t choose_thread(pid_t pid)
{
	char path[32];
	const struct dirent *entry;
	pid_t chosen = pid;
	DIR *threads;

	text_format(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		uint32_t thread;

		if (parse_u32(entry->d_name, &thread) == 0 && !is_impatient(pid, entry->d_name)) {
			chosen = (pid_t)thread;
			break;
		}
	}
	if (threads)
		closedir(threads);
	return chosen;
}

/* ---- the tracer ---- */

enum { YIELDS = 1000 };

static int wait_stop(pid_t thread, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	for (int i = 0; i < YIELDS + SECCOMP_READ_STOP_MSEC * 10; i++) {
		int status;
		pid_t r = waitpid(thread, &status, __WALL | WNOHANG);

		if (r < 0)
			return err_sys(err, "waitpid %d", thread);
		if (r == thread && WIFSTOPPED(status))
			return 0;
		if (r == thread)
			return err_fail(err, ESRCH, "thread %d has ended", thread);
		if (i < YIELDS) /* a thread that can stop does so in microseconds */
			sched_yield();
		else
			nanosleep(&pause, NULL);
	}
	return err_fail(err, EBUSY, "thread %d does not stop within %d ms: it is frozen, or waits",
		thread, SECCOMP_READ_STOP_MSEC);
}

/* A process that was about to stop for its own reasons keeps them: a stop is the tracer's alone. */
static int read_stopped(pid_t thread, struct reading *reading, struct err *err)
{
	for (size_t i = 0;; i++) {
		long n = ptrace(PTRACE_SECCOMP_GET_FILTER, thread, (void *)i, NULL);

		if (n < 0 && (errno == ENOENT || (errno == EINVAL && i == 0)))
			return 0; /* no more; EINVAL: it has none at all */
		if (n < 0)
			return err_sys(err, "ptrace PTRACE_SECCOMP_GET_FILTER of %d", thread);
		if (i == SECCOMP_READ_FILTERS_MAX || n > BPF_MAXINSNS)
			return err_fail(err, E2BIG, "thread %d has more than %d filters", thread,
				SECCOMP_READ_FILTERS_MAX);
		if (ptrace(PTRACE_SECCOMP_GET_FILTER, thread, (void *)i, reading->insns[i]) != n)
			return err_sys(err, "ptrace PTRACE_SECCOMP_GET_FILTER of %d", thread);
		reading->lengths[i] = (size_t)n;
		reading->n_filters = i + 1;
	}
}

static int trace(pid_t thread, struct reading *reading, struct err *err)
{
	int r;

	if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) < 0)
		return err_sys(err, "ptrace PTRACE_SEIZE %d", thread);
	if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) < 0)
		return err_sys(err, "ptrace PTRACE_INTERRUPT %d", thread);
	r = wait_stop(thread, err);
	if (r == 0) {
		r = read_stopped(thread, reading, err);
		ptrace(PTRACE_DETACH, thread, NULL, NULL);
	}
	return r;
}

static int run_tracer(pid_t thread, struct reading *reading, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	AUTO_FD int pidfd = -1;
	int r, status;
	pid_t pid;

	r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0) {
		reading->r = trace(thread, reading, &reading->err);
		_exit(0);
	}
	return process_wait(pidfd, &status, err);
}

static int take_filters(struct arena *arena, const struct reading *reading,
	struct seccomp_filter **ret, size_t *ret_n)
{
	*ret = ARENA_NEW_ARRAY(arena, reading->n_filters, struct seccomp_filter);
	*ret_n = reading->n_filters;
	for (size_t i = 0; i < reading->n_filters; i++) {
		struct sock_filter *insns = ARENA_NEW_ARRAY(
			arena, reading->lengths[i], struct sock_filter);

		memcpy(insns, reading->insns[i], reading->lengths[i] * sizeof(*insns));
		(*ret)[i] = (struct seccomp_filter){ insns, reading->lengths[i] };
	}
	return 0;
}

int seccomp_read_filters(
	struct arena *arena, pid_t pid, struct seccomp_filter **ret, size_t *ret_n, struct err *err)
{
	struct reading *reading = mmap(
		NULL, sizeof(*reading), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	if (reading == MAP_FAILED)
		return err_sys(err, "mmap %zu bytes", sizeof(*reading));
	reading->r = err_fail(&reading->err, ESRCH, "the tracer ended without a word");
	r = run_tracer(choose_thread(pid), reading, err);
	if (r == 0 && reading->r < 0) {
		*err = reading->err;
		r = reading->r;
	}
	if (r == 0)
		r = take_filters(arena, reading, ret, ret_n);
	munmap(reading, sizeof(*reading));
	return r;
}
