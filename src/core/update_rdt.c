/* SPDX-License-Identifier: Apache-2.0 */
#include "core/update_rdt.h"

#include <errno.h>
#include <string.h>

#include "oci/config.h"

/* The words are runc's. */
static int refuse(const struct oci_intel_rdt *config, const struct err *why, struct err *err)
{
	bool is_mem_bw = !config->l3_cache_schema || strstr(why->config, "/memBwSchema");

	*err = *why;
	return err_while(err, "%s is not enabled",
		is_mem_bw ? "Intel RDT/MBA: memory bandwidth schema"
			  : "Intel RDT/CAT: l3 cache schema");
}

int update_rdt_plan(struct container *container, const struct oci_intel_rdt *config,
	struct rdt_update *ret, struct err *err)
{
	const struct rdt_group *group = container->record.rdt;
	struct err problem = ERR_INIT;
	int r;

	*ret = (struct rdt_update){ .config = config };
	if (!config)
		return 0;
	r = rdt_host_read(container->arena, &ret->host, err);
	if (r < 0)
		return r;
	if (group)
		r = rdt_check_write(container->arena, group, config, &problem);
	else
		r = rdt_plan(
			container->arena, &ret->host, config, container->id, &ret->group, &problem);
	if (r == -ENOTSUP)
		return refuse(config, &problem, err);
	if (r < 0)
		*err = problem;
	return r;
}

/* Everyone at once: nobody makes a new thread behind us while all are frozen. Without a freezer the
 * first process and what it makes from now on. */
static int enter_all(struct container *container, enum container_status status, struct err *err)
{
	const struct cgroup *cgroup = &container->group;
	bool freezes = status != CONTAINER_STATUS_PAUSED;
	struct err problem = ERR_INIT;
	size_t n_pids = 0;
	pid_t *pids;
	int r = freezes ? cgroup_set_frozen(cgroup, true, &problem) : 0;

	if (r == -ENOTSUP || cgroup->n_dirs == 0)
		return rdt_enter_all(container->arena, container->record.rdt, container->id,
			&container->record.pid, 1, err);
	if (r < 0) {
		*err = problem;
		return r;
	}
	r = cgroup_list_pids(container->arena, cgroup, &pids, &n_pids, err);
	if (r == 0)
		r = rdt_enter_all(
			container->arena, container->record.rdt, container->id, pids, n_pids, err);
	if (freezes && cgroup_set_frozen(cgroup, false, &problem) < 0 && r == 0) {
		*err = problem;
		r = -err->code;
	}
	return r;
}

static int write_record(struct container *container, const struct rdt_group *group, struct err *err)
{
	container->record.rdt = group;
	return record_write(container->dir_fd, &container->record, container->arena, err);
}

static int make_group(struct container *container, enum container_status status,
	const struct rdt_update *update, struct err *err)
{
	struct arena *arena = container->arena;
	struct err ignored = ERR_INIT;
	struct rdt_made made = { false, false };
	int r = write_record(container, update->group, err);

	if (r == 0)
		r = rdt_make(arena, &update->host, update->group, update->config, container->id,
			&made, err);
	if (r == 0)
		r = enter_all(container, status, err);
	if (r < 0) {
		rdt_undo(arena, update->group, container->id, &made);
		write_record(container, NULL, &ignored);
	}
	return r;
}

int update_rdt(struct container *container, enum container_status status,
	const struct rdt_update *update, struct err *err)
{
	if (!update->config)
		return 0;
	if (update->group)
		return make_group(container, status, update, err);
	return rdt_write_schemata(container->arena, container->record.rdt, update->config, err);
}
