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
#include "sys/fd_passing.h"

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

int container_start(const struct runtime *runtime, const char *id, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	AUTO_FD int connection = -1;
	enum container_status status;
	int r;

	r = lookup_open_locked(&arena, runtime, id, &container, err);
	if (r == 0)
		r = lookup_status_locked(&container, &status, err);
	if (r < 0)
		return r;
	if (status != CONTAINER_STATUS_CREATED)
		return refuse(status, err);
	r = socket_connect_at(
		container.dir_fd, RECORD_START_SOCKET, SOCK_SEQPACKET, &connection, err);
	if (r == 0)
		r = handshake_go(connection, err);
	if (r == 0)
		r = handshake_wait_exec(connection, err);
	if (r < 0)
		return r;
	unlinkat(container.dir_fd, RECORD_START_SOCKET, 0);
	return container.record.has_hooks ? run_poststart(&container, err) : 0;
}
