/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update: new limits for a container that exists.
 */
#include <errno.h>

#include "core/container.h"
#include "core/lookup_locked.h"
#include "core/update_rdt.h"
#include "oci/config.h"

/*
 * The configuration counts swap together with memory, v2 counts it alone: a new limit of swap needs
 * to know that of memory, which stays as it is when it is not given.
 */
static int complete_swap(
	struct container *container, struct oci_resources *resources, struct err *err)
{
	struct oci_memory *memory;
	struct cgroup_stats stats;
	int64_t *limit;
	int r;

	if (container->group.kind != CGROUP_KIND_V2 || !resources->memory ||
		!resources->memory->swap || *resources->memory->swap <= 0 ||
		(resources->memory->limit && *resources->memory->limit != 0))
		return 0;
	r = cgroup_read_stats(container->arena, &container->group, &stats, err);
	if (r < 0)
		return r;
	if (stats.memory.usage.limit > INT64_MAX)
		return 0; /* none: the planner of limits refuses that in its own words */
	limit = ARENA_NEW(container->arena, int64_t);
	memory = ARENA_NEW(container->arena, struct oci_memory);
	*limit = (int64_t)stats.memory.usage.limit;
	*memory = *resources->memory;
	memory->limit = limit;
	resources->memory = memory;
	return 0;
}

/*
 * v1 replaces device rules one by one, beginning with "nothing": a process that opens /dev/null at
 * that moment must not see it.
 */
static int update_frozen(const struct container *container, enum container_status status,
	const struct cgroup_settings *settings, struct err *err)
{
	bool freezes = container->group.kind == CGROUP_KIND_V1 &&
		       settings->resources->n_devices > 0 && status != CONTAINER_STATUS_PAUSED;
	struct err thawing = ERR_INIT;
	int r = freezes ? cgroup_set_frozen(&container->group, true, err) : 0;

	if (r < 0)
		return err_while(err, "device rules");
	if (container->record.systemd)
		r = systemd_set_resources(container->arena, container->record.systemd,
			settings->resources, container->group.kind == CGROUP_KIND_V2, err);
	if (r == 0)
		r = cgroup_update(&container->group, settings, err);
	if (freezes && cgroup_set_frozen(&container->group, false, &thawing) < 0 && r == 0) {
		*err = thawing;
		r = -err->code;
	}
	return r;
}

int container_update(const struct runtime *runtime, const char *id,
	const struct container_changes *changes, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	struct oci_resources resources = *changes->resources;
	const struct cgroup_settings settings = {
		.resources = &resources,
		.is_rootless = runtime->is_rootless,
	};
	struct rdt_update rdt;
	enum container_status status;
	int r = lookup_open_locked(&arena, runtime, id, &container, err);

	if (r == 0)
		r = lookup_require_running(&container, &status, err);
	if (r == 0)
		r = update_rdt_plan(&container, changes->rdt, &rdt, err);
	if (r == 0)
		r = complete_swap(&container, &resources, err);
	if (r < 0)
		return r;
	if (runtime->is_rootless) /* the kernel refuses them; none were set at the creation either
				   */
		resources.n_devices = 0;
	r = update_frozen(&container, status, &settings, err);
	return r < 0 ? r : update_rdt(&container, status, &rdt, err);
}
