/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/lookup.h"
#include "sys/process.h"

enum { DELETE_WAIT_MSEC = 10000 };

/* A zombie whose parent does not reap it yet has ended, too: its pidfd is readable. */
static int kill_init(const struct container *container, struct err *err)
{
	struct pollfd polled = { .events = POLLIN };
	AUTO_FD int pidfd = -1;
	struct err gone = ERR_INIT;

	if (!container->has_record || !lookup_is_alive(container) ||
		process_pidfd_open(container->record.pid, &pidfd, &gone) < 0 ||
		!lookup_is_alive(container))
		return 0;
	if (process_pidfd_signal(pidfd, SIGKILL, &gone) < 0 && gone.code != ESRCH) {
		*err = gone;
		return -err->code;
	}
	polled.fd = pidfd;
	while (poll(&polled, 1, DELETE_WAIT_MSEC) < 0)
		if (errno != EINTR)
			return err_sys(err, "poll");
	if (!polled.revents)
		return err_fail(err, ETIMEDOUT, "process %d does not end after SIGKILL",
			container->record.pid);
	return 0;
}

static int remove_all(const struct container *container, struct err *err)
{
	int r = kill_init(container, err);

	if (r == 0)
		r = cgroup_kill_all(&container->group, err);
	if (r == 0)
		r = cgroup_destroy(&container->group, err);
	if (r == 0)
		r = record_remove_dir(container->runtime, container->id, container->dir_fd, err);
	return r;
}

/* Locked first: what is read then does not change any more. */
static int open_locked(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err)
{
	AUTO_FD int dir = -1;
	int r = record_open_dir(runtime, id, &dir, err);

	if (r == 0)
		r = record_lock(dir, err);
	return r < 0 ? r : lookup_read(arena, runtime, id, TAKE_FD(dir), ret, err);
}

int container_delete(const struct runtime *runtime, const char *id, bool force, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	enum container_status status;
	int r = open_locked(&arena, runtime, id, &container, err);

	if (r == -ENOENT && force) {
		*err = ERR_INIT;
		return 0;
	}
	if (r == 0 && !force)
		r = lookup_status(&container, &status, err);
	if (r < 0)
		return r;
	if (!force && status != CONTAINER_STATUS_STOPPED)
		return err_fail(err, EBUSY, "cannot delete container %s that is not stopped: %s",
			id, container_status_name(status));
	return remove_all(&container, err);
}
