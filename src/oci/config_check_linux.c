/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a configuration's linux section. */
#include <string.h>

#include "base/text.h"
#include "oci/check.h"

/* ---- namespaces ---- */

static int check_namespaces(const struct oci_config *config, struct err *err)
{
	const struct oci_linux *platform = &config->platform;
	unsigned seen = 0;

	for (size_t i = 0; i < platform->n_namespaces; i++) {
		const struct oci_namespace *namespace = &platform->namespaces[i];
		unsigned bit = 1u << namespace->type;

		if (seen & bit)
			return check_fail(err, check_at("/linux/namespaces/%zu/type", i),
				"\"%s\" is listed twice", oci_namespace_name(namespace->type));
		if (namespace->path && namespace->path[0] != '/')
			return check_fail(err, check_at("/linux/namespaces/%zu/path", i),
				"\"%s\" is not an absolute path", namespace->path);
		seen |= bit;
	}
	return 0;
}

static int check_user_namespace(const struct oci_config *config, struct err *err)
{
	const struct oci_linux *platform = &config->platform;
	bool has_uids = platform->n_uid_mappings > 0, has_gids = platform->n_gid_mappings > 0;
	int r;

	if (!oci_config_namespace(config, OCI_NAMESPACE_USER) && (has_uids || has_gids))
		return check_fail(err,
			check_at("/linux/%s", has_uids ? "uidMappings" : "gidMappings"),
			"mappings need a user namespace");
	if (oci_config_has_new_namespace(config, OCI_NAMESPACE_USER) && !has_uids && !has_gids)
		return check_fail(
			err, check_at("/linux/uidMappings"), "a new user namespace needs mappings");
	r = check_id_mappings(
		"/linux/uidMappings", platform->uid_mappings, platform->n_uid_mappings, err);
	if (r < 0)
		return r;
	return check_id_mappings(
		"/linux/gidMappings", platform->gid_mappings, platform->n_gid_mappings, err);
}

static int check_time_offsets(const struct oci_config *config, struct err *err)
{
	const struct oci_time_offsets *offsets = config->platform.time_offsets;
	const struct oci_namespace *namespace = oci_config_namespace(config, OCI_NAMESPACE_TIME);

	if (!offsets || (!offsets->monotonic && !offsets->boottime))
		return 0;
	if (!namespace)
		return check_fail(
			err, check_at("/linux/timeOffsets"), "offsets need a time namespace");
	if (namespace->path)
		return check_fail(err, check_at("/linux/timeOffsets"),
			"the offsets of a time namespace that is joined cannot be changed");
	return 0;
}

/* ---- devices ---- */

static int check_device(const struct oci_device *device, size_t index, struct err *err)
{
	int r = 0;

	if (device->path[0] != '/')
		return check_fail(err, check_at("/linux/devices/%zu/path", index),
			"\"%s\" is not an absolute path", device->path);
	if (device->type != OCI_DEVICE_FIFO && (!device->major || !device->minor))
		return check_fail(err,
			check_at("/linux/devices/%zu/%s", index, device->major ? "minor" : "major"),
			"a number is required, except for a fifo");
	if (device->uid)
		r = check_id(check_at("/linux/devices/%zu/uid", index), *device->uid, err);
	if (r == 0 && device->gid)
		r = check_id(check_at("/linux/devices/%zu/gid", index), *device->gid, err);
	return r;
}

