/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup: the life of a group, one line for each stage.
 */
#include "core/cgroup/cgroup.h"

#include <errno.h>
#include <stdio.h>

#include "core/cgroup/internal.h"
#include "oci/config.h"

const struct cgroup_ops *cgroup_ops_of(const struct cgroup *group)
{
	static const struct cgroup_ops *const ops[CGROUP_KIND_COUNT] = {
		[CGROUP_KIND_V1] = &cgroup_ops_v1,
		[CGROUP_KIND_V2] = &cgroup_ops_v2,
	};

	return group->n_dirs > 0 ? ops[group->kind] : NULL;
}

static int check_devices(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_device_rules rules;
	struct cgroup_device_list list;
	int r;

	if (!settings->resources || settings->resources->n_devices == 0)
		return 0;
	r = cgroup_device_rules(&arena, settings->resources, &rules, err);
	if (r == 0 && group->kind == CGROUP_KIND_V1)
		r = cgroup_device_list(&arena, &rules, &list, err);
	return r;
}

int cgroup_check_settings(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_limits limits;
	int r = cgroup_plan_limits(&arena, group, settings->resources, false, &limits, err);

	if (r == 0)
		r = check_devices(group, settings, err);
	return r;
}

/* ---- making ---- */

static bool has_old_dir(const struct cgroup *group)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		if (group->dirs[i].n_made == 0)
			return true;
	return false;
}

static int refuse_occupied(const struct cgroup *group, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;

	for (size_t i = 0; i < group->n_dirs; i++) {
		struct cgroup one = { .kind = group->kind, .n_dirs = 1 };
		size_t n_pids;
		pid_t *pids;
		int r;

		if (group->dirs[i].n_made > 0 || group->dirs[i].is_checked)
			continue;
		one.dirs[0] = group->dirs[i];
		r = cgroup_list_pids(&arena, &one, &pids, &n_pids, err);
		if (r < 0)
			return r;
		if (n_pids > 0) {
			err_fail(err, EBUSY,
				"container's cgroup is not empty: %zu process(es) found", n_pids);
			return err_path(err, one.dirs[0].path);
		}
	}
	return 0;
}

/* A child that is put into a frozen group stops at once, and with it whoever waits for it. */
static int refuse_frozen(const struct cgroup *group, struct err *err)
{
	int r = cgroup_ops_of(group)->is_frozen(group, err);

	if (r <= 0)
		return r;
	err_fail(err, EBUSY, "container's cgroup unexpectedly frozen");
	return err_path(err, cgroup_main_dir(group)->path);
}

/* Before anybody is in the group: on v1 the rules are written one by one, and in between nothing is
 * allowed. */
static int set_devices(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	int r = settings->keeps_devices
			? 0
			: cgroup_ops_of(group)->set_devices(group, settings->resources, false, err);

	if (settings->is_rootless && (r == -EPERM || r == -EACCES)) {
		*err = ERR_INIT;
		r = 0;
	}
	return r;
}

static int make(struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_limits limits;
	int r = cgroup_plan_limits(
		&arena, group, settings->resources, has_old_dir(group), &limits, err);

	if (r == 0)
		r = cgroup_make_dirs(group, false, err);
	if (r == 0 && has_old_dir(group))
		r = refuse_occupied(group, err);
	if (r == 0)
		r = refuse_frozen(group, err);
	if (r == 0)
		r = cgroup_ops_of(group)->prepare(group, &limits, err);
	if (r == 0)
		r = set_devices(group, settings, err);
	return r;
}

static int limit(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_limits limits;
	/* A group that was there may have limits: then "no limit" has to be written. */
	int r = cgroup_plan_limits(
		&arena, group, settings->resources, has_old_dir(group), &limits, err);

	return r < 0 ? r : cgroup_apply_limits(&limits, false, err);
}

static bool is_dispensable(const struct cgroup_settings *settings)
{
	struct cgroup none = { .kind = CGROUP_KIND_DISABLED };
	struct err ignored = ERR_INIT;

	return settings->is_rootless && cgroup_check_settings(&none, settings, &ignored) == 0;
}

static bool may_be_left_out(const struct cgroup_settings *settings, int r)
{
	return (r == -EPERM || r == -EACCES || r == -EROFS) && is_dispensable(settings);
}

bool cgroup_will_be_left_out(const struct cgroup *group, const struct cgroup_settings *settings)
{
	if (!is_dispensable(settings))
		return false;
	for (size_t i = 0; i < group->n_dirs; i++)
		if (!cgroup_dir_can_be_made(&group->dirs[i]))
			return true;
	return false;
}

/* Limits were asked for, and the caller may not have groups. */
static int refuse(const struct cgroup_settings *settings, struct err *err)
{
	int code = err->code;

	if (settings->is_rootless && (code == EPERM || code == EACCES || code == EROFS)) {
		err_config(err, "/linux/resources");
		err_hint(err, "an ordinary user may set limits only in a control group that was "
			      "delegated to them (systemd-run --user --scope -p Delegate=yes …)");
	}
	return err_while(err, "cgroup");
}

