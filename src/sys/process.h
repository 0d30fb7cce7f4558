/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: other processes, told apart from a later one with the same number.
 *
 * Layer sys, roles caller and command. A pid alone may name another process by the time it is used;
 * a pid with its start time, or a pidfd (5.3), may not.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct process_stat {
	char state;          /* 'R', 'S', 'Z' … (proc_pid_stat(5)) */
	uint64_t start_time; /* clock ticks since boot */
	uint64_t cpu_time;   /* clock ticks, of user and kernel */
	pid_t parent;
};

/* ESRCH when there is no such process. */
int process_stat_read(pid_t pid, struct process_stat *ret, struct err *err);

/* Pure: the text of /proc/PID/stat. EPROTO when it is something else. */
int process_stat_parse(const char *text, struct process_stat *ret);

/* A process with that number and start time exists and has not ended (a zombie has). */
bool process_is_alive(pid_t pid, uint64_t start_time);

/*
 * A pidfd (pidfd_open(2), 5.3). Where the kernel or a seccomp filter does not have the call, the
 * process's directory in /proc, which the functions here take as well (process_dir.h); a child's
 * pidfd is to be had from clone.h everywhere. ESRCH: there is no such process.
 */
int process_pidfd_open(pid_t pid, int *ret_fd, struct err *err);

/* Whether it is a pidfd indeed, which others can be given. */
bool process_is_pidfd(int fd);

/* ESRCH when it has ended. */
int process_pidfd_signal(int pidfd, int signal_number, struct err *err);

/*
 * poll(2), for arrays in which a descriptor may come from process_pidfd_open(): such a one is
 * readable when its process has ended, as a pidfd is.
 */
int process_poll(struct pollfd *polled, nfds_t n, int timeout_ms);

/* Waits for a child; *ret_status is its exit status, 128 + n when signal n ended it. */
int process_wait(int pidfd, int *ret_status, struct err *err);

/* Kills a child and waits for it. */
void process_kill_and_reap(int pidfd);
