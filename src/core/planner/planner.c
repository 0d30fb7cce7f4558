/* SPDX-License-Identifier: Apache-2.0 */
#include "core/planner/planner.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/text.h"

enum { LATE_MOUNTS_MAX = 4 }; /* of all hierarchies each: their descriptors go in one message */

struct step *planner_add(struct planner *planner, enum step_kind kind, const char *config)
{
	struct container_plan *plan = planner->plan;
	struct step step = { .kind = kind, .config = config };

	ARENA_APPEND(planner->arena, plan->steps, plan->n_steps) = step;
	return &plan->steps[plan->n_steps - 1];
}

struct slot *planner_add_slot(
	struct planner *planner, enum slot_kind kind, plan_slot_index *ret_index)
{
	struct container_plan *plan = planner->plan;
	struct slot slot = { .kind = kind, .config = "" };

	ARENA_APPEND(planner->arena, plan->slots, plan->n_slots) = slot;
	*ret_index = (plan_slot_index)plan->n_slots - 1;
	return &plan->slots[plan->n_slots - 1];
}

const char *planner_format(struct planner *planner, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return arena_strdup(planner->arena, text);
}

/*
 * An ordinary user may clone mounts only in a namespace of its own: hull-init does it. So does it
 * for a user namespace: what is cloned from the copy that belongs to that has its flags and what it
 * covers locked, which a clone of the host's own mounts has not. But where the container's root
 * cannot reach, only the caller can. Without the newer mount calls nobody can clone a tree that is
 * mounted nowhere: hull-init has a place of its own to mount it.
 */
static bool clones_in_caller(
	const struct planner *planner, const struct path_facts *seen, bool is_recursive)
{
	if (planner->is_live) /* hull-init sees the container's files only */
		return true;
	if (!planner->facts->is_privileged || planner->facts->lacking_mount_call)
		return false;
	if (is_recursive && seen->has_namespaces && planner->new_mount &&
		!planner->plan->spawn.use_template)
		return false;
	return !(planner->new_user || planner->joined_user) || seen->is_out_of_reach;
}

int planner_check_reach(const struct planner *planner, const struct path_facts *seen,
	const char *config, struct err *err)
{
	const char *lacking = planner->facts->lacking_mount_call;
	bool has_other_root = planner->facts->is_privileged &&
			      (planner->new_user || planner->joined_user);

	if (!lacking || !has_other_root || !seen->is_out_of_reach)
		return 0;
	err_fail(err, ENOTSUP,
		"%s: the container's root may not search a directory that leads there, and without "
		"%s only it could mount it",
		seen->path, lacking);
	err_path(err, seen->path);
	return err_config(err, "%s", config);
}

void planner_set_source(struct planner *planner, const struct path_facts *seen, bool is_recursive,
	const char *config, struct plan_source *source)
{
	struct slot *slot;

	*source = (struct plan_source){
		.slot = PLAN_NO_SLOT,
		.path = seen->path,
		.device = seen->device,
		.inode = seen->inode,
		.no_follow = seen->no_follow,
	};
	if (!clones_in_caller(planner, seen, is_recursive))
		return;
	slot = planner_add_slot(planner, SLOT_TREE, &source->slot);
	slot->path = seen->path;
	slot->seen = seen;
	slot->is_recursive = is_recursive;
	slot->propagation = planner_propagation_of(planner, seen);
	if (planner->is_live && planner->joined_user)
		slot->user_namespace =
			oci_config_namespace(planner->config, OCI_NAMESPACE_USER)->path;
	slot->config = config;
}

/*
 * What runc's first mount(2) of a start makes of the copied mounts, said of a tree that is cloned
 * from the host's: without "r" only the mount at "/" changes, the others stay what the copy made
 * them: peers of the host's, or slaves when they went to another user namespace.
 */