int cgroup_make(struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	struct err ignored = ERR_INIT;
	int r;

	if (group->n_dirs == 0)
		return 0;
	r = make(group, settings, err);
	if (r == 0)
		return 0;
	cgroup_destroy(group, &ignored);
	if (may_be_left_out(settings, r)) {
		*group = (struct cgroup){ .kind = CGROUP_KIND_DISABLED };
		*err = ERR_INIT;
		return 0;
	}
	return refuse(settings, err);
}

struct cgroup cgroup_part(const struct cgroup *group, bool is_v2)
{
	struct cgroup part = { .kind = group->kind };

	for (size_t i = 0; i < group->n_dirs; i++)
		if (group->dirs[i].is_v2 == is_v2)
			part.dirs[part.n_dirs++] = group->dirs[i];
	return part;
}

/* Also looked at here: later the container's own process is in it. */
int cgroup_make_birthplace(struct cgroup *group, struct err *err)
{
	struct cgroup born;
	int r = cgroup_make_dirs(group, true, err);

	if (r < 0)
		return err_while(err, "cgroup");
	born = cgroup_part(group, true);
	r = refuse_occupied(&born, err);
	for (size_t i = 0; r == 0 && i < group->n_dirs; i++)
		group->dirs[i].is_checked |= group->dirs[i].is_v2;
	return r < 0 ? err_while(err, "cgroup") : 0;
}

int cgroup_make_rest(struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	return group->n_dirs == 0 || make(group, settings, err) == 0 ? 0 : err_while(err, "cgroup");
}

int cgroup_limit(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	if (group->n_dirs == 0 || limit(group, settings, err) == 0)
		return 0;
	return err_while(err, "cgroup");
}

int cgroup_before_spawn(
	struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	struct err failed = ERR_INIT, ignored = ERR_INIT;
	int r = cgroup_make(group, settings, err);

	if (r < 0 || group->n_dirs == 0 || limit(group, settings, &failed) == 0)
		return r;
	cgroup_destroy(group, &ignored);
	if (may_be_left_out(settings, -failed.code)) {
		*group = (struct cgroup){ .kind = CGROUP_KIND_DISABLED };
		return 0;
	}
	*err = failed;
	return err_while(err, "cgroup");
}

int cgroup_after_spawn(
	struct cgroup *group, pid_t pid, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_limits limits;
	int r;

	(void)pid;
	if (group->n_dirs == 0)
		return 0;
	r = cgroup_plan_limits(&arena, group, settings->resources, false, &limits, err);
	if (r == 0)
		r = cgroup_apply_limits(&limits, true, err);
	if (r == 0 && settings->delegate)
		r = cgroup_ops_of(group)->own(group, settings->delegate_uid, err);
	if (r < 0)
		return err_while(err, "cgroup");
	return 0;
}

int cgroup_update(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_resources *resources = settings->resources;
	struct cgroup_limits limits;
	int r = cgroup_check_settings(group, settings, err);

	if (r < 0 || group->n_dirs == 0)
		return r;
	r = cgroup_plan_limits(&arena, group, resources, true, &limits, err);
	if (r == 0)
		r = cgroup_apply_limits(&limits, false, err);
	if (r == 0)
		r = cgroup_apply_limits(&limits, true, err);
	if (r == 0 && resources && resources->n_devices > 0)
		r = cgroup_ops_of(group)->set_devices(group, resources, true, err);
	return r;
}

/* ---- through the backend ---- */

int cgroup_open_entry(const struct cgroup *group, struct cgroup_entry *ret, struct err *err)
{
	struct cgroup_entry entry = CGROUP_ENTRY_EMPTY;
	int r = 0;

	if (group->n_dirs > 0)
		r = cgroup_ops_of(group)->open_entry(group, &entry, err);
	if (r < 0) {
		cgroup_entry_close(&entry);
		return err_while(err, "cgroup");
	}
	*ret = entry;
	return 0;
}

int cgroup_add_process(const struct cgroup *group, pid_t pid, struct err *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	for (size_t i = 0; i < group->n_dirs; i++) {
		int r = cgroupfs_write(group->dirs[i].path, "cgroup.procs", text, err);

		if (r < 0)
			return err_while(err, "cgroup: add process %d", (int)pid);
	}
	return 0;
}

int cgroup_set_frozen(const struct cgroup *group, bool frozen, struct err *err)
{
	if (group->n_dirs == 0)
		return err_fail(err, ENOTSUP, "the container has no cgroup, so it cannot be %s",
			frozen ? "paused" : "resumed");
	return cgroup_ops_of(group)->set_frozen(group, frozen, err);
}

int cgroup_is_frozen(const struct cgroup *group, struct err *err)
{
	return group->n_dirs > 0 ? cgroup_ops_of(group)->is_frozen(group, err) : 0;
}

int cgroup_kill_all(const struct cgroup *group, struct err *err)
{
	return group->n_dirs > 0 ? cgroup_ops_of(group)->kill_all(group, err) : 0;
}

int cgroup_read_stats(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err)
{
	struct cgroup_stats stats = { .pids = { 0 } };
	int r = 0;

	if (group->n_dirs > 0)
		r = cgroup_ops_of(group)->read_stats(arena, group, &stats, err);
	if (r < 0)
		return err_while(err, "cgroup statistics");
	*ret = stats;
	return 0;
}
