/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_duration: lengths of time as Go's time.ParseDuration takes them.
 *
 * Layer 0, roles caller and command. "5s", "1m30s", "1.5h", "250ms", "-2us", "0": numbers, each
 * with a unit of h, m, s, ms, us (or µs), ns, one after the other, largest first or not.
 */
#pragma once

#include <stdint.h>

/* EINVAL; ERANGE for more than INT64_MAX nanoseconds (292 years). */
int parse_duration_nsec(const char *string, int64_t *ret);
