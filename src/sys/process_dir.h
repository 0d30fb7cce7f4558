/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_dir: a process by its directory in /proc, where there are no pidfds to be had.
 *
 * Layer sys, used by process.c alone, roles caller and command. The open directory /proc/PID is of
 * that very process: once it is gone, files below it are ESRCH, also when another has got its
 * number. A signal can only be sent to the number: between the look and the kill(2) the process
 * would have to end, be waited for, and its number be used again.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* ESRCH: there is no such process. */
int process_dir_open(pid_t pid, int *ret_fd, struct err *err);

/* Whether a descriptor is one of these, and no pidfd. */
bool process_dir_is_one(int fd);

/* Its number; ESRCH when it has ended and was waited for. */
int process_dir_pid(int fd, pid_t *ret, struct err *err);

/* It is a zombie, or gone. */
bool process_dir_has_ended(int fd);
