/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull-systemd. Standard input is a SOCK_SEQPACKET socket to the caller; each datagram is a
 * request of systemd/message.h and is answered by one. Ends with the socket. It is embedded in the
 * caller, which executes it from memory: both are of one build.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "systemd/helper/helper.h"

static char received[SYSTEMD_MESSAGE_MAX_BYTES];

static int answer(struct arena *arena, sd_bus **bus, const char *bytes, size_t size,
	struct systemd_reply *reply, struct err *err)
{
	struct systemd_request request;
	int r = systemd_request_read(arena, bytes, size, &request, err);

	if (r < 0)
		return r;
	if (request.call == SYSTEMD_CALL_CONNECT)
		return *bus ? err_fail(err, EPROTO, "connected already")
			    : bus_connect(arena, &request, bus, reply, err);
	if (!*bus)
		return err_fail(err, EPROTO, "not connected");
	return call_unit(arena, *bus, &request, reply, err);
}

/* False when there is nobody to answer any more. */
static bool serve(sd_bus **bus)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct systemd_reply reply = { .control_group = "" };
	const char *text;
	size_t length;
	ssize_t n = recv(STDIN_FILENO, received, sizeof(received), 0);

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (answer(&arena, bus, received, (size_t)n, &reply, &reply.err) < 0)
		reply.control_group = "";
	text = systemd_reply_text(&arena, &reply, &length);
	return send(STDIN_FILENO, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

int main(void)
{
	sd_bus *bus = NULL;

	while (serve(&bus))
		;
	sd_bus_flush_close_unref(bus);
	return 0;
}
