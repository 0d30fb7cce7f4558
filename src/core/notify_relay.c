/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container says, on its way to the service manager of the host.
 *
 * Whoever has the socket may say what it likes, as often as it likes, and may have done so when it
 * ends: nothing of that keeps a command from ending.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "core/notify.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

enum {
	NOTIFY_DATAGRAM_BYTES = 4096, /* what systemd takes at most */
	NOTIFY_PATIENCE_SEC = 2,      /* with a manager whose queue is full */
	NOTIFY_BARRIER_MSEC = 5000,   /* until the manager has read what it was told */
	NOTIFY_DRAIN_MAX = 1024,      /* more than a queue holds (net.unix.max_dgram_qlen) */
};

/* ---- which lines ---- */

static bool is_permitted(const char *line, size_t length)
{
	static const char *const permitted[] = { "READY=", "RELOADING=", "STOPPING=", "STATUS=",
		"ERRNO=", "BUSERROR=", "EXIT_STATUS=", "MONOTONIC_USEC=", "WATCHDOG=",
		"WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=" };

	for (size_t i = 0; i < sizeof(permitted) / sizeof(permitted[0]); i++) {
		size_t n = strlen(permitted[i]);

		if (length > n && memcmp(line, permitted[i], n) == 0)
			return true;
	}
	return false;
}

const char *notify_permitted(struct arena *arena, const char *text, size_t length)
{
	char *said = ARENA_NEW_ARRAY(arena, length + 2, char);
	size_t said_length = 0;

	if (memchr(text, '\0', length))
		return ""; /* the manager would read another end */
	while (length > 0) {
		const char *end = memchr(text, '\n', length);
		size_t n = end ? (size_t)(end - text) : length;

		if (is_permitted(text, n)) {
			memcpy(said + said_length, text, n);
			said_length += n;
			said[said_length++] = '\n';
		}
		n += end ? 1 : 0;
		text += n;
		length -= n;
	}
	said[said_length] = '\0';
	text_make_printable(said); /* a status is shown on the administrator's terminal */
	return said;
}

/* ---- to the manager ---- */

static int connect_manager(const char *path, int *ret_fd, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = NOTIFY_PATIENCE_SEC };
	size_t length = strlen(path);

	AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, "socket");
	memcpy(address.sun_path, path, length);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
		connect(fd, (const struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		return err_sys(err, "NOTIFY_SOCKET=%s", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/*
 * The manager may be gone or busy: the container is none the worse for it. One that did not listen
 * is waited for, and spoken of, no more before it does.
 */
static void hand_on(struct notify *notify, const char *text)
{
	struct err failed = ERR_INIT;
	AUTO_FD int fd = -1;
	int r = connect_manager(notify->host_socket, &fd, &failed);

	if (r == 0 && send(fd, text, strlen(text),
			      MSG_NOSIGNAL | (notify->is_unheard ? MSG_DONTWAIT : 0)) < 0)
		r = err_sys(&failed, "NOTIFY_SOCKET=%s", notify->host_socket);
	if (r < 0 && !notify->is_unheard)
		warn(&failed);
	notify->is_unheard = r < 0;
}

/*
 * Who ends at once might be gone before the manager looks whose message that was (sd_notify(3),
 * BARRIER): it closes the descriptor when it has read so far. One that knows no barrier does, too.
 */
static void wait_until_read(const struct notify *notify)
{
	struct err ignored = ERR_INIT;
	static const char barrier[] = "BARRIER=1";
	int ends[2];

	if (notify->is_unheard || pipe2(ends, O_CLOEXEC) < 0)
		return;
	AUTO_FD int kept = ends[0];
	AUTO_FD int given = ends[1];
	AUTO_FD int fd = -1;
	struct pollfd polled = { .fd = kept }; /* POLLHUP is always told */

	if (connect_manager(notify->host_socket, &fd, &ignored) < 0 ||
		fd_pass(fd, given, barrier, sizeof(barrier) - 1, &ignored) < 0)
		return;
	fd_replace(&given, -1);
	while (process_poll(&polled, 1, NOTIFY_BARRIER_MSEC) < 0 && errno == EINTR)
		;
}

/* ---- from the container ---- */

bool notify_take(struct notify *notify, bool *ret_is_ready)
{
	AUTO_ARENA arena = ARENA_INIT;
	char text[NOTIFY_DATAGRAM_BYTES + 1];
	const char *permitted;
	/* without room for control messages, so that descriptors are closed */
	ssize_t n = recv(notify->socket_fd, text, sizeof(text), MSG_DONTWAIT);

	if (n < 0)
		return false;
	if (n == 0 || n > NOTIFY_DATAGRAM_BYTES)
		return true;
	permitted = notify_permitted(&arena, text, (size_t)n);
	if (text_is_empty(permitted))
		return true;
	if (text_has_prefix(permitted, "READY=1\n") || strstr(permitted, "\nREADY=1\n")) {
		*ret_is_ready = true;
		if (notify->main_pid > 0)
			permitted = arena_printf(
				&arena, "%sMAINPID=%d\n", permitted, (int)notify->main_pid);
	}
	hand_on(notify, permitted);
	return true;
}

void notify_take_rest(struct notify *notify, bool *ret_is_ready)
{
	for (int i = 0; i < NOTIFY_DRAIN_MAX; i++)
		if (!notify_take(notify, ret_is_ready))
			return;
}

int notify_wait(struct notify *notify, int pidfd, struct err *err)
{
	bool is_ready = false;

	while (!is_ready) {
		struct pollfd polled[] = {
			{ .fd = notify->socket_fd, .events = POLLIN },
			{ .fd = pidfd, .events = POLLIN },
		};

		if (process_poll(polled, 2, -1) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (polled[1].revents) {
			notify_take_rest(notify, &is_ready);
			break;
		}
		if (polled[0].revents)
			notify_take(notify, &is_ready);
	}
	if (is_ready)
		wait_until_read(notify);
	return 0;
}
