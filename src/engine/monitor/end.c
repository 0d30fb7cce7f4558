/* SPDX-License-Identifier: Apache-2.0 */
/* Role monitor: how the container ended, written down and told. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/utc.h"
#include "engine/monitor/monitor.h"

/* waitid(2)'s P_PIDFD (5.4), which musl does not name. */
enum { WAIT_PIDFD = 3 };

enum {
	RECORD_BYTES = 256,
	COUNTER_BYTES = 1024,
	ATTRIBUTES_BYTES = 128,
	WORD_BYTES = 32,
};

static int32_t reap(int pidfd, int *ret_signal)
{
	siginfo_t info = { 0 };

	*ret_signal = 0;
	while (waitid((idtype_t)WAIT_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0)
		if (errno != EINTR)
			return 255; /* somebody else's child: cannot be */
	if (info.si_code == CLD_EXITED)
		return info.si_status;
	*ret_signal = info.si_status;
	return 128 + info.si_status;
}

/* A line "key N" of the file of kills. */
static uint64_t read_counter(int kills_fd, const char *key)
{
	char text[COUNTER_BYTES];
	const char *at = text;
	ssize_t n = kills_fd < 0 ? -1 : pread(kills_fd, text, sizeof(text) - 1, 0);
	uint64_t value = 0;

	if (n < 0)
		return 0;
	text[n] = '\0';
	while (at && strncmp(at, key, strlen(key)) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return 0;
	at += strlen(key);
	return parse_u64_n(at, strcspn(at, "\n"), &value) == 0 ? value : 0;
}

static void write_events(
	const struct monitor *monitor, int32_t status, int signal_number, bool is_out_of_memory)
{
	const int64_t seconds = (monitor_now_msec() - monitor->began_msec) / 1000;
	char attributes[ATTRIBUTES_BYTES], signal_text[WORD_BYTES] = "";

	if (is_out_of_memory)
		monitor_write_event(monitor, "oom", "");
	if (signal_number)
		snprintf(signal_text, sizeof(signal_text), "\"signal\":\"%d\",", signal_number);
	snprintf(attributes, sizeof(attributes), "\"exitCode\":\"%d\",%s\"execDuration\":\"%lld\",",
		status, signal_text, (long long)seconds);
	monitor_write_event(monitor, "die", attributes);
}

static void write_record(
	const struct monitor *monitor, int32_t status, int signal_number, bool is_out_of_memory)
{
	struct err ignored = ERR_INIT; /* a full disk: commands then know only that it has ended */
	char text[RECORD_BYTES], seconds[UTC_TEXT_BYTES];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	utc_text(now.tv_sec, seconds);
	snprintf(text, sizeof(text),
		"{\"ExitCode\":%d,\"Signal\":%d,\"OOMKilled\":%s,\"OOMAtLimit\":%s,"
		"\"FinishedAt\":\"%s.%09ldZ\"}",
		status, signal_number, is_out_of_memory ? "true" : "false",
		/* v2 only: the group itself was full, not one above or the machine */
		is_out_of_memory && read_counter(monitor->kills_fd, "oom ") > 0 ? "true" : "false",
		seconds, now.tv_nsec);
	file_replace(monitor->dir_fd, "exit.json", text, strlen(text), 0600, &ignored);
}

/* Everybody gets it, but nobody is waited for longer than CLIENT_PATIENCE_MSEC. */
static void flush(struct clients *clients)
{
	const int64_t end = monitor_now_msec() + CLIENT_PATIENCE_MSEC;
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (clients_are_behind(clients) && monitor_now_msec() < end) {
		nanosleep(&pause, NULL);
		clients_send_again(clients);
	}
}

void monitor_note_end(struct monitor *monitor)
{
	int signal_number;
	int32_t status = reap(monitor->pidfd, &signal_number);
	bool is_out_of_memory = read_counter(monitor->kills_fd, "oom_kill ") > 0;
	char bytes[sizeof(status)];

	write_record(monitor, status, signal_number, is_out_of_memory);
	write_events(monitor, status, signal_number, is_out_of_memory);
	memcpy(bytes, &status, sizeof(status));
	clients_send(&monitor->clients, PROTOCOL_EXIT, bytes, sizeof(bytes));
	flush(&monitor->clients);
}

/* Until it says so, or dies. */
static bool has_cleaned(struct client *client)
{
	char packet[PROTOCOL_PACKET_BYTES];

	for (;;) {
		struct pollfd polled = { .fd = client->fd, .events = POLLIN };
		ssize_t n;

		if (poll(&polled, 1, -1) < 0 && errno == EINTR)
			continue;
		n = recv(client->fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return false;
		if (packet[0] == PROTOCOL_ENDED)
			return true;
	}
}

bool monitor_is_cleaned(struct clients *clients)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->fd >= 0 && client->cleans && has_cleaned(client))
			return true;
	}
	return false;
}
