/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utc: a time as RFC 3339 has it, without looking at the host's time zone (the C library's
 * gmtime_r(3) reads /etc/localtime first, 0.03 ms of each start).
 *
 * Layer 0.
 */
#pragma once

#include <time.h>

enum { UTC_TEXT_BYTES = 32 };

/* "2006-01-02T15:04:05"; years 0 to 9999, else the nearest of these. */
void utc_text(time_t seconds, char ret[UTC_TEXT_BYTES]);

/*
 * The other way round, with fraction and zone: "2006-01-02T15:04:05.999999999+01:00" (RFC 3339,
 * section 5.6). -EINVAL; a leap second is the second after it.
 */
int utc_parse(const char *text, struct timespec *ret);
