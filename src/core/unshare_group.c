/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unshare_group.h"

#include <errno.h>
#include <unistd.h>

/* CONTAINER of `hull ns` is "hull:unshare-4321" then. */
static const char *path_of(struct arena *arena, pid_t caller)
{
	return arena_printf(arena, "hull/unshare-%d", (int)caller);
}

static int make_planned(struct unshare_group *group, struct cgroup *planned, struct err *err)
{
	int r = cgroup_check_settings(planned, &group->settings, err);

	if (r == 0)
		r = cgroup_probe(planned, err);
	return r < 0 ? r : cgroup_make(planned, &group->settings, err);
}

static int make(struct unshare_group *group, const char *path, struct err *err)
{
	struct cgroup_host host;
	struct cgroup planned;
	int r = cgroup_host_read(&group->arena, &host, err);

	if (r == 0)
		r = cgroup_plan_paths(&group->arena, &host, path, NULL, &planned, err);
	if (r == 0)
		r = make_planned(group, &planned, err);
	if (r == 0)
		group->group = planned;
	return r;
}

/* Where the program goes: the group itself, or one in it, which goes with it. */
static int make_entry(struct unshare_group *group, const struct unshare_request *request,
	struct cgroup *ret, struct err *err)
{
	int r = make(group, request->group ? request->group : path_of(&group->arena, group->caller),
		err);

	if (r < 0)
		return r;
	*ret = group->group;
	if (!request->group || group->group.n_dirs == 0)
		return 0;
	r = cgroup_sub_group(&group->arena, &group->group, "program", ret, err);
	return r < 0 ? r : make_planned(group, ret, err);
}

static int explain(struct err *err)
{
	err->config[0] = '\0'; /* there is no configuration here */
	if (err->hint[0] == '\0' && (err->code == EACCES || err->code == EPERM))
		err_hint(err, "an ordinary user needs a cgroup that was handed over: systemd-run "
			      "--user --scope --property Delegate=yes");
	return err_while(err, "limits");
}

int unshare_group_enter(struct unshare_group *group, const struct unshare_request *request,
	pid_t caller, struct err *err)
{
	struct cgroup entry;
	int r;

	if (!request->resources)
		return 0;
	group->caller = caller;
	group->settings = (struct cgroup_settings){
		.resources = request->resources,
		.keeps_devices = true,
		.is_rootless = geteuid() != 0 || request->group,
	};
	r = cgroup_of_process(&group->arena, caller, &group->own, err);
	if (r == 0)
		r = make_entry(group, request, &entry, err);
	if (r == 0) {
		group->is_caller_inside = true; /* or a part of it */
		r = cgroup_add_process(&entry, caller, err);
	}
	return r < 0 ? explain(err) : 0;
}

int unshare_group_limit(struct unshare_group *group, struct err *err)
{
	int r;

	if (group->group.n_dirs == 0)
		return 0;
	r = cgroup_add_process(&group->own, group->caller, err);
	if (r == 0) {
		group->is_caller_inside = false;
		r = cgroup_limit(&group->group, &group->settings, err);
	}
	if (r == 0)
		r = cgroup_after_spawn(&group->group, group->caller, &group->settings, err);
	return r < 0 ? explain(err) : 0;
}

static uint64_t count_kills(const struct cgroup *group)
{
	AUTO_CGROUP_OOM oom = CGROUP_OOM_EMPTY;
	struct err ignored = ERR_INIT; /* without a memory controller nothing was killed */
	uint64_t kills = 0;

	if (cgroup_open_oom(group, &oom, &ignored) == 0)
		(void)cgroup_read_oom(&oom, &kills, &ignored);
	return kills;
}

int unshare_group_remove(struct unshare_group *group, uint64_t *ret_kills, struct err *err)
{
	int r;

	*ret_kills = 0;
	if (group->group.n_dirs == 0)
		return 0;
	*ret_kills = count_kills(&group->group);
	r = cgroup_destroy(&group->group, err);
	if (r < 0)
		return explain(err);
	group->group.n_dirs = 0;
	return 0;
}

void unshare_group_done(struct unshare_group *group)
{
	struct err ignored = ERR_INIT;

	if (group->is_caller_inside)
		(void)cgroup_add_process(&group->own, group->caller, &ignored);
	/* what the program left running keeps its limits; each try waits 2 seconds for it */
	while (group->group.n_dirs > 0 && cgroup_destroy(&group->group, &ignored) == -EBUSY)
		;
	arena_done(&group->arena);
}
