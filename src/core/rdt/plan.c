/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: which group a container gets, and whether that can be. Reads only.
 */
#include "core/rdt/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/cgroupfs.h"
#include "sys/resctrl.h"

enum { FILESYSTEMS_MAX_BYTES = 65536 };

static int read_proc(struct arena *arena, const char *path, const char **ret, struct err *err)
{
	size_t length;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	return file_read_fd(arena, fd, path, FILESYSTEMS_MAX_BYTES, ret, &length, err);
}

int rdt_host_read(struct arena *arena, struct rdt_host *ret, struct err *err)
{
	const char *path = "/proc/self/mountinfo", *filesystems;
	struct resctrl_mount mount;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	int found, r;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	found = resctrl_find_mount(fd, &mount, err);
	if (found < 0)
		return found;
	r = read_proc(arena, "/proc/filesystems", &filesystems, err);
	if (r < 0)
		return r;
	*ret = (struct rdt_host){ .is_known = resctrl_is_known(filesystems) };
	if (found) {
		ret->mount = arena_strdup(arena, mount.path);
		ret->is_mbps = mount.is_mbps;
	}
	return 0;
}

/* ---- names and paths ---- */

bool rdt_is_group_name(const char *name)
{
	static const char *const taken[] = { ".", "..", "info", "mon_data", "mon_groups" };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (text_equal(name, taken[i]))
			return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f || name[i] == '/')
			return false;
	return length > 0 && length <= NAME_MAX;
}

const char *rdt_group_path(struct arena *arena, const struct rdt_group *group)
{
	if (text_equal(group->clos_id, "/"))
		return group->mount;
	return arena_printf(arena, "%s/%s", group->mount, group->clos_id);
}

const char *rdt_mon_path(struct arena *arena, const struct rdt_group *group, const char *id)
{
	return arena_printf(arena, "%s/mon_groups/%s", rdt_group_path(arena, group), id);
}

int rdt_read(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err)
{
	char *text = arena_alloc(arena, RESCTRL_FILE_BYTES);
	int r = cgroupfs_read(dir, file, text, RESCTRL_FILE_BYTES, err);

	if (r < 0)
		return r;
	*ret = text;
	return 0;
}

/* ---- checks ---- */

static int refuse_resource(const char *mount, const char *field, const char *what, struct err *err)
{
	err_fail(err, ENOTSUP, "this machine cannot divide %s: %s/schemata does not have it", what,
		mount);
	return err_config(err, "%s", field);
}

int rdt_check_resources(
	struct arena *arena, const char *mount, const struct oci_intel_rdt *config, struct err *err)
{
	const char *schemata;
	int r;

	if (!config->l3_cache_schema && !config->mem_bw_schema)
		return 0;
	r = rdt_read(arena, mount, "schemata", &schemata, err);
	if (r < 0)
		return err_config(err, "%s", RDT_CONFIG);
	/* with "cdp" the L3 has two: L3CODE and L3DATA */
	if (config->l3_cache_schema && !rdt_schemata_lines(arena, schemata, "L3"))
		return refuse_resource(
			mount, RDT_CONFIG "/l3CacheSchema", "the L3 cache (Intel CAT)", err);
	if (config->mem_bw_schema && !rdt_schemata_lines(arena, schemata, "MB:"))
		return refuse_resource(
			mount, RDT_CONFIG "/memBwSchema", "memory bandwidth (Intel MBA)", err);
	return 0;
}

/* 0: the resource's values are masks; else the kernel rounds them up to a multiple of this. */
static uint64_t step_of(struct arena *arena, const char *mount, bool is_mbps, const char *resource)
{
	struct err ignored = ERR_INIT;
	uint64_t step = 1;
	const char *dir = arena_printf(arena, "%s/info/%s", mount, resource);

	if (strchr(resource, '/') || !cgroupfs_has(dir, "bandwidth_gran"))
		return 0;
	if (!is_mbps && cgroupfs_read_u64(dir, "bandwidth_gran", &step, &ignored) < 0)
		step = 1;
	return step > 0 && step < UINT64_MAX ? step : 1;
}

static int refuse_difference(const char *path, const struct rdt_value *wanted,
	const struct rdt_value *present, struct err *err)
{
	const char *equals = *wanted->domain ? "=" : "";

	if (present)
		err_fail(err, EEXIST, "the group %s is there already and has %s:%s%s%s, not %s",
			path, wanted->resource, wanted->domain, equals, present->value,
			wanted->value);
	else
		err_fail(err, EEXIST, "the group %s is there already and has no %s:%s%s", path,
			wanted->resource, wanted->domain, equals);
	err_hint(err, "ask for what it has, use another closID, or change the group itself");
	err_path(err, path);
	return err_config(err, "%s", wanted->config);
}

