/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

void lookup_done(struct container *container)
{
	fd_close(container->dir_fd);
}

int lookup_read(struct arena *arena, const struct runtime *runtime, const char *id, int dir_fd,
	struct container *ret, struct err *err)
{
	AUTO_FD int dir = dir_fd;
	struct container container = { .runtime = runtime, .id = id, .arena = arena };
	int r = record_read(arena, dir, &container.record, err);

	container.has_record = r == 0;
	if (r == 0)
		r = cgroup_from_strings(arena, container.record.cgroups, container.record.n_cgroups,
			&container.group, err);
	if (r == 0 && container.record.rdt)
		r = rdt_check_record(container.record.rdt, id, err);
	if (r == 0 && container.record.systemd)
		r = systemd_check_unit(container.record.systemd, err);
	if (r < 0 && r != -ENODATA)
		return r;
	*err = ERR_INIT;
	container.dir_fd = TAKE_FD(dir);
	*ret = container;
	return 0;
}

int lookup_open(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err)
{
	int dir = -1;
	int r = record_open_dir(runtime, id, &dir, err);

	return r < 0 ? r : lookup_read(arena, runtime, id, dir, ret, err);
}

bool lookup_is_alive(const struct container *container)
{
	return process_is_alive(container->record.pid, container->record.start_time);
}

/*
 * hull-init listens until it executes the program: a refused connection tells it has. Never waits:
 * one that is stopped lets its queue run full (EAGAIN), and listens all the same.
 */
static bool waits_for_start(const struct container *container)
{
	struct err failed = ERR_INIT;
	int r;

	AUTO_FD int fd = -1;
	if (faccessat(container->dir_fd, RECORD_START_SOCKET, F_OK, 0) < 0)
		return false;
	r = socket_connect_at(container->dir_fd, RECORD_START_SOCKET,
		SOCK_SEQPACKET | SOCK_NONBLOCK, &fd, &failed);
	return r == 0 || r == -EAGAIN;
}

/* Whoever creates it holds the lock until it is created. */
static bool is_being_created(const struct container *container)
{
	if (flock(container->dir_fd, LOCK_SH | LOCK_NB) == 0) {
		flock(container->dir_fd, LOCK_UN);
		return false;
	}
	return errno == EWOULDBLOCK;
}

int lookup_status(const struct container *container, enum container_status *ret, struct err *err)
{
	int frozen;

	if (!container->has_record || container->record.pid == 0) {
		*ret = is_being_created(container) ? CONTAINER_STATUS_CREATING
						   : CONTAINER_STATUS_STOPPED;
		return 0;
	}
	if (!lookup_is_alive(container)) {
		*ret = CONTAINER_STATUS_STOPPED;
		return 0;
	}
	frozen = cgroup_is_frozen(&container->group, err);
	if (frozen < 0)
		return frozen;
	*ret = frozen                       ? CONTAINER_STATUS_PAUSED
	       : waits_for_start(container) ? CONTAINER_STATUS_CREATED
					    : CONTAINER_STATUS_RUNNING;
	return 0;
}