uint64_t planner_propagation_of(const struct planner *planner, const struct path_facts *seen)
{
	bool is_copied_to_user = planner->new_user || planner->joined_user;
	uint64_t untouched = is_copied_to_user ? MS_SLAVE | MS_REC : 0;

	switch (planner->config->platform.rootfs_propagation) {
	case OCI_PROPAGATION_SHARED:
	case OCI_PROPAGATION_RSHARED:
		return untouched;
	case OCI_PROPAGATION_SLAVE:
		return seen->is_on_root_mount ? MS_SLAVE | MS_REC : untouched;
	case OCI_PROPAGATION_PRIVATE:
	case OCI_PROPAGATION_UNBINDABLE:
		return seen->is_on_root_mount ? MS_PRIVATE | MS_REC : untouched;
	case OCI_PROPAGATION_RPRIVATE:
	case OCI_PROPAGATION_RUNBINDABLE:
		return MS_PRIVATE | MS_REC;
	case OCI_PROPAGATION_UNSET:
	case OCI_PROPAGATION_RSLAVE:
		break;
	}
	return MS_SLAVE | MS_REC;
}

uint64_t planner_base_propagation(const struct planner *planner, const struct plan_source *source,
	const struct path_facts *seen)
{
	return source->slot >= 0 ? 0 : planner_propagation_of(planner, seen);
}

/*
 * v1: making the groups takes as long as half of what hull-init does: it begins before they are
 * there. Into a group of v2 the process is born, and whoever waits for id maps has time anyway.
 */
static bool may_enter_late(const struct planner *planner)
{
	const struct oci_config *config = planner->config;
	const struct cgroup *group = planner->options->group;
	size_t n_mounts = 0;

	for (size_t i = 0; i < config->n_mounts; i++)
		if (config->mounts[i].type && text_equal(config->mounts[i].type, "cgroup"))
			n_mounts++;
	return group && group->kind == CGROUP_KIND_V1 && planner->facts->is_privileged &&
	       !planner->new_user && !planner->joined_user && n_mounts <= LATE_MOUNTS_MAX;
}

void planner_enter_groups(struct planner *planner)
{
	if (!planner->plan->spawn.enters_late || planner->has_entered)
		return;
	planner->has_entered = true;
	planner_add(planner, STEP_GROUPS, "/linux/cgroupsPath");
	if (planner->network_slot >= 0)
		planner_join_network(planner);
}

static int add_all(struct planner *planner, struct err *err)
{
	/* the only order that works; docs/architecture.md says why each is where it is */
	int (*const stages[])(struct planner *, struct err *) = {
		planner_add_namespaces,
		planner_add_root,
		planner_add_isolation,
		planner_add_process,
	};

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		int r = stages[i](planner, err);

		if (r < 0)
			return r;
	}
	return 0;
}

struct planner planner_begin(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options,
	struct container_plan *ret)
{
	const struct oci_namespace *user = oci_config_namespace(config, OCI_NAMESPACE_USER);
	struct planner planner = {
		.arena = arena,
		.config = config,
		.facts = facts,
		.options = options,
		.plan = ret,
		.new_user = oci_config_has_new_namespace(config, OCI_NAMESPACE_USER),
		.joined_user = user && user->path && !facts->namespaces[OCI_NAMESPACE_USER].is_own,
		.new_mount = oci_config_has_new_namespace(config, OCI_NAMESPACE_MNT),
		.pid_slot = PLAN_NO_SLOT,
		.network_slot = PLAN_NO_SLOT,
	};

	*ret = (struct container_plan){
		.console_slot = PLAN_NO_SLOT,
		.start_slot = PLAN_NO_SLOT,
	};
	return planner;
}

int planner_make(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options,
	struct container_plan *ret, struct err *err)
{
	struct planner planner = planner_begin(arena, config, facts, options, ret);

	ret->spawn.enters_late = may_enter_late(&planner);
	planner_add_before_joining(&planner);
	return add_all(&planner, err);
}

int planner_make_exec(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options, const char *root,
	struct container_plan *ret, struct err *err)
{
	struct planner planner = planner_begin(arena, config, facts, options, ret);
	const struct oci_process *process = config->process;
	int r;

	planner_add_before_joining(&planner);
	r = planner_add_namespaces(&planner, err);
	if (r < 0)
		return r;
	/* with the mount namespace the root was joined, too */
	planner_add(&planner, STEP_OPEN_ROOT, "")->path.path = root ? root : "/";
	if (root)
		planner_add(&planner, STEP_ENTER_ROOT, "")->enter_root.method = PLAN_ENTER_CHROOT;
	planner_add_session(&planner);
	planner_add_console(&planner, false);
	if (process->cwd)
		planner_add(&planner, STEP_CWD, "/process/cwd")->cwd.path = process->cwd;
	return planner_add_process(&planner, err);
}
