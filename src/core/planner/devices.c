/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /dev: the devices that every container has (config-linux.md, "Default Devices"), those of the
 * configuration, and the usual symbolic links.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "core/planner/mount_options.h"
#include "core/planner/planner.h"

static const struct {
	const char *path;
	uint64_t major, minor;
} default_devices[] = {
	{ "/dev/null", 1, 3 },
	{ "/dev/zero", 1, 5 },
	{ "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 },
	{ "/dev/urandom", 1, 9 },
	{ "/dev/tty", 5, 0 },
};

static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/ptmx", "pts/ptmx" },
};

/* Outside the machine's first user namespace nodes cannot be made, or could not be opened. */
static bool must_bind(const struct planner *planner)
{
	return planner->new_user || planner->joined_user || !planner->facts->in_initial_userns;
}

static void add_device(
	struct planner *planner, const char *config, const struct step_device *device)
{
	struct step_device copy = *device;
	struct step *step;

	copy.source = (struct plan_source){ .slot = PLAN_NO_SLOT };
	if (must_bind(planner) && device->type != S_IFIFO) {
		struct path_facts *seen = ARENA_NEW(planner->arena, struct path_facts);

		*seen = (struct path_facts){ .path = device->path, .exists = true };
		copy.bind = 1;
		planner_set_source(planner, seen, false, config, &copy.source);
	}
	step = planner_add(planner, STEP_DEVICE, config);
	step->device = copy;
}

/* The host's /dev shows through: its nodes are there already, and are not ours to change. */
static bool is_bound_from_host(const struct planner *planner)
{
	for (size_t i = 0; i < planner->config->n_mounts; i++) {
		const struct oci_mount *mount = &planner->config->mounts[i];
		struct mount_options options;

		mount_options_read(planner->arena, mount, &options);
		if (options.is_bind &&
			text_equal(path_join(planner->arena, "/", mount->destination), "/dev"))
			return true;
	}
	return false;
}

static void add_configured(struct planner *planner, size_t index)
{
	static const uint64_t types[] = {
		[OCI_DEVICE_CHAR] = S_IFCHR,
		[OCI_DEVICE_BLOCK] = S_IFBLK,
		[OCI_DEVICE_FIFO] = S_IFIFO,
	};
	const struct oci_device *oci = &planner->config->platform.devices[index];
	const struct step_device device = {
		.type = types[oci->type],
		.major = oci->major ? (uint64_t)*oci->major : 0,
		.minor = oci->minor ? (uint64_t)*oci->minor : 0,
		.mode = oci->file_mode ? *oci->file_mode & 07777 : 0666,
		.uid = oci->uid ? *oci->uid : 0,
		.gid = oci->gid ? *oci->gid : 0,
		.path = path_clean(planner->arena, oci->path),
	};

	/* where engines list all devices of the host: the container's is that of its own devpts */
	if (text_equal(device.path, "/dev/ptmx"))
		return;
	add_device(planner, planner_format(planner, "/linux/devices/%zu", index), &device);
}

/* The configuration's own entry for a default device takes its place. */
static bool is_configured(const struct planner *planner, const char *path)
{
	const struct oci_linux *platform = &planner->config->platform;

	for (size_t i = 0; i < platform->n_devices; i++)
		if (text_equal(path_clean(planner->arena, platform->devices[i].path), path))
			return true;
	return false;
}

static void add_default(struct planner *planner, size_t i)
{
	const struct step_device device = {
		.type = S_IFCHR,
		.major = default_devices[i].major,
		.minor = default_devices[i].minor,
		.mode = 0666,
		.path = default_devices[i].path,
	};

	if (!is_configured(planner, device.path))
		add_device(planner, "", &device);
}

static void add_link(struct planner *planner, const char *path, const char *target)
{
	planner_add(planner, STEP_SYMLINK, "")->symlink = (struct step_symlink){
		.target = target,
		.path = path,
	};
}

static void add_usual(struct planner *planner)
{
	if (planner->has_usual_devices)
		return;
	planner->has_usual_devices = true;
	for (size_t i = 0; i < sizeof(default_devices) / sizeof(default_devices[0]); i++)
		add_default(planner, i);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		add_link(planner, links[i].path, links[i].target);
	if (planner->facts->has_kcore)
		add_link(planner, "/dev/core", "/proc/kcore");
}

static bool lies_in_dev(const struct planner *planner, size_t index)
{
	const char *target = path_join(
		planner->arena, "/", planner->config->mounts[index].destination);

	return text_equal(target, "/") || text_equal(target, "/dev") ||
	       text_has_prefix(target, "/dev/");
}

static bool is_dev(const struct planner *planner, size_t index)
{
	return text_equal(
		path_join(planner->arena, "/", planner->config->mounts[index].destination), "/dev");
}

/* Whatever the groups will say of other devices: these every container has. */
void planner_add_usual_devices(struct planner *planner, size_t n_mounts)
{
	bool has_dev = false;

	if (!planner->new_mount || !planner->plan->spawn.enters_late || planner->has_entered ||
		planner->has_usual_devices)
		return;
	for (size_t i = 0; i < n_mounts; i++)
		has_dev |= is_dev(planner, i);
	for (size_t i = n_mounts; i < planner->config->n_mounts; i++)
		if (lies_in_dev(planner, i))
			return;
	if (has_dev && !is_bound_from_host(planner))
		add_usual(planner);
}

int planner_add_devices(struct planner *planner, struct err *err)
{
	(void)err;
	if (!planner->new_mount || is_bound_from_host(planner))
		return 0;
	add_usual(planner);
	for (size_t i = 0; i < planner->config->platform.n_devices; i++)
		add_configured(planner, i);
	return 0;
}
