/* SPDX-License-Identifier: Apache-2.0 */
#include "core/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/text.h"
#include "base/warn.h"
#include "sys/fd_passing.h"

#define NOTIFY_DIR           "notify"
#define NOTIFY_NAME          "notify.sock"
#define NOTIFY_CONTAINER_DIR "/run/notify"

enum {
	NOTIFY_DATAGRAM_BYTES = 4096, /* what systemd takes at most */
	NOTIFY_SOCKET_MODE = 0666,    /* whoever the container's user is */
};

/* ---- the socket's place in the container ---- */

static bool has_variable(const struct oci_process *process)
{
	for (size_t i = 0; process && i < process->n_env; i++)
		if (text_has_prefix(process->env[i], "NOTIFY_SOCKET="))
			return true;
	return false;
}

bool notify_is_wanted(const char *host_socket, const struct oci_process *process)
{
	struct err refused = ERR_INIT;

	if (text_is_empty(host_socket) || has_variable(process))
		return false;
	if ((host_socket[0] == '/' || host_socket[0] == '@') && host_socket[1] != '\0' &&
		strlen(host_socket) < sizeof(((struct sockaddr_un *)0)->sun_path))
		return true;
	err_fail(&refused, EINVAL,
		"NOTIFY_SOCKET=%s is no path of a socket: the container gets none", host_socket);
	warn(&refused);
	return false;
}

void notify_add_mount(struct arena *arena, const char *dir, struct oci_config *config)
{
	static const char *options[] = { "bind", "nosuid", "noexec", "nodev", "ro" };
	struct oci_mount *mounts = ARENA_NEW_ARRAY(arena, config->n_mounts + 1, struct oci_mount);

	if (config->n_mounts > 0)
		memcpy(mounts, config->mounts, config->n_mounts * sizeof(*mounts));
	mounts[config->n_mounts++] = (struct oci_mount){
		.destination = NOTIFY_CONTAINER_DIR,
		.type = "bind",
		.source = path_join(arena, dir, NOTIFY_DIR),
		.options = options,
		.n_options = sizeof(options) / sizeof(options[0]),
	};
	config->mounts = mounts;
}

void notify_add_facts(const struct oci_config *config, struct host_facts *facts)
{
	struct path_facts *source = &facts->sources[config->n_mounts - 1];

	*source = (struct path_facts){
		.path = source->path,
		.exists = true,
		.is_directory = true,
		.is_out_of_reach = true, /* ROOT/ID is its owner's only */
	};
}

const char *notify_container_socket(void)
{
	return NOTIFY_CONTAINER_DIR "/" NOTIFY_NAME;
}

int notify_make_dir(int dir_fd, struct err *err)
{
	/* ROOT/ID keeps others of the host out; the container's user has to get through */
	if (mkdirat(dir_fd, NOTIFY_DIR, 0755) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " NOTIFY_DIR);
	return 0;
}

bool notify_has_dir(int dir_fd)
{
	return faccessat(dir_fd, NOTIFY_DIR, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int notify_listen(int dir_fd, struct notify *notify, struct err *err)
{
	static const char name[] = NOTIFY_DIR "/" NOTIFY_NAME;
	int r;

	mode_t kept;

	unlinkat(dir_fd, name, 0);
	kept = umask(0777 & ~NOTIFY_SOCKET_MODE); /* a later chmod could meet something else */
	r = socket_bind_at(dir_fd, name, SOCK_DGRAM, &notify->socket_fd, err);
	umask(kept);
	return r;
}

/* ---- what is said ---- */

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
	const char *said = "";

	if (memchr(text, '\0', length))
		return said; /* the manager would read another end */
	while (length > 0) {
		const char *end = memchr(text, '\n', length);
		size_t n = end ? (size_t)(end - text) : length;

		if (is_permitted(text, n))
			said = arena_printf(arena, "%s%.*s\n", said, (int)n, text);
		n += end ? 1 : 0;
		text += n;
		length -= n;
	}
	return said;
}

/* The manager may be gone or busy: the container is none the worse for it. */
static void hand_on(const struct notify *notify, const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(notify->host_socket);

	AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	memcpy(address.sun_path, notify->host_socket, length);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0) {
		struct err failed = ERR_INIT;

		err_sys(&failed, "NOTIFY_SOCKET=%s", notify->host_socket);
		warn(&failed);
	}
}

void notify_take(const struct notify *notify, bool *ret_is_ready)
{
	AUTO_ARENA arena = ARENA_INIT;
	char text[NOTIFY_DATAGRAM_BYTES + 1];
	const char *permitted;
	/* without room for control messages, so that descriptors are closed */
	ssize_t n = recv(notify->socket_fd, text, sizeof(text), MSG_DONTWAIT);

	if (n <= 0 || n > NOTIFY_DATAGRAM_BYTES)
		return;
	permitted = notify_permitted(&arena, text, (size_t)n);
	if (text_is_empty(permitted))
		return;
	if (text_has_prefix(permitted, "READY=1\n") || strstr(permitted, "\nREADY=1\n")) {
		*ret_is_ready = true;
		if (notify->main_pid > 0)
			permitted = arena_printf(
				&arena, "%sMAINPID=%d\n", permitted, (int)notify->main_pid);
	}
	hand_on(notify, permitted);
}

int notify_wait(const struct notify *notify, int pidfd, struct err *err)
{
	bool is_ready = false;

	while (!is_ready) {
		struct pollfd polled[] = {
			{ .fd = notify->socket_fd, .events = POLLIN },
			{ .fd = pidfd, .events = POLLIN },
		};

		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (polled[0].revents)
			notify_take(notify, &is_ready);
		else if (polled[1].revents)
			return 0;
	}
	return 0;
}
