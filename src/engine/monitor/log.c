/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role monitor: the log, one JSON object a line: {"log":"text\n","stream":"stdout","time":"…"}.
 *
 * A log that cannot be written any more (a full disk) loses what comes then; the container goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/utc.h"
#include "base/utf8.h"
#include "engine/monitor/monitor.h"

#define LOG_NAME "log.json"

enum { NAME_BYTES = 32, TIME_BYTES = UTC_TEXT_BYTES + 16 };

static int open_log(int dir_fd)
{
	return openat(
		dir_fd, LOG_NAME, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
}

void log_open(struct log *log, int dir_fd, uint64_t max_size, unsigned max_files)
{
	struct stat st;

	*log = (struct log){
		.dir_fd = dir_fd,
		.fd = open_log(dir_fd),
		.max_size = max_size,
		.max_files = max_files,
	};
	if (log->fd >= 0 && fstat(log->fd, &st) == 0)
		log->size = (uint64_t)st.st_size;
}

/* log.json.1 is the one before, and so on; the oldest is written over. */
static void rotate(struct log *log)
{
	char from[NAME_BYTES], to[NAME_BYTES];

	for (unsigned i = log->max_files - 1; i >= 1; i--) {
		if (i > 1)
			snprintf(from, sizeof(from), LOG_NAME ".%u", i - 1);
		else
			snprintf(from, sizeof(from), LOG_NAME);
		snprintf(to, sizeof(to), LOG_NAME ".%u", i);
		renameat(log->dir_fd, from, log->dir_fd, to); /* or it is not there yet */
	}
	if (log->max_files <= 1)
		unlinkat(log->dir_fd, LOG_NAME, 0);
	fd_replace(&log->fd, open_log(log->dir_fd));
	log->size = 0;
}

static size_t put(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n);
	return n;
}

/* One character, or what stands for a byte that is none; returns how many bytes it took. */
static size_t put_character(const char *text, size_t n, char *at, size_t *ret_taken)
{
	size_t length = utf8_sequence_length(text, n);
	unsigned char byte = (unsigned char)text[0];

	*ret_taken = length ? length : 1;
	if (length == 0)
		return put(at, "\\ufffd");
	if (byte == '"' || byte == '\\') {
		at[0] = '\\';
		at[1] = (char)byte;
		return 2;
	}
	if (byte == '\n' || byte == '\r' || byte == '\t') {
		at[0] = '\\';
		at[1] = byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't';
		return 2;
	}
	if (byte < 0x20 || byte == 0x7f)
		return (size_t)snprintf(at, 7, "\\u%04x", byte);
	memcpy(at, text, length);
	return length;
}

size_t log_entry(const char *stream, const char *text, size_t n, const char *time,
	char entry[LOG_ENTRY_BYTES])
{
	size_t length = put(entry, "{\"log\":\""), taken;

	for (size_t i = 0; i < n; i += taken)
		length += put_character(text + i, n - i, entry + length, &taken);
	length += put(entry + length, "\",\"stream\":\"");
	length += put(entry + length, stream);
	length += put(entry + length, "\",\"time\":\"");
	length += put(entry + length, time);
	return length + put(entry + length, "\"}");
}

static void now_text(char ret[TIME_BYTES])
{
	char seconds[UTC_TEXT_BYTES];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	utc_text(now.tv_sec, seconds);
	snprintf(ret, TIME_BYTES, "%s.%09ldZ", seconds, now.tv_nsec);
}

static void write_entry(struct log *log, const struct log_line *line)
{
	static char entry[LOG_ENTRY_BYTES];
	struct err ignored = ERR_INIT;
	char time[TIME_BYTES];
	size_t length;

	if (log->fd < 0)
		return;
	now_text(time);
	length = log_entry(line->stream, line->text, line->length, time, entry);
	entry[length++] = '\n';
	if (log->size > 0 && log->max_size != UINT64_MAX && log->size + length > log->max_size)
		rotate(log);
	if (log->fd >= 0 && fd_write_all(log->fd, entry, length, &ignored) == 0)
		log->size += length;
}

void log_end_line(struct log *log, struct log_line *line)
{
	if (line->length > 0)
		write_entry(log, line);
	line->length = 0;
}

void log_add(struct log *log, struct log_line *line, const char *bytes, size_t n)
{
	while (n > 0 && log->fd >= 0) {
		const char *newline = memchr(bytes, '\n', n);
		size_t part = newline ? (size_t)(newline - bytes) + 1 : n;

		if (part > LOG_LINE_BYTES - line->length)
			part = LOG_LINE_BYTES - line->length;
		memcpy(line->text + line->length, bytes, part);
		line->length += part;
		bytes += part;
		n -= part;
		if (line->length == LOG_LINE_BYTES || line->text[line->length - 1] == '\n')
			log_end_line(log, line);
	}
}
