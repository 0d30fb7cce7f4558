/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "engine/events/events.h"

enum {
	READ_BYTES = 2 * EVENT_TAIL_BYTES, /* longer than an event */
	NSEC_PER_SEC = 1000000000,
};

struct file_reading {
	const struct event_reading *reading;
	event_fn *fn;
	void *context;
	struct timespec since;
	size_t length; /* of what is no whole line yet */
	char buffer[READ_BYTES];
};

static int64_t nsec_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NSEC_PER_SEC + time->tv_nsec;
}

static struct timespec time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

static bool is_wanted(const struct file_reading *file, int64_t nsec)
{
	return nsec >= nsec_of(&file->since) &&
	       (!file->reading->has_until || nsec <= nsec_of(&file->reading->until));
}

/* What is no event was cut off by a full disk. */
static int take_line(struct file_reading *file, const char *line, size_t length, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	const struct json_value *event, *value;
	struct timespec when;

	if (json_parse(&arena, line, length, &event, &ignored) < 0 ||
		event->kind != JSON_KIND_OBJECT)
		return 0;
	value = json_member(event, "timeNano");
	if (!value || value->kind != JSON_KIND_INTEGER || value->is_negative ||
		!is_wanted(file, (int64_t)value->integer))
		return 0;
	when.tv_sec = (time_t)(value->integer / NSEC_PER_SEC);
	when.tv_nsec = (long)(value->integer % NSEC_PER_SEC);
	return file->fn(file->context, &arena, event, &when, err);
}

static int take_lines(struct file_reading *file, struct err *err)
{
	char *at = file->buffer, *end = file->buffer + file->length, *newline;
	int r = 0;

	while (r == 0 && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		r = take_line(file, at, (size_t)(newline - at), err);
		at = newline + 1;
	}
	file->length = (size_t)(end - at);
	memmove(file->buffer, at, file->length);
	if (file->length == sizeof(file->buffer))
		file->length = 0; /* no event is that long */
	return r;
}

static int read_on(struct file_reading *file, int fd, struct err *err)
{
	ssize_t n;
	int r = 0;

	while (r == 0 && fd >= 0) {
		n = read(fd, file->buffer + file->length, sizeof(file->buffer) - file->length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read %s", EVENTS_NAME);
		if (n == 0)
			return 0;
		file->length += (size_t)n;
		r = take_lines(file, err);
	}
	return r;
}

/* -1: there is none yet. */
static int open_events(const struct store *store, const char *name)
{
	return openat(store->root_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_still_named(const struct store *store, int fd)
{
	struct stat opened, named;

	return fd >= 0 && fstat(fd, &opened) == 0 &&
	       fstatat(store->root_fd, EVENTS_NAME, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_ino == named.st_ino;
}

static int open_watch(const struct store *store, int *ret_fd, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", store->root_fd);
	*ret_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (*ret_fd < 0 ||
		inotify_add_watch(*ret_fd, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		return err_sys(err, "inotify %s", store->root);
	return 0;
}

/* Until the file changes; false: until the time is over. */
static bool wait_for_change(const struct event_reading *reading, int watch_fd)
{
	struct pollfd polled = { .fd = watch_fd, .events = POLLIN };
	const struct timespec now = time_now();
	int64_t left = -1;
	char bytes[4096];

	if (reading->has_until) {
		left = (nsec_of(&reading->until) - nsec_of(&now)) / 1000000 + 1;
		if (nsec_of(&now) > nsec_of(&reading->until))
			return false;
	}
	poll(&polled, 1, left > INT32_MAX ? INT32_MAX : (int)left);
	while (read(watch_fd, bytes, sizeof(bytes)) > 0)
		;
	return true;
}

int events_read(const struct event_reading *reading, event_fn *fn, void *context, struct err *err)
{
	static struct file_reading file;
	AUTO_FD int watch_fd = -1, before_fd = -1, fd = -1;
	int r = open_watch(reading->store, &watch_fd, err);

	file = (struct file_reading){
		.reading = reading,
		.fn = fn,
		.context = context,
		.since = reading->has_since ? reading->since : time_now(),
	};
	if (r < 0)
		return r;
	if (reading->has_since)
		before_fd = open_events(reading->store, EVENTS_NAME ".1");
	fd = open_events(reading->store, EVENTS_NAME);
	r = read_on(&file, before_fd, err);
	file.length = 0;
	while (r == 0) {
		bool goes_on;

		r = read_on(&file, fd, err);
		if (r == 0 && !is_still_named(reading->store, fd)) {
			r = read_on(&file, fd, err); /* what came in between */
			if (r < 0)
				return r;
			fd_replace(&fd, open_events(reading->store, EVENTS_NAME));
			file.length = 0;
			if (fd >= 0)
				continue;
		}
		goes_on = wait_for_change(reading, watch_fd);
		if (r == 0 && !goes_on)
			return read_on(&file, fd, err);
	}
	return r;
}
