/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom: hearing of processes that the kernel killed for want of memory.
 *
 * v1: an eventfd registered in cgroup.event_control; it is also signalled when the group goes. v2:
 * memory.events itself, which poll(2) answers with POLLPRI on each change.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

enum { CONTROL_BYTES = 1024 };

static int open_v1(const struct cgroup_dir *dir, struct cgroup_oom *ret, struct err *err)
{
	AUTO_FD int control = -1;
	AUTO_FD int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	char text[32];
	int r;

	if (event < 0)
		return err_sys(err, "eventfd");
	r = cgroupfs_open(dir->path, "memory.oom_control", O_RDONLY, &control, err);
	if (r == 0) {
		text_format(text, sizeof(text), "%d %d", event, control);
		r = cgroupfs_write(dir->path, "cgroup.event_control", text, err);
	}
	if (r < 0)
		return r;
	*ret = (struct cgroup_oom){
		.wait_fd = TAKE_FD(event),
		.control_fd = TAKE_FD(control),
		.poll_events = POLLIN,
	};
	return 0;
}

static int open_v2(const struct cgroup_dir *dir, struct cgroup_oom *ret, struct err *err)
{
	struct cgroup_oom oom = { .control_fd = -1, .poll_events = POLLPRI };
	int r = cgroupfs_open(dir->path, "memory.events", O_RDONLY, &oom.wait_fd, err);

	if (r < 0)
		return r;
	*ret = oom;
	return 0;
}

int cgroup_open_oom(const struct cgroup *group, struct cgroup_oom *ret, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_MEMORY);
	struct err problem = ERR_INIT;
	int r;

	if (!dir)
		return err_fail(err, ENOTSUP, "no cgroup hierarchy has the controller \"memory\"");
	r = dir->is_v2 ? open_v2(dir, ret, &problem) : open_v1(dir, ret, &problem);
	if (r == -ENOENT && access(dir->path, F_OK) == 0)
		return err_fail(err, ENOTSUP,
			"the cgroup controller \"memory\" is not available in %s", dir->path);
	if (r < 0)
		*err = problem;
	return r;
}

int cgroup_read_oom(struct cgroup_oom *oom, uint64_t *ret_kills, struct err *err)
{
	int counter_fd = oom->control_fd >= 0 ? oom->control_fd : oom->wait_fd;
	char text[CONTROL_BYTES];
	uint64_t wakeups, kills = 0;
	ssize_t length;

	if (oom->control_fd >= 0 && read(oom->wait_fd, &wakeups, sizeof(wakeups)) < 0 &&
		errno != EAGAIN)
		return err_sys(err, "read the OOM event");
	length = pread(counter_fd, text, sizeof(text) - 1, 0);
	if (length < 0)
		return err_sys(err, "read the OOM counter");
	text[length] = '\0';
	cgroup_text_find(text, "oom_kill", &kills); /* v1 has it since Linux 4.13 */
	*ret_kills = kills;
	return 0;
}

void cgroup_oom_close(struct cgroup_oom *oom)
{
	fd_replace(&oom->wait_fd, -1);
	fd_replace(&oom->control_fd, -1);
}

int cgroup_open_kill_counter(const struct cgroup *group, int *ret_fd, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_MEMORY);

	if (!dir)
		return err_fail(err, ENOTSUP, "no cgroup hierarchy has the controller \"memory\"");
	return cgroupfs_open(dir->path, dir->is_v2 ? "memory.events" : "memory.oom_control",
		O_RDONLY, ret_fd, err);
}