int rdt_compare(struct arena *arena, const char *mount, bool is_mbps, const char *path,
	const struct rdt_lines *lines, struct err *err)
{
	struct rdt_values wanted = { NULL, 0 }, present = { NULL, 0 };
	const char *schemata;
	int r;

	if (lines->n_lines == 0)
		return 0;
	r = rdt_read(arena, path, "schemata", &schemata, err);
	if (r < 0)
		return err_config(err, "%s", RDT_CONFIG);
	rdt_values_add(arena, &present, schemata, NULL);
	for (size_t i = 0; i < lines->n_lines; i++)
		rdt_values_add(arena, &wanted, lines->lines[i].text, lines->lines[i].config);
	for (size_t i = 0; i < wanted.n_values; i++) {
		const struct rdt_value *value = &wanted.values[i];
		const struct rdt_value *other = rdt_values_find(
			&present, value->resource, value->domain);
		uint64_t step = step_of(arena, mount, is_mbps, value->resource);

		if (!other || !rdt_value_is_equal(value->value, other->value, step))
			return refuse_difference(path, value, other, err);
	}
	return 0;
}

static int refuse_host(const struct rdt_host *host, struct err *err)
{
	if (host->is_known) {
		err_fail(err, ENOTSUP, "Intel RDT: no resctrl file system is mounted");
		err_hint(err, "mount -t resctrl resctrl /sys/fs/resctrl");
	} else {
		err_fail(err, ENOTSUP,
			"Intel RDT: no resctrl file system is mounted: this kernel has none, it "
			"was "
			"built without CONFIG_X86_CPU_RESCTRL or runs on a processor without RDT");
	}
	return err_config(err, "%s", RDT_CONFIG);
}

static int check_name(const char *clos_id, const char *name, struct err *err)
{
	if (clos_id && text_equal(clos_id, "/"))
		return 0;
	if (rdt_is_group_name(name))
		return 0;
	err_fail(err, EINVAL, "\"%s\" cannot be the name of a group of resctrl", name);
	if (!clos_id)
		err_hint(err, "set closID: without it the group has the container's id");
	return err_config(err, "%s", RDT_CONFIG "/closID");
}

/* A group that closID names and that is there already is joined as it is. */
static int check_existing(struct arena *arena, const struct rdt_host *host,
	const struct oci_intel_rdt *config, const char *path, bool exists, struct err *err)
{
	struct rdt_lines lines = rdt_lines_of(arena, config);

	if (exists && !config->clos_id) {
		err_fail(
			err, EEXIST, "Intel RDT: a group of the container's name is there already");
		err_hint(err, "name it by closID to join it, or remove it");
		err_path(err, path);
		return err_config(err, "%s", RDT_CONFIG);
	}
	if (exists)
		return rdt_compare(arena, host->mount, host->is_mbps, path, &lines, err);
	if (!config->clos_id || lines.n_lines > 0)
		return 0;
	err_fail(err, ENOENT, "there is no group %s, and no schemata to make one with", path);
	err_path(err, path);
	return err_config(err, "%s", RDT_CONFIG "/closID");
}

static int check_monitoring(
	struct arena *arena, const struct rdt_group *group, const char *id, struct err *err)
{
	const char *path = rdt_mon_path(arena, group, id);

	if (!group->is_monitored)
		return 0;
	if (!cgroupfs_has(group->mount, "mon_groups")) {
		err_fail(err, ENOTSUP, "this machine has no monitoring: there is no %s/mon_groups",
			group->mount);
		return err_config(err, "%s", RDT_CONFIG "/enableMonitoring");
	}
	if (access(path, F_OK) < 0)
		return 0;
	err_fail(err, EEXIST, "the monitoring group %s is there already", path);
	err_hint(err, "it is of another container, or was left by one: then remove it");
	err_path(err, path);
	return err_config(err, "%s", RDT_CONFIG "/enableMonitoring");
}

int rdt_plan(struct arena *arena, const struct rdt_host *host, const struct oci_intel_rdt *config,
	const char *id, struct rdt_group **ret, struct err *err)
{
	struct rdt_group *group;
	const char *path;
	bool exists;
	int r;

	*ret = NULL;
	if (!config)
		return 0;
	if (!host->mount)
		return refuse_host(host, err);
	group = ARENA_NEW(arena, struct rdt_group);
	group->mount = host->mount;
	group->clos_id = config->clos_id ? config->clos_id : id;
	group->is_monitored = config->enable_monitoring;
	r = check_name(config->clos_id, group->clos_id, err);
	if (r == 0)
		r = rdt_check_resources(arena, host->mount, config, err);
	if (r == 0)
		r = check_monitoring(arena, group, id, err);
	if (r < 0)
		return r;
	path = rdt_group_path(arena, group);
	exists = access(path, F_OK) == 0;
	group->is_own = !config->clos_id;
	r = check_existing(arena, host, config, path, exists, err);
	if (r < 0)
		return r;
	*ret = group;
	return 0;
}

int rdt_check_record(const struct rdt_group *group, const char *id, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	bool is_name = text_equal(group->clos_id, "/") || rdt_is_group_name(group->clos_id);

	if (group->mount[0] != '/' || !text_equal(path_clean(&arena, group->mount), group->mount) ||
		!is_name || (group->is_own && !text_equal(group->clos_id, id)))
		return err_fail(err, EINVAL,
			"the record's resctrl group \"%s\" in %s makes no sense", group->clos_id,
			group->mount);
	return 0;
}
