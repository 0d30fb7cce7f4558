/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts that come to, and go from, a container that is running.
 *
 * What runs there is not trusted to hold still. Sources are opened by the caller, for hull-init
 * sees the container's files only; and hull-init is not in the container's pid namespace, so that
 * nothing inside can see it.
 */
#include <errno.h>

#include "base/path.h"
#include "base/text.h"
#include "core/planner/planner.h"

static const struct planner_options no_options = { .id = "" };

static int refuse(struct err *err, size_t index, const char *field, const char *why)
{
	err_fail(err, EINVAL, "%s", why);
	return err_config(err, "/mounts/%zu/%s", index, field);
}

static int check_bind(
	const struct planner *planner, const struct oci_mount *mount, size_t index, struct err *err)
{
	if (oci_mount_has_option(mount, "copy-symlink"))
		return refuse(err, index, "options", "copy-symlink makes a link, not a mount");
	if (planner->facts->is_privileged)
		return 0;
	err_fail(err, EPERM,
		"bind mount of %s: only CAP_SYS_ADMIN on the host can bring a file of the host to "
		"a running container",
		mount->source);
	return err_config(err, "/mounts/%zu/source", index);
}

/* Of types that show the container's processes or groups its namespaces would have to be entered.
 */
static int check_type(
	const struct planner *planner, const struct oci_mount *mount, size_t index, struct err *err)
{
	static const char *const refused[] = { "proc", "cgroup", "cgroup2" };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (text_equal(mount->type, refused[i])) {
			err_fail(err, EINVAL,
				"a %s file system cannot come to a container that is running",
				mount->type);
			return err_config(err, "/mounts/%zu/type", index);
		}
	if (planner_belongs_to_namespaces(mount->type))
		return 0;
	if (!planner->facts->is_privileged || planner->joined_user) {
		err_fail(err, EPERM, "a file system of type %s cannot be made for a user namespace",
			mount->type);
		return err_config(err, "/mounts/%zu/type", index);
	}
	return 0;
}

static int check_mount(struct planner *planner, size_t index, struct err *err)
{
	const struct oci_mount *mount = &planner->config->mounts[index];

	if (text_equal(path_join(planner->arena, "/", mount->destination), "/"))
		return refuse(err, index, "destination",
			"the root of a running container cannot be mounted over");
	if (oci_mount_has_option(mount, "remount"))
		return refuse(err, index, "options", "remount is no mount of its own");
	if (oci_mount_is_bind(mount))
		return check_bind(planner, mount, index, err);
	return mount->type ? check_type(planner, mount, index, err) : 0;
}

static int join(struct planner *planner, struct err *err)
{
	const struct namespace_facts *mount = &planner->facts->namespaces[OCI_NAMESPACE_MNT];
	int r;

	if (mount->is_own)
		return err_fail(err, EINVAL,
			"the container has no mount namespace of its own: its mounts are the "
			"host's");
	r = planner_add_namespaces(planner, err);
	if (r == 0)
		planner_add(planner, STEP_OPEN_ROOT, "")->path.path = "/";
	return r;
}

static void finish(struct planner *planner)
{
	planner_add(planner, STEP_READY, "");
	planner_add(planner, STEP_END, "");
}

int planner_make_mounts(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, struct container_plan *ret, struct err *err)
{
	struct planner planner = planner_begin(arena, config, facts, &no_options, ret);
	int r = 0;

	planner.is_live = true;
	if (facts->lacking_mount_call)
		return err_fail(err, ENOTSUP,
			"mounts cannot be brought into a running container without %s",
			facts->lacking_mount_call);
	for (size_t i = 0; r == 0 && i < config->n_mounts; i++)
		r = check_mount(&planner, i, err);
	if (r == 0)
		r = join(&planner, err);
	if (r == 0)
		r = planner_add_mounts(&planner, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ret->n_steps; i++)
		if (ret->steps[i].kind == STEP_MOUNT)
			ret->steps[i].mount.flags |= PLAN_MOUNT_LIVE;
	finish(&planner);
	return 0;
}

int planner_make_unmounts(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_mounted *mounted, size_t n,
	struct container_plan *ret, struct err *err)
{
	struct planner planner = planner_begin(arena, config, facts, &no_options, ret);
	plan_slot_index proc;
	int r = join(&planner, err);

	if (r < 0)
		return r;
	planner_add_slot(&planner, SLOT_PROC, &proc);
	for (size_t i = 0; i < n; i++)
		planner_add(&planner, STEP_UNMOUNT, "")->unmount = (struct step_unmount){
			.target = mounted[i].destination,
			.mount_id = mounted[i].mount_id,
			.proc = proc,
		};
	finish(&planner);
	return 0;
}
