/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: other processes, told apart from a later one with the same number.
 *
 * Layer sys, roles caller and command. A pid alone may name another process by the time it is used;
 * a pid with its start time, or a pidfd (5.3), may not.
 */
#pragma once

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

int process_pidfd_open(pid_t pid, int *ret_fd, struct err *err);

/* ESRCH when it has ended. */
int process_pidfd_signal(int pidfd, int signal_number, struct err *err);

/* Waits for a child; *ret_status is its exit status, 128 + n when signal n ended it. */
int process_wait(int pidfd, int *ret_status, struct err *err);

/* Kills a child and waits for it. */
void process_kill_and_reap(int pidfd);
