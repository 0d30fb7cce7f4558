/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pause: freezing and thawing. A paused container is one whose cgroup is frozen; nothing is written
 * down, so that whoever thaws the cgroup has resumed the container.
 */
#include <errno.h>

#include "core/container.h"
#include "core/lookup_locked.h"

int container_pause(const struct runtime *runtime, const char *id, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	enum container_status status;
	int r = lookup_open_locked(&arena, runtime, id, &container, err);

	if (r == 0)
		r = lookup_require_running(&container, &status, err);
	if (r < 0)
		return r;
	if (status == CONTAINER_STATUS_PAUSED)
		return err_fail(err, EINVAL, "container not running: container paused");
	return cgroup_set_frozen(&container.group, true, err);
}

int container_resume(const struct runtime *runtime, const char *id, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_CONTAINER container = CONTAINER_INIT;
	enum container_status status;
	int r = lookup_open_locked(&arena, runtime, id, &container, err);

	if (r == 0)
		r = lookup_status_locked(&container, &status, err);
	if (r < 0)
		return r;
	if (status != CONTAINER_STATUS_PAUSED)
		return err_fail(err, EINVAL, "container not paused");
	return cgroup_set_frozen(&container.group, false, err);
}
