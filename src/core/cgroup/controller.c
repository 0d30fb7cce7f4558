/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller: their names in both versions, and which directory has one.
 */
#include "core/cgroup/internal.h"

#include <string.h>

static const struct {
	const char *v1, *v2; /* NULL: no such controller there */
} names[CGROUP_CONTROLLER_COUNT] = {
	[CGROUP_CONTROLLER_CPU] = { "cpu", "cpu" },
	[CGROUP_CONTROLLER_CPUACCT] = { "cpuacct", NULL },
	[CGROUP_CONTROLLER_CPUSET] = { "cpuset", "cpuset" },
	[CGROUP_CONTROLLER_MEMORY] = { "memory", "memory" },
	[CGROUP_CONTROLLER_IO] = { "blkio", "io" },
	[CGROUP_CONTROLLER_PIDS] = { "pids", "pids" },
	[CGROUP_CONTROLLER_DEVICES] = { "devices", NULL },
	[CGROUP_CONTROLLER_FREEZER] = { "freezer", NULL },
	[CGROUP_CONTROLLER_HUGETLB] = { "hugetlb", "hugetlb" },
	[CGROUP_CONTROLLER_RDMA] = { "rdma", "rdma" },
	[CGROUP_CONTROLLER_NET_CLS] = { "net_cls", NULL },
	[CGROUP_CONTROLLER_NET_PRIO] = { "net_prio", NULL },
	[CGROUP_CONTROLLER_PERF_EVENT] = { "perf_event", "perf_event" },
	[CGROUP_CONTROLLER_MISC] = { "misc", "misc" },
};

const char *cgroup_controller_name(enum cgroup_controller controller, bool is_v2)
{
	const char *name = is_v2 ? names[controller].v2 : names[controller].v1;

	return name ? name : names[controller].v1;
}

bool cgroup_controller_parse(
	const char *name, size_t length, bool is_v2, enum cgroup_controller *ret)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		const char *known = is_v2 ? names[i].v2 : names[i].v1;

		if (known && strlen(known) == length && memcmp(known, name, length) == 0) {
			*ret = (enum cgroup_controller)i;
			return true;
		}
	}
	return false;
}

const struct cgroup_dir *cgroup_find_dir(
	const struct cgroup *group, enum cgroup_controller controller)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		if (group->dirs[i].controllers & CGROUP_BIT(controller))
			return &group->dirs[i];
	return names[controller].v2 ? cgroup_unified_dir(group) : NULL;
}

const struct cgroup_dir *cgroup_unified_dir(const struct cgroup *group)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		if (group->dirs[i].is_v2)
			return &group->dirs[i];
	return NULL;
}

const struct cgroup_dir *cgroup_main_dir(const struct cgroup *group)
{
	static const enum cgroup_controller preferred[] = {
		CGROUP_CONTROLLER_FREEZER,
		CGROUP_CONTROLLER_DEVICES,
		CGROUP_CONTROLLER_PIDS,
		CGROUP_CONTROLLER_MEMORY,
	};

	for (size_t i = 0; i < sizeof(preferred) / sizeof(preferred[0]); i++)
		for (size_t j = 0; j < group->n_dirs; j++)
			if (group->dirs[j].controllers & CGROUP_BIT(preferred[i]))
				return &group->dirs[j];
	return group->n_dirs > 0 ? &group->dirs[0] : NULL;
}
