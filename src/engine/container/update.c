/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/containers.h"
#include "engine/events/events.h"
#include "engine/spec/spec.h"

static void take_number(int64_t *limit, int64_t change)
{
	if (change != 0)
		*limit = change;
}

static void merge(struct container_resources *limits, const struct container_resources *changes)
{
	take_number(&limits->memory, changes->memory);
	take_number(&limits->memory_swap, changes->memory_swap);
	take_number(&limits->memory_reservation, changes->memory_reservation);
	take_number(&limits->cpu_shares, changes->cpu_shares);
	take_number(&limits->pids_limit, changes->pids_limit);
	take_number(&limits->blkio_weight, changes->blkio_weight);
	if (changes->nano_cpus != 0) /* the same thing said in two ways: the last word counts */
		limits->cpu_quota = limits->cpu_period = 0;
	if (changes->cpu_quota != 0 || changes->cpu_period != 0)
		limits->nano_cpus = 0;
	take_number(&limits->nano_cpus, changes->nano_cpus);
	take_number(&limits->cpu_quota, changes->cpu_quota);
	take_number(&limits->cpu_period, changes->cpu_period);
	if (changes->cpuset_cpus)
		limits->cpuset_cpus = changes->cpuset_cpus;
	if (changes->cpuset_mems)
		limits->cpuset_mems = changes->cpuset_mems;
}

static int change_running(struct arena *arena, const struct engine *engine, const char *id,
	const struct container_resources *changes, struct err *err)
{
	struct container_changes core = { 0 };
	struct oci_resources *resources;
	const char *text;
	size_t length;
	int r = spec_update_text(arena, changes, &text, &length, err);

	if (r == 0)
		r = oci_resources_read(arena, text, length, &resources, err);
	if (r == 0)
		r = oci_resources_check(resources, err);
	if (r < 0)
		return r;
	core.resources = resources;
	return container_update(&engine->runtime, id, &core, err);
}

int containers_update(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_resources *changes,
	struct err *err)
{
	struct engine_state state;
	int r = containers_state(arena, engine, container, &state, err);

	if (r == 0 &&
		(state.status == ENGINE_STATUS_RUNNING || state.status == ENGINE_STATUS_PAUSED))
		r = change_running(arena, engine, container->id, changes, err);
	if (r < 0)
		return r;
	merge(&container->settings.resources, changes);
	r = containers_write_settings(arena, container, err);
	if (r == 0)
		event_write_container(arena, engine->store, container, "update", NULL, 0);
	return r;
}
