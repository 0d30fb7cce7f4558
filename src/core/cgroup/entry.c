/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry: descriptors by which a child enters the group. Opened by the caller, who has the right to;
 * the kernel checks the opener's credentials, not the writer's (CVE-2021-4197).
 */
#include "core/cgroup/internal.h"

#include <fcntl.h>

#include "base/fd.h"

/*
 * v1: "tasks", not "cgroup.procs": a thread that moves itself needs no lock of all thread groups,
 * so it does not wait for a grace period of the whole machine, which takes from 0.3 to 10 ms. The
 * child has one thread, so it is the same thing. The v2 tree of a hybrid host is entered by the
 * clone.
 */
static int open_dir(const struct cgroup_dir *dir, struct cgroup_entry *ret, struct err *err)
{
	int r;

	if (dir->is_v2) {
		ret->into_fd = open(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		return ret->into_fd < 0 ? err_sys(err, "open %s", dir->path) : 0;
	}
	r = cgroupfs_open(dir->path, "tasks", O_WRONLY, &ret->procs_fds[ret->n_procs_fds], err);
	if (r == 0)
		ret->n_procs_fds++;
	return r;
}

int cgroup_open_v1_entry(const struct cgroup *group, struct cgroup_entry *ret, struct err *err)
{
	for (size_t i = 0; i < group->n_dirs; i++) {
		int r = open_dir(&group->dirs[i], ret, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void cgroup_entry_close(struct cgroup_entry *entry)
{
	fd_replace(&entry->into_fd, -1);
	for (size_t i = 0; i < entry->n_procs_fds; i++)
		fd_close(entry->procs_fds[i]);
	entry->n_procs_fds = 0;
}
