/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manager: hull-systemd, seen by the one who asks it. It is trusted as little as anything outside:
 * what it says is checked, and it is killed when it takes longer than systemd may.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/embedded_program.h"
#include "core/program_image.h"
#include "core/systemd/internal.h"
#include "sys/process.h"

enum {
	JOB_LIMIT_MSEC = 30 * 1000,
	ANSWER_LIMIT_MSEC = JOB_LIMIT_MSEC + 5 * 1000,
	SOCKET_BUFFER_BYTES = 2 * SYSTEMD_MESSAGE_MAX_BYTES,
	EXIT_NO_LIBRARY = 127, /* of ld.so(8) */
};

static int while_asking(struct err *err)
{
	return err_while(err, "systemd cgroup manager");
}

/* ---- the process ---- */

/* Where the buses are, and nothing else of the caller's. */
static const char *const *environment(struct arena *arena)
{
	static const char *const names[] = { "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS",
		"XDG_RUNTIME_DIR" };
	enum { N_NAMES = sizeof(names) / sizeof(names[0]) };
	const char **env = ARENA_NEW_ARRAY(arena, N_NAMES + 1, const char *);
	size_t n = 0;

	for (size_t i = 0; i < N_NAMES; i++)
		if (getenv(names[i]))
			env[n++] = arena_printf(arena, "%s=%s", names[i], getenv(names[i]));
	return env;
}