static int check_devices(const struct oci_config *config, struct err *err)
{
	for (size_t i = 0; i < config->platform.n_devices; i++) {
		int r = check_device(&config->platform.devices[i], i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_net_devices(const struct oci_config *config, struct err *err)
{
	const struct oci_linux *platform = &config->platform;

	if (platform->n_net_devices > 0 && !oci_config_namespace(config, OCI_NAMESPACE_NET))
		return check_fail(
			err, check_at("/linux/netDevices"), "devices need a network namespace");
	for (size_t i = 0; i < platform->n_net_devices; i++) {
		const struct oci_net_device *device = &platform->net_devices[i];
		struct check_pointer at = check_at_key("/linux/netDevices", device->host_name);

		if (!check_is_device_name(device->host_name))
			return check_fail(err, at, "\"%s\" is no name of a network device",
				device->host_name);
		if (device->name && !check_is_device_name(device->name))
			return check_fail(err, check_at("%s/name", at.text),
				"\"%s\" is no name of a network device", device->name);
	}
	return 0;
}

/* ---- paths ---- */

static int check_paths(const struct oci_config *config, struct err *err)
{
	const struct oci_linux *platform = &config->platform;
	bool has_masked = platform->n_masked_paths > 0;
	int r;

	if ((has_masked || platform->n_readonly_paths > 0) &&
		!oci_config_namespace(config, OCI_NAMESPACE_MNT))
		return check_fail(err,
			check_at("/linux/%s", has_masked ? "maskedPaths" : "readonlyPaths"),
			"paths cannot be covered without a mount namespace");
	r = check_absolute_paths(
		"/linux/maskedPaths", platform->masked_paths, platform->n_masked_paths, err);
	if (r < 0)
		return r;
	return check_absolute_paths(
		"/linux/readonlyPaths", platform->readonly_paths, platform->n_readonly_paths, err);
}

/* ".." as a component; systemd's "slice:prefix:name" has its own parts. */
static bool climbs(const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/:");

		if (length == 2 && strncmp(path, "..", 2) == 0)
			return true;
		path += length;
		path += strspn(path, "/:");
	}
	return false;
}

static int check_cgroups_path(const struct oci_config *config, struct err *err)
{
	const char *path = config->platform.cgroups_path;

	if (!path)
		return 0;
	if (climbs(path))
		return check_fail(
			err, check_at("/linux/cgroupsPath"), "\"%s\" has a component \"..\"", path);
	if (check_has_line_break(path))
		return check_fail(err, check_at("/linux/cgroupsPath"), "a line break in a path");
	return 0;
}

/* ---- intelRdt, personality, memoryPolicy ---- */

/* l3CacheSchema may have more than one line ("SHOULD NOT"): until 1.2 it was the place for all of
 * them. */
int oci_intel_rdt_check(const struct oci_intel_rdt *rdt, struct err *err)
{
	const char *id = rdt->clos_id;

	if (id && !text_equal(id, "/") &&
		(strchr(id, '/') || text_equal(id, ".") || text_equal(id, "..") ||
			check_has_line_break(id)))
		return check_fail(err, check_at("/linux/intelRdt/closID"),
			"\"%s\" is not the name of a directory", id);
	if (rdt->mem_bw_schema && (!text_has_prefix(rdt->mem_bw_schema, "MB:") ||
					  check_has_line_break(rdt->mem_bw_schema)))
		return check_fail(err, check_at("/linux/intelRdt/memBwSchema"),
			"\"%s\" is not one line that begins with MB:", rdt->mem_bw_schema);
	for (size_t i = 0; i < rdt->n_schemata; i++)
		if (check_has_line_break(rdt->schemata[i]))
			return check_fail(err, check_at("/linux/intelRdt/schemata/%zu", i),
				"more than one line");
	return 0;
}

static int check_intel_rdt(const struct oci_config *config, struct err *err)
{
	const struct oci_intel_rdt *rdt = config->platform.intel_rdt;

	return rdt ? oci_intel_rdt_check(rdt, err) : 0;
}

static int check_personality(const struct oci_config *config, struct err *err)
{
	const struct oci_personality *personality = config->platform.personality;

	if (!personality || personality->n_flags == 0)
		return 0;
	return check_fail(err, check_at("/linux/personality/flags/0"),
		"\"%s\": the specification defines no flags", personality->flags[0]);
}

/* What set_mempolicy(2) asks of the nodes. */
enum nodes_need { NODES_NONE, NODES_SOME, NODES_ANY };

static enum nodes_need nodes_needed(enum oci_memory_policy_mode mode)
{
	switch (mode) {
	case OCI_MPOL_DEFAULT:
	case OCI_MPOL_LOCAL:
		return NODES_NONE;
	case OCI_MPOL_BIND:
	case OCI_MPOL_INTERLEAVE:
	case OCI_MPOL_PREFERRED_MANY:
	case OCI_MPOL_WEIGHTED_INTERLEAVE:
		return NODES_SOME;
	case OCI_MPOL_PREFERRED:
		return NODES_ANY;
	}
	return NODES_ANY;
}

static int check_memory_policy(const struct oci_config *config, struct err *err)
{
	const struct oci_memory_policy *policy = config->platform.memory_policy;
	const uint32_t exclusive = OCI_MPOL_F_RELATIVE_NODES | OCI_MPOL_F_STATIC_NODES;
	const char *mode;

	if (!policy)
		return 0;
	mode = json_enum_name(oci_memory_policy_mode_names, (int)policy->mode);
	if (policy->nodes && !check_is_number_list(policy->nodes))
		return check_fail(err, check_at("/linux/memoryPolicy/nodes"),
			"\"%s\" is not a list of nodes such as 0-3,7", policy->nodes);
	if (policy->nodes && nodes_needed(policy->mode) == NODES_NONE)
		return check_fail(
			err, check_at("/linux/memoryPolicy/nodes"), "%s takes no nodes", mode);
	if (!policy->nodes && nodes_needed(policy->mode) == NODES_SOME)
		return check_fail(
			err, check_at("/linux/memoryPolicy/nodes"), "%s needs nodes", mode);
	if ((policy->flags & exclusive) == exclusive)
		return check_fail(err, check_at("/linux/memoryPolicy/flags"),
			"MPOL_F_RELATIVE_NODES and MPOL_F_STATIC_NODES exclude each other");
	return 0;
}

static int check_config_resources(const struct oci_config *config, struct err *err)
{
	const struct oci_resources *resources = config->platform.resources;

	return resources ? check_resources("/linux/resources", resources, err) : 0;
}

static int check_config_seccomp(const struct oci_config *config, struct err *err)
{
	const struct oci_seccomp *seccomp = config->platform.seccomp;

	return seccomp ? check_seccomp(seccomp, err) : 0;
}

int check_linux(const struct oci_config *config, struct err *err)
{
	static int (*const checks[])(const struct oci_config *config, struct err *err) = {
		check_namespaces,
		check_user_namespace,
		check_time_offsets,
		check_devices,
		check_net_devices,
		check_paths,
		check_cgroups_path,
		check_config_resources,
		check_config_seccomp,
		check_sysctl,
		check_intel_rdt,
		check_personality,
		check_memory_policy,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int r = checks[i](config, err);

		if (r < 0)
			return r;
	}
	return 0;
}
