/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal_name: signals as people and engines write them.
 *
 * Layer 3, role command. "9", "KILL", "SIGKILL", "sigkill", "RTMIN+3", "SIGRTMAX-1". The numbers
 * are the kernel's for the machine that this was compiled for; real-time signals count from 34 to
 * 64, the two below are the C library's own (signal(7)). 0 only asks whether the process is there.
 */
#pragma once

#include "base/err.h"

/* -EINVAL for what is no signal. */
int signal_parse(const char *word, int *ret_number, struct err *err);

/* "TERM"; NULL for a number without a name here. */
const char *signal_name(int number);