static int spawn(struct systemd_manager *manager, struct err *err)
{
	const int bytes = SOCKET_BUFFER_BYTES;
	int sockets[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own_end = sockets[0];
	AUTO_FD int other_end = sockets[1];
	const struct embedded_program program = {
		.name = "hull-systemd",
		.begin = hull_systemd_image,
		.end = hull_systemd_image_end,
		.env = environment(manager->arena),
		.stdin_fd = other_end,
		.stdout_fd = -1,
	};
	if (setsockopt(own_end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) < 0)
		return err_sys(err, "setsockopt SO_SNDBUF");
	r = embedded_program_spawn(&program, &manager->pid, &manager->pidfd, err);
	if (r == 0)
		manager->socket_fd = TAKE_FD(own_end);
	return r;
}

void systemd_end(struct systemd_manager *manager)
{
	if (manager->pidfd >= 0)
		process_kill_and_reap(manager->pidfd);
	fd_replace(&manager->pidfd, -1);
	fd_replace(&manager->socket_fd, -1);
}

/* It has closed its end. */
static int explain_end(struct systemd_manager *manager, struct err *err)
{
	int status;
	int r = process_wait(manager->pidfd, &status, err);

	fd_replace(&manager->pidfd, -1);
	if (r < 0)
		return r;
	if (status == EXIT_NO_LIBRARY) {
		err_fail(err, ENOEXEC, "hull-systemd cannot be executed");
		return err_hint(err, "it needs libsystemd.so.0 (Debian: libsystemd0)");
	}
	return err_fail(err, EPROTO, "hull-systemd ended early with status %d", status);
}

/* ---- asking ---- */

static int send_request(
	struct systemd_manager *manager, struct systemd_request *request, struct err *err)
{
	const char *text;
	size_t length;

	request->limit_msec = JOB_LIMIT_MSEC;
	request->is_user = manager->is_user;
	text = systemd_request_text(manager->arena, request, &length);
	if (length > SYSTEMD_MESSAGE_MAX_BYTES)
		return err_fail(err, E2BIG, "the properties of %s take more than %d bytes",
			request->unit, SYSTEMD_MESSAGE_MAX_BYTES);
	if (send(manager->socket_fd, text, length, MSG_NOSIGNAL) == (ssize_t)length)
		return 0;
	return errno == EPIPE || errno == ECONNRESET ? explain_end(manager, err)
						     : err_sys(err, "send to hull-systemd");
}

static int wait_readable(const struct systemd_manager *manager, struct err *err)
{
	struct pollfd polled = { .fd = manager->socket_fd, .events = POLLIN };
	int n;

	do
		n = poll(&polled, 1, ANSWER_LIMIT_MSEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "poll");
	return n > 0 ? 0
		     : err_fail(err, ETIMEDOUT, "systemd has not answered within %d s",
			       ANSWER_LIMIT_MSEC / 1000);
}

static int receive_reply(
	struct systemd_manager *manager, struct systemd_reply *ret, struct err *err)
{
	char *bytes = arena_alloc(manager->arena, SYSTEMD_MESSAGE_MAX_BYTES);
	ssize_t n;
	int r = wait_readable(manager, err);

	if (r < 0)
		return r;
	n = recv(manager->socket_fd, bytes, SYSTEMD_MESSAGE_MAX_BYTES, 0);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(err, "receive from hull-systemd");
	if (n <= 0)
		return explain_end(manager, err);
	r = systemd_reply_read(manager->arena, bytes, (size_t)n, ret, err);
	if (r < 0)
		return err_while(err, "hull-systemd");
	if (ret->err.code == 0)
		return 0;
	*err = ret->err;
	return -err->code;
}

static int ask(struct systemd_manager *manager, struct systemd_request *request,
	struct systemd_reply *ret, struct err *err)
{
	int r = send_request(manager, request, err);

	if (r == 0)
		r = receive_reply(manager, ret, err);
	return r < 0 ? while_asking(err) : 0;
}

/* ---- calls ---- */

int systemd_begin(
	struct arena *arena, bool is_user, struct systemd_manager *manager, struct err *err)
{
	struct systemd_request request = { .call = SYSTEMD_CALL_CONNECT };
	int r;

	manager->arena = arena;
	manager->is_user = is_user;
	r = spawn(manager, err);
	if (r == 0)
		r = send_request(manager, &request, err);
	return r < 0 ? while_asking(err) : 0;
}

int systemd_connect(struct systemd_manager *manager, struct err *err)
{
	struct systemd_reply reply;
	int r = receive_reply(manager, &reply, err);

	if (r < 0)
		return while_asking(err);
	manager->control_group = text_equal(reply.control_group, "/") ? "" : reply.control_group;
	manager->version = reply.version;
	return 0;
}

int systemd_start(struct systemd_manager *manager, const struct systemd_unit *unit,
	const struct systemd_properties *properties, const char **ret_path, struct err *err)
{
	struct systemd_request request = {
		.call = SYSTEMD_CALL_START,
		.unit = unit->name,
		.properties = *properties,
	};
	struct systemd_reply reply;
	int r = ask(manager, &request, &reply, err);

	if (r == 0)
		*ret_path = reply.control_group;
	return r < 0 ? err_while(err, "start %s", unit->name) : 0;
}

int systemd_attach(struct systemd_manager *manager, const struct systemd_unit *unit, pid_t pid,
	struct err *err)
{
	struct systemd_request request = {
		.call = SYSTEMD_CALL_ATTACH,
		.unit = unit->name,
		.pid = (uint32_t)pid,
	};
	struct systemd_reply reply;

	return ask(manager, &request, &reply, err);
}

static int connect_now(
	struct arena *arena, bool is_user, struct systemd_manager *manager, struct err *err)
{
	int r = systemd_begin(arena, is_user, manager, err);

	return r < 0 ? r : systemd_connect(manager, err);
}

int systemd_stop_unit(struct arena *arena, const struct systemd_unit *unit, struct err *err)
{
	AUTO_SYSTEMD_MANAGER manager = SYSTEMD_MANAGER_INIT;
	struct systemd_request request = { .call = SYSTEMD_CALL_STOP, .unit = unit->name };
	struct systemd_reply reply;
	int r = connect_now(arena, unit->is_user, &manager, err);

	if (r == 0)
		r = ask(&manager, &request, &reply, err);
	return r < 0 ? err_while(err, "stop %s", unit->name) : 0;
}

int systemd_attach_process(
	struct arena *arena, const struct systemd_unit *unit, pid_t pid, struct err *err)
{
	AUTO_SYSTEMD_MANAGER manager = SYSTEMD_MANAGER_INIT;
	int r = connect_now(arena, unit->is_user, &manager, err);

	if (r == 0)
		r = systemd_attach(&manager, unit, pid, err);
	return r < 0 ? err_while(err, "move process %d into %s", (int)pid, unit->name) : 0;
}

int systemd_set_resources(struct arena *arena, const struct systemd_unit *unit,
	const struct oci_resources *resources, bool is_v2, struct err *err)
{
	AUTO_SYSTEMD_MANAGER manager = SYSTEMD_MANAGER_INIT;
	struct systemd_request request = { .call = SYSTEMD_CALL_SET, .unit = unit->name };
	struct systemd_dialect dialect = { .is_v2 = is_v2, .is_user = unit->is_user };
	struct systemd_reply reply;
	int r = connect_now(arena, unit->is_user, &manager, err);

	if (r < 0)
		return err_while(err, "update %s", unit->name);
	dialect.version = manager.version;
	systemd_add_resources(arena, resources, dialect, true, &request.properties);
	if (request.properties.n == 0)
		return 0;
	r = ask(&manager, &request, &reply, err);
	return r < 0 ? err_while(err, "update %s", unit->name) : 0;
}
