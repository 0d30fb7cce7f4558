/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/fd.h"
#include "base/warn.h"
#include "core/container.h"
#include "core/hooks.h"
#include "core/kill.h"
#include "core/lookup_locked.h"
#include "sys/process.h"

enum { DELETE_WAIT_MSEC = 10000 };

/* A zombie whose parent does not reap it yet has ended, too: its pidfd is readable. */
static int kill_first(const struct container *container, struct err *err)
{
	struct pollfd polled = { .events = POLLIN };
	struct err problem = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int r = kill_open_process(container, &pidfd, &problem);

	if (r == 0)
		r = kill_process(container, pidfd, SIGKILL, &problem);
	if (r == -ESRCH)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	polled.fd = pidfd;
	while (process_poll(&polled, 1, DELETE_WAIT_MSEC) < 0)
		if (errno != EINTR)
			return err_sys(err, "poll");
	if (!polled.revents)
		return err_fail(err, ETIMEDOUT, "process %d does not end after SIGKILL",
			container->record.pid);
	return 0;
}

/* A container must go also when its configuration cannot be read any more. */
static void read_hooks(const struct container *container, struct oci_config **ret)
{
	struct err failed = ERR_INIT;

	if (record_read_config(container->arena, container->dir_fd, ret, &failed) < 0)
		warn(&failed);
}

/*
 * A creation that was interrupted before it had a process may have named a group that others are
 * in; only in one that it made itself there can be nobody else.
 */
static bool owns_processes(const struct container *container)
{
	const struct cgroup *group = &container->group;

	if (container->has_record && container->record.pid != 0)
		return true;
	for (size_t i = 0; i < group->n_dirs; i++)
		if (group->dirs[i].n_made == 0)
			return false;
	return true;
}

/*
 * The unit first, so that systemd has forgotten its name when this returns. One that cannot be
 * asked is no reason to keep the container: a scope without processes ends by itself.
 */
static int remove_group(const struct container *container, struct err *err)
{
	struct err failed = ERR_INIT;
	int r, stopped = 0;

	if (container->record.systemd)
		stopped = systemd_stop_unit(container->arena, container->record.systemd, &failed);
	r = cgroup_destroy(&container->group, err);
	if (r < 0 && stopped < 0)
		*err = failed;
	return r < 0 ? -err->code : 0;
}

static int remove_all(const struct container *container, struct err *err)
{
	struct oci_config *config = NULL;
	int r = kill_first(container, err);

	if (r == 0 && owns_processes(container))
		r = cgroup_kill_all(&container->group, err);
	if (r == 0)
		r = remove_group(container, err);
	if (r == 0)
		r = rdt_remove(container->arena, container->record.rdt, container->id, err);
	if (r < 0)
		return r;
	if (container->has_record && container->record.has_hooks)
		read_hooks(container, &config);
	r = record_remove_dir(container->runtime, container->id, container->dir_fd, err);
	if (r == 0 && config)
		hooks_run_all(container->arena, config, OCI_HOOK_POSTSTOP, &container->record,
			CONTAINER_STATUS_STOPPED);
	return r;
}

/* The program of a created container has not begun, so nothing is lost with it; engines count on
 * that. */
static bool may_be_deleted(enum container_status status)
{
	return status == CONTAINER_STATUS_STOPPED || status == CONTAINER_STATUS_CREATED;
}

int container_delete(const struct runtime *runtime, const char *id, bool force, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	enum container_status status;
	struct err problem = ERR_INIT;
	int r = lookup_open_locked(&arena, runtime, id, &container, &problem);

	if (r == -ENOENT && force)
		return 0;
	if (r == 0 && !force)
		r = lookup_status_locked(&container, &status, &problem);
	if (r < 0) {
		*err = problem;
		return r;
	}
	if (!force && !may_be_deleted(status))
		return err_fail(err, EBUSY, "cannot delete container %s that is not stopped: %s",
			id, container_status_name(status));
	return remove_all(&container, err);
}
