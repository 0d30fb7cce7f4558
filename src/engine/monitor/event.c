/* SPDX-License-Identifier: Apache-2.0 */
/* Role monitor: events of its container; the file that all of hull's processes write to. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/append.h"
#include "base/fd.h"
#include "engine/monitor/event.h"
#include "engine/monitor/monitor.h"

enum { EVENT_HEAD_BYTES = 256 };

/* attributes: `"exitCode":"0",`, or nothing. The rest of the line was written by who started it. */
void monitor_write_event(const struct monitor *monitor, const char *action, const char *attributes)
{
	static char line[EVENT_HEAD_BYTES + EVENT_TAIL_BYTES + 1];
	struct err ignored = ERR_INIT; /* nothing fails for want of an event */
	AUTO_FD int store_fd = openat(monitor->dir_fd, "../..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int tail_fd = openat(
		monitor->dir_fd, EVENT_TAIL_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct timespec now;
	size_t length;
	ssize_t n;

	if (store_fd < 0 || tail_fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	length = (size_t)snprintf(line, EVENT_HEAD_BYTES,
		"{\"status\":\"%s\",\"Action\":\"%s\",\"time\":%lld,\"timeNano\":%lld,"
		"\"Actor\":{\"Attributes\":{%s",
		action, action, (long long)now.tv_sec, now.tv_sec * 1000000000LL + now.tv_nsec,
		attributes);
	n = fd_read_up_to(tail_fd, line + length, EVENT_TAIL_BYTES, &ignored);
	if (n <= 0)
		return;
	length += (size_t)n;
	line[length++] = '\n';
	append_line(store_fd, EVENTS_NAME, line, length, EVENTS_MAX_BYTES, &ignored);
}
