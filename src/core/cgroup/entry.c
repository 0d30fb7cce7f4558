/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry: descriptors by which a child enters the group. Opened by the caller, who has the right to;
 * the kernel checks the opener's credentials, not the writer's (CVE-2021-4197).
 */
#include "core/cgroup/internal.h"

#include <fcntl.h>

#include "base/fd.h"

int cgroup_open_procs(const struct cgroup *group, struct cgroup_entry *ret, struct err *err)
{
	for (size_t i = 0; i < group->n_dirs; i++) {
		int r = cgroupfs_open(group->dirs[i].path, "cgroup.procs", O_WRONLY,
			&ret->procs_fds[ret->n_procs_fds], err);

		if (r < 0)
			return r;
		ret->n_procs_fds++;
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
