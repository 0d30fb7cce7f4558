/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/handshake.h"
#include "core/hooks.h"
#include "core/lookup_locked.h"
#include "core/notify.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

static int refuse(enum container_status status, struct err *err)
{
	switch (status) {
	case CONTAINER_STATUS_RUNNING:
		return err_fail(err, EBUSY, "cannot start an already running container");
	case CONTAINER_STATUS_STOPPED:
		return err_fail(err, ESRCH, "cannot start a container that has stopped");
	case CONTAINER_STATUS_CREATING:
	case CONTAINER_STATUS_CREATED:
	case CONTAINER_STATUS_PAUSED:
	case CONTAINER_STATUS_COUNT:
		break;
	}
	return err_fail(err, EBUSY, "cannot start a container in the %s state",
		container_status_name(status));
}

/* One that fails ends the container (runtime.md, "Lifecycle"). */
static int run_poststart(const struct container *container, struct err *err)
{
	struct oci_config *config;
	int r = record_read_config(container->arena, container->dir_fd, &config, err);

	if (r == 0)
		r = hooks_run(container->arena, config, OCI_HOOK_POSTSTART, &container->record,
			CONTAINER_STATUS_RUNNING, err);
	if (r < 0) {
		struct err ignored = ERR_INIT; /* the hook's error is the one to tell */

		container_kill(container->runtime, container->id, SIGKILL, true, &ignored);
	}
	return r;
}

struct start {
	struct container container;
	struct notify notify;
	int pidfd; /* with notify */
};

static void start_done(struct start *start)
{
	lookup_done(&start->container);
	fd_close(start->notify.socket_fd);
	fd_close(start->pidfd);
}

static int open_created(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *container, struct err *err)
{
	enum container_status status;
	int r = lookup_open_locked(arena, runtime, id, container, err);

	if (r == 0)
		r = lookup_status_locked(container, &status, err);
	if (r < 0)
		return r;
	return status == CONTAINER_STATUS_CREATED ? 0 : refuse(status, err);
}

static int listen_for_ready(struct start *start, const char *notify_socket, struct err *err)
{
	const struct container *container = &start->container;
	int r;

	if (!notify_is_wanted(notify_socket, NULL) || !notify_has_dir(container->dir_fd))
		return 0;
	start->notify.host_socket = notify_socket;
	start->notify.main_pid = container->record.pid;
	r = process_pidfd_open(container->record.pid, &start->pidfd, err);
	return r < 0 ? r : notify_listen(container->dir_fd, &start->notify, err);
}

static int go(const struct container *container, struct err *err)
{
	AUTO_FD int connection = -1;
	int r = socket_connect_at(
		container->dir_fd, RECORD_START_SOCKET, SOCK_SEQPACKET, &connection, err);

	if (r == 0)
		r = handshake_go(connection, err);
	if (r == 0)
		r = handshake_wait_exec(connection, err);
	if (r == 0)
		unlinkat(container->dir_fd, RECORD_START_SOCKET, 0);
	return r;
}

/* Whoever wants to end the container meanwhile needs its lock. */
static int wait_for_ready(struct start *start, struct err *err)
{
	if (start->notify.socket_fd < 0)
		return 0;
	fd_replace(&start->container.dir_fd, -1);
	return notify_wait(&start->notify, start->pidfd, err);
}

int container_start(
	const struct runtime *runtime, const char *id, const char *notify_socket, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	__attribute__((cleanup(start_done))) struct start start = {
		.container = CONTAINER_INIT,
		.notify = NOTIFY_INIT,
		.pidfd = -1,
	};
	int r = open_created(&arena, runtime, id, &start.container, err);

	if (r == 0)
		r = listen_for_ready(&start, notify_socket, err);
	if (r == 0)
		r = go(&start.container, err);
	if (r == 0 && start.container.record.has_hooks)
		r = run_poststart(&start.container, err);
	return r < 0 ? r : wait_for_ready(&start, err);
}
