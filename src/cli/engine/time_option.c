/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/time_option.h"

#include <errno.h>

#include "base/parse.h"
#include "base/parse_duration.h"
#include "base/utc.h"

int time_option_read(const char *option, const char *text, struct timespec *ret, struct err *err)
{
	int64_t nsec;
	uint64_t seconds;
	struct timespec now;

	if (parse_u64(text, &seconds) == 0) {
		*ret = (struct timespec){ .tv_sec = (time_t)seconds };
		return 0;
	}
	if (parse_duration_nsec(text, &nsec) == 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		nsec = now.tv_sec * INT64_C(1000000000) + now.tv_nsec - nsec;
		*ret = (struct timespec){ nsec / 1000000000, nsec % 1000000000 };
		return 0;
	}
	if (utc_parse(text, ret) == 0)
		return 0;
	return err_fail(err, EINVAL, "--%s %s: not a time such as 2026-01-02T03:04:05Z or 10m",
		option, text);
}
