/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time_option: points in time on the command line.
 *
 * Layer 3, role command.
 */
#pragma once

#include <time.h>

#include "base/err.h"

/* "2026-01-02T03:04:05Z"; "10m" is before now, a number is since 1970. option: for errors. */
int time_option_read(const char *option, const char *text, struct timespec *ret, struct err *err);
