/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/lookup.h"
#include "sys/process.h"

/*
 * Through a pidfd that was opened before the process was compared with the record: the number
 * cannot be a stranger's by the time the signal is sent.
 */
static int signal_init(const struct container *container, int signal_number, struct err *err)
{
	AUTO_FD int pidfd = -1;
	int r;

	if (!container->has_record || container->record.pid == 0)
		return err_fail(err, ESRCH, "container not running");
	r = process_pidfd_open(container->record.pid, &pidfd, err);
	if (r < 0 || !lookup_is_alive(container))
		return err_fail(err, ESRCH, "container not running");
	r = process_pidfd_signal(pidfd, signal_number, err);
	return r == -ESRCH ? err_fail(err, ESRCH, "container not running") : r;
}

/* Without a pid namespace of its own the container's other processes outlive its first one. */
static int signal_everyone(const struct container *container, int signal_number, struct err *err)
{
	struct err ignored = ERR_INIT;
	int r;

	if (container->group.n_dirs == 0) {
		r = signal_init(container, signal_number, &ignored);
	} else if (signal_number == SIGKILL) {
		return cgroup_kill_all(&container->group, err);
	} else {
		r = cgroup_signal_all(&container->group, signal_number, &ignored);
	}
	if (r == 0 || r == -ESRCH)
		return 0;
	*err = ignored;
	return r;
}

int container_kill(
	const struct runtime *runtime, const char *id, int signal_number, bool all, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	int r = lookup_open(&arena, runtime, id, &container, err);

	if (r < 0)
		return r;
	return all ? signal_everyone(&container, signal_number, err)
		   : signal_init(&container, signal_number, err);
}
