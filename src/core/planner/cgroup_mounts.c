/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mount of type "cgroup": what it becomes on this host.
 *
 * v2: one cgroup2 file system. v1 and hybrid: a tmpfs with one directory per hierarchy, on each the
 * container's own group. That is a bind of the group's directory: with a cgroup namespace it looks
 * the same as a mount of the hierarchy (the kernel shows paths relative to the namespace's root),
 * and costs a tenth of it: mounting a v1 hierarchy waits for groups that are being removed
 * anywhere.
 */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "core/planner/mount_options.h"
#include "core/planner/planner.h"
#include "sys/mount_api.h"

struct cgroup_mount {
	const char *config;
	const char *target;
	uint64_t attributes;
	uint64_t propagation;
	bool own_namespace;
};

static struct step_mount *add_fs(struct planner *planner, const struct cgroup_mount *job,
	const char *type, const char *data, const char *target)
{
	struct step *step = planner_add(planner, STEP_MOUNT, job->config);

	step->mount = (struct step_mount){
		.flags = text_equal(type, "tmpfs") ? 0 : PLAN_MOUNT_PROC,
		.source = { .slot = PLAN_NO_SLOT },
		.type = type,
		.device_name = text_equal(type, "tmpfs") ? "tmpfs" : "cgroup",
		.data = data,
		.target = target,
		.attr_set = job->attributes,
		.propagation = job->propagation,
	};
	return &step->mount;
}

static const char *controllers_text(
	struct planner *planner, const struct cgroup_hierarchy *hierarchy)
{
	const char *text = NULL;

	if (hierarchy->name)
		return planner_format(planner, "none,name=%s", hierarchy->name);
	for (unsigned i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		const char *name = cgroup_controller_name(i, false);

		if (hierarchy->controllers & CGROUP_BIT(i))
			text = text ? planner_format(planner, "%s,%s", text, name) : name;
	}
	return text;
}

static void add_own_hierarchy(struct planner *planner, const struct cgroup_mount *job,
	const struct cgroup_hierarchy *hierarchy, const char *target)
{
	if (hierarchy->is_v2)
		add_fs(planner, job, "cgroup2", NULL, target);
	else
		add_fs(planner, job, "cgroup", controllers_text(planner, hierarchy), target);
}

/* The container's own group, which the caller has made by the time this is opened. */
static void add_group_bind(struct planner *planner, const struct cgroup_mount *job,
	const char *group_path, const char *target)
{
	struct path_facts *seen = ARENA_NEW(planner->arena, struct path_facts);
	struct step_mount mount = {
		.flags = PLAN_MOUNT_BIND | PLAN_MOUNT_IN_KEPT,
		.target = target,
		.attr_set = job->attributes,
		.propagation = job->propagation,
	};
	struct step *step;

	*seen = (struct path_facts){ .path = group_path, .exists = true, .is_directory = true };
	planner_set_source(planner, seen, false, job->config, &mount.source);
	if (mount.source.slot >= 0)
		planner->plan->slots[mount.source.slot].is_late = planner->plan->spawn.enters_late;
	mount.base_propagation = planner_base_propagation(planner, &mount.source, seen);
	step = planner_add(planner, STEP_MOUNT, job->config);
	step->mount = mount;
}

static const char *group_path_at(const struct planner *planner, const char *mount)
{
	const struct cgroup *group = planner->options->group;

	for (size_t i = 0; group && i < group->n_dirs; i++)
		if (text_has_prefix(group->dirs[i].path, mount) &&
			group->dirs[i].path[strlen(mount)] == '/')
			return group->dirs[i].path;
	return NULL;
}

/* "cpu,cpuacct" can be found as "cpu" and as "cpuacct" too. */
static void add_links(struct planner *planner, const struct cgroup_mount *job, const char *name)
{
	const char *at = name;

	if (!strchr(name, ','))
		return;
	while (*at) {
		size_t n = strcspn(at, ",");
		struct step *step = planner_add(planner, STEP_SYMLINK, job->config);

		step->symlink.target = name;
		step->symlink.path = planner_format(planner, "%s/%.*s", job->target, (int)n, at);
		at += n + (at[n] == ',');
	}
}

static void add_v1(struct planner *planner, struct cgroup_mount *job)
{
	const struct cgroup_host *host = &planner->facts->cgroups;
	bool is_readonly = job->attributes & MOUNT_ATTR_RDONLY;
	struct step_mount *mount = add_fs(planner, job, "tmpfs", "mode=755", job->target);
	struct step *step;

	mount->attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	mount->flags |= PLAN_MOUNT_KEPT;
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		const struct cgroup_hierarchy *hierarchy = &host->hierarchies[i];
		const char *name = path_base(hierarchy->mount);
		const char *target = planner_format(planner, "%s/%s", job->target, name);
		const char *group_path = group_path_at(planner, hierarchy->mount);

		if (group_path)
			add_group_bind(planner, job, group_path, target);
		else if (job->own_namespace)
			add_own_hierarchy(planner, job, hierarchy, target);
		add_links(planner, job, name);
	}
	if (!is_readonly)
		return;
	step = planner_add(planner, STEP_ROOT_ATTRIBUTES, job->config);
	step->root_attributes.path = job->target;
	step->root_attributes.attr_set = MOUNT_ATTR_RDONLY;
}

static void add_v2(struct planner *planner, const struct cgroup_mount *job)
{
	struct step_mount *mount = add_fs(planner, job, "cgroup2", NULL, job->target);

	/* a user namespace without a cgroup namespace is refused a mount of its own */
	if (!planner->new_user && !planner->joined_user)
		return;
	mount->flags |= PLAN_MOUNT_SUBSTITUTE;
	mount->source.path = planner->facts->cgroups.hierarchies[0].mount;
}

int planner_add_cgroup_mount(struct planner *planner, size_t index, struct err *err)
{
	const struct oci_mount *oci = &planner->config->mounts[index];
	const struct cgroup_host *host = &planner->facts->cgroups;
	struct mount_options options;
	struct cgroup_mount job;

	(void)err;
	mount_options_read(planner->arena, oci, &options);
	job = (struct cgroup_mount){
		.config = planner_format(planner, "/mounts/%zu", index),
		.target = path_join(planner->arena, "/", oci->destination),
		.attributes = options.attr_set | options.rec_set,
		.propagation = options.propagation,
		.own_namespace = oci_config_has_new_namespace(
			planner->config, OCI_NAMESPACE_CGROUP),
	};
	planner_enter_groups(planner);
	if (host->kind == CGROUP_KIND_V1)
		add_v1(planner, &job);
	else if (host->kind == CGROUP_KIND_V2)
		add_v2(planner, &job);
	/* a host without cgroups has nothing to show there */
	return 0;
}
