/* SPDX-License-Identifier: Apache-2.0 */
#include "core/creation_systemd.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "core/fault.h"

/* Only a process that waits for its id maps stands still until it is moved. */
static int move_process(struct launch *launch, struct err *err)
{
	struct creation *creation = launch->context;

	return systemd_attach(&creation->systemd, &creation->unit, launch->pid, err);
}

#define SUBGROUP_ANNOTATION "run.oci.systemd.subgroup"

/* One name; "" is what says that there shall be none, which is so by default. */
static int choose_subgroup(struct creation *creation, struct err *err)
{
	const struct oci_config *config = creation->config;

	for (size_t i = 0; i < config->n_annotations; i++) {
		const char *name = config->annotations[i].value;

		if (!text_equal(config->annotations[i].key, SUBGROUP_ANNOTATION) ||
			text_is_empty(name))
			continue;
		if (strchr(name, '/') || text_has_prefix(name, "cgroup.") || name[0] == '.') {
			err_fail(err, EINVAL,
				SUBGROUP_ANNOTATION ": \"%s\" is not the name of a group", name);
			return err_config(err, "/annotations/" SUBGROUP_ANNOTATION);
		}
		creation->subgroup = name;
	}
	return 0;
}

int creation_begin_systemd(struct creation *creation, struct err *err)
{
	const struct runtime *runtime = creation->request->runtime;
	struct systemd_properties unused = { 0 };
	int r;

	if (runtime->cgroup_manager != CGROUP_MANAGER_SYSTEMD)
		return 0;
	r = systemd_plan_unit(&creation->arena, creation->config->platform.cgroups_path,
		creation->request->id, runtime->is_rootless, &creation->unit, &creation->slice,
		err);
	if (r == 0)
		r = choose_subgroup(creation, err);
	if (r == 0)
		r = systemd_add_annotations(&creation->arena, creation->config, &unused, err);
	return r < 0 ? r
		     : systemd_begin(
			       &creation->arena, runtime->is_rootless, &creation->systemd, err);
}

/* A unit that is a slice lies where its own name says. */
static int find_unit(struct creation *creation, const char **ret, struct err *err)
{
	const char *name = creation->unit.name, *slices;
	bool is_slice = text_equal(strrchr(name, '.'), ".slice");
	int r = systemd_slice_path(
		&creation->arena, is_slice ? name : creation->slice, &slices, err);

	if (r == 0)
		*ret = is_slice ? slices : arena_printf(&creation->arena, "%s/%s", slices, name);
	return r;
}

static const char *with_subgroup(struct creation *creation, const char *path)
{
	return creation->subgroup
		       ? arena_printf(&creation->arena, "%s/%s", path, creation->subgroup)
		       : path;
}

int creation_plan_systemd(struct creation *creation, const char **ret_path, struct err *err)
{
	const char *path = "";
	int r = systemd_connect(&creation->systemd, err);

	if (r == 0)
		r = find_unit(creation, &path, err);
	if (r < 0)
		return r;
	path = arena_printf(&creation->arena, "%s%s", creation->systemd.control_group, path);
	*ret_path = with_subgroup(creation, path);
	return 0;
}

const struct systemd_unit *creation_systemd_unit(const struct creation *creation)
{
	return creation->unit.name && creation->group.n_dirs > 0 ? &creation->unit : NULL;
}

void creation_leave_to_systemd(struct creation *creation)
{
	if (creation_systemd_unit(creation))
		cgroup_leave_to_systemd(&creation->group, creation->subgroup ? 2 : 1);
}

/* Where systemd has put it has to be where the record says. */
static int check_place(struct creation *creation, const char *path, struct err *err)
{
	path = with_subgroup(creation, path);
	for (size_t i = 0; i < creation->group.n_dirs; i++) {
		const char *planned = creation->group.dirs[i].path;
		size_t length = strlen(planned), wanted = strlen(path);

		if (length < wanted || !text_equal(planned + length - wanted, path)) {
			err_fail(err, EPROTO, "systemd has made %s at \"%s\", not at \"%s\"",
				creation->unit.name, path, planned);
			return err_path(err, planned);
		}
	}
	return 0;
}

int creation_start_unit(struct creation *creation, struct err *err)
{
	const struct systemd_dialect dialect = {
		.version = creation->systemd.version,
		.is_v2 = creation->group.kind == CGROUP_KIND_V2,
		.is_user = creation->unit.is_user,
	};
	struct systemd_properties properties;
	const char *path;
	int r;

	if (!creation_systemd_unit(creation))
		return 0;
	r = systemd_unit_properties(&creation->arena, &creation->unit, creation->slice,
		creation->request->id, creation->config, dialect, &properties, err);
	if (r == 0)
		r = systemd_start(&creation->systemd, &creation->unit, &properties, &path, err);
	if (r < 0)
		return r;
	creation->has_unit = true;
	if (creation->unit.is_user && creation->launch.plan.spawn.kind != SPAWN_DIRECT)
		creation->launch.move = move_process;
	fault_point("unit");
	r = check_place(creation, path, err);
	if (r == 0 && creation->subgroup)
		r = cgroup_make_inside_unit(&creation->group, creation->systemd.pid, err);
	if (r == 0)
		cgroup_adopt(&creation->group);
	return r;
}

void creation_leave_unit(struct creation *creation)
{
	systemd_end(&creation->systemd);
}

void creation_stop_unit(struct creation *creation)
{
	struct err ignored = ERR_INIT; /* the first error is the one to tell */

	if (creation->has_unit)
		systemd_stop_unit(&creation->arena, &creation->unit, &ignored);
}
