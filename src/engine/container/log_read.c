/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/log_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utc.h"
#include "engine/container/attach.h"

#define LOG_NAME "log.json"

enum {
	NAME_BYTES = 32,
	FILES_MAX = 1000,
	READ_BYTES = 128 * 1024, /* longer than an entry */
	FOLLOW_MSEC = 100,
};

/* One file being read; what is no whole line yet stays in the buffer. */
struct reading {
	const struct log_request *request;
	uint64_t n_skipped; /* entries still to be skipped */
	bool is_over;       /* an entry behind `until` was seen */
	size_t length;
	char buffer[READ_BYTES];
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static const char *text_of(const struct json_value *entry, const char *key, size_t *ret_length)
{
	const struct json_value *value = json_member(entry, key);

	if (!value || value->kind != JSON_KIND_STRING)
		return NULL;
	if (ret_length)
		*ret_length = value->length;
	return value->text;
}

static int write_entry(struct reading *reading, const char *line, size_t length, struct err *err)
{
	const struct log_request *request = reading->request;
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	const struct json_value *entry;
	const char *text, *stream, *time;
	struct timespec when = { 0 };
	size_t n = 0;
	int fd, r = 0;

	if (json_parse(&arena, line, length, &entry, &ignored) < 0 ||
		entry->kind != JSON_KIND_OBJECT)
		return 0;
	text = text_of(entry, "log", &n);
	stream = text_of(entry, "stream", NULL);
	time = text_of(entry, "time", NULL);
	if (!text || !stream || !time || utc_parse(time, &when) < 0)
		return 0;
	if (request->has_since && is_before(&when, &request->since))
		return 0;
	if (request->has_until && is_before(&request->until, &when)) {
		reading->is_over = true;
		return 0;
	}
	fd = strcmp(stream, "stderr") == 0 ? STDERR_FILENO : STDOUT_FILENO;
	if (request->with_times) {
		const char *prefix = arena_printf(&arena, "%s ", time);

		r = fd_write_all(fd, prefix, strlen(prefix), err);
	}
	return r < 0 ? r : fd_write_all(fd, text, n, err);
}

static int take_lines(struct reading *reading, struct err *err)
{
	char *at = reading->buffer, *end = reading->buffer + reading->length, *newline;
	int r = 0;

	while (r == 0 && !reading->is_over && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		if (reading->n_skipped > 0)
			reading->n_skipped--;
		else
			r = write_entry(reading, at, (size_t)(newline - at), err);
		at = newline + 1;
	}
	reading->length = (size_t)(end - at);
	memmove(reading->buffer, at, reading->length);
	if (reading->length == sizeof(reading->buffer))
		reading->length = 0; /* no entry is that long */
	return r;
}

/* What the file has from here on. */
static int read_on(struct reading *reading, int fd, struct err *err)
{
	for (;;) {
		ssize_t n = read(fd, reading->buffer + reading->length,
			sizeof(reading->buffer) - reading->length);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read %s", LOG_NAME);
		if (n == 0 || reading->is_over)
			return 0;
		reading->length += (size_t)n;
		r = take_lines(reading, err);
		if (r < 0)
			return r;
	}
}

/* number 0: the newest. */
static int open_file(int dir_fd, unsigned number)
{
	char name[NAME_BYTES];

	if (number == 0)
		snprintf(name, sizeof(name), LOG_NAME);
	else
		snprintf(name, sizeof(name), LOG_NAME ".%u", number);
	return openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static uint64_t count_lines(int fd)
{
	char bytes[16384];
	uint64_t lines = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(bytes + n - at)));
			at++)
			lines++;
	return lines;
}

/* How many files there are, and entries in them. */
static unsigned count_all(int dir_fd, uint64_t *ret_lines)
{
	unsigned n = 0;

	*ret_lines = 0;
	while (n < FILES_MAX) {
		AUTO_FD int fd = open_file(dir_fd, n);

		if (fd < 0)
			break;
		*ret_lines += count_lines(fd);
		n++;
	}
	return n;
}

static bool was_rotated(int dir_fd, int fd)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 &&
	       fstatat(dir_fd, LOG_NAME, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_ino != named.st_ino;
}

/* end_fd: a connection to the monitor, -1: it has ended already. */
static int follow(struct reading *reading, int dir_fd, int *fd, int end_fd, struct err *err)
{
	bool has_ended = end_fd < 0;

	for (;;) {
		struct pollfd polled = { .fd = end_fd, .events = POLLIN };
		int r = read_on(reading, *fd, err);

		if (r < 0 || reading->is_over)
			return r;
		if (was_rotated(dir_fd, *fd)) {
			int next = open_file(dir_fd, 0);

			r = read_on(reading, *fd, err); /* what came in between */
			if (r < 0)
				return r;
			if (next >= 0)
				fd_replace(fd, next);
			continue;
		}
		if (has_ended)
			return 0;
		has_ended = poll(&polled, 1, FOLLOW_MSEC) > 0;
	}
}

int log_copy(struct arena *arena, const struct engine_container *container,
	const struct log_request *request, struct err *err)
{
	struct reading *reading = ARENA_NEW(arena, struct reading);
	struct err ignored = ERR_INIT;
	AUTO_FD int end_fd = -1, fd = -1;
	uint64_t n_lines;
	unsigned n_files;
	int r = 0;

	if (text_equal(container->settings.log_driver, "none"))
		return err_fail(err, ENOENT, "container %s keeps no log (--log-driver none)",
			container->settings.name);
	if (request->follows) /* first, so that no end is missed */
		attach_connect(container, false, &end_fd, &ignored);
	reading->request = request;
	n_files = count_all(container->dir_fd, &n_lines);
	if (request->n_last < n_lines)
		reading->n_skipped = n_lines - request->n_last;
	for (unsigned i = n_files; r == 0 && i > 0; i--) {
		fd_replace(&fd, open_file(container->dir_fd, i - 1));
		if (fd >= 0)
			r = read_on(reading, fd, err);
	}
	if (r == 0 && request->follows && fd >= 0)
		r = follow(reading, container->dir_fd, &fd, end_fd, err);
	return r;
}
