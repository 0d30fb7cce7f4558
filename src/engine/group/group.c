/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/group/group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/text.h"
#include "engine/container/names.h"
#include "engine/container/start_record.h"
#include "engine/spec/spec.h"
#include "oci/config.h"
#include "sys/directory.h"

#define GROUPS_DIRECTORY "groups"
#define DEFAULT_PARENT   "/hull"

enum { DEPTH_MAX = 16 };

#define R(key, member) JSON_I64(struct group, key, resources.member)

static const struct json_field group_fields[] = {
	JSON_STRING(struct group, "Name", name, .is_required = true),
	JSON_STRING(struct group, "Parent", parent, .empty_is_absent = true),
	JSON_STRING(struct group, "Path", path, .is_required = true),
	JSON_STRING(struct group, "Created", created, .is_required = true),
	R("Memory", memory),
	R("MemorySwap", memory_swap),
	R("MemoryReservation", memory_reservation),
	R("NanoCpus", nano_cpus),
	R("CpuShares", cpu_shares),
	R("CpuPeriod", cpu_period),
	R("CpuQuota", cpu_quota),
	JSON_STRING(struct group, "CpusetCpus", resources.cpuset_cpus, .empty_is_absent = true),
	JSON_STRING(struct group, "CpusetMems", resources.cpuset_mems, .empty_is_absent = true),
	R("PidsLimit", pids_limit),
	R("BlkioWeight", blkio_weight),
	{ .name = NULL },
};

static const char *text_of(struct arena *arena, const struct group *group, size_t *ret_length)
{
	const struct container_resources *resources = &group->resources;
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "Name", group->name);
	json_write_string(&writer, "Parent", group->parent ? group->parent : "");
	json_write_string(&writer, "Path", group->path);
	json_write_string(&writer, "Created", group->created);
	json_write_i64(&writer, "Memory", resources->memory);
	json_write_i64(&writer, "MemorySwap", resources->memory_swap);
	json_write_i64(&writer, "MemoryReservation", resources->memory_reservation);
	json_write_i64(&writer, "NanoCpus", resources->nano_cpus);
	json_write_i64(&writer, "CpuShares", resources->cpu_shares);
	json_write_i64(&writer, "CpuPeriod", resources->cpu_period);
	json_write_i64(&writer, "CpuQuota", resources->cpu_quota);
	json_write_string(
		&writer, "CpusetCpus", resources->cpuset_cpus ? resources->cpuset_cpus : "");
	json_write_string(
		&writer, "CpusetMems", resources->cpuset_mems ? resources->cpuset_mems : "");
	json_write_i64(&writer, "PidsLimit", resources->pids_limit);
	json_write_i64(&writer, "BlkioWeight", resources->blkio_weight);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

static int open_groups(const struct engine *engine, int *ret_fd, struct err *err)
{
	int root_fd = engine->store->root_fd;

	if (mkdirat(root_fd, GROUPS_DIRECTORY, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " GROUPS_DIRECTORY);
	*ret_fd = openat(
		root_fd, GROUPS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open " GROUPS_DIRECTORY) : 0;
}

int group_read(struct arena *arena, const struct engine *engine, const char *name,
	struct group *ret, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = name_check(name, err);

	*ret = (struct group){ 0 };
	if (r == 0)
		r = open_groups(engine, &fd, err);
	if (r < 0)
		return r;
	if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		err_fail(err, ENOENT, "no such group: %s", name);
		return err_hint(err, "`hull group create %s` makes one", name);
	}
	r = fact_read(arena, fd, name, group_fields, ret, err);
	return r < 0 ? err_while(err, "group %s", name) : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct group *)a)->name, ((const struct group *)b)->name);
}

int group_list(struct arena *arena, const struct engine *engine, struct group **ret, size_t *ret_n,
	struct err *err)
{
	struct group *all = NULL;
	const char *name;
	size_t n = 0;
	AUTO_FD int fd = -1;
	int r = open_groups(engine, &fd, err);

	if (r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		struct group group;
		struct err ignored = ERR_INIT; /* removed meanwhile, or being written */

		if (name[0] != '.' &&
			group_read(arena, engine, arena_strdup(arena, name), &group, &ignored) == 0)
			ARENA_APPEND(arena, all, n) = group;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_name);
	*ret = all;
	*ret_n = n;
	return r;
}

/* ---- the control group ---- */

static int plan(struct arena *arena, const struct group *group, struct cgroup *ret, struct err *err)
{
	struct cgroup_host host;
	int r = cgroup_host_read(arena, &host, err);

	return r < 0 ? r : cgroup_plan_paths(arena, &host, group->path, NULL, ret, err);
}

static bool is_there(const struct cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->n_dirs; i++)
		if (access(cgroup->dirs[i].path, F_OK) < 0)
			return false;
	return true;
}

static int read_limits(struct arena *arena, const struct engine *engine, const struct group *group,
	struct cgroup_settings *ret, struct err *err)
{
	struct oci_resources *resources;
	const char *text;
	size_t length;
	int r = spec_update_text(arena, &group->resources, &text, &length, err);

	if (r == 0)
		r = oci_resources_read(arena, text, length, &resources, err);
	if (r == 0)
		r = oci_resources_check(resources, err);
	if (r < 0)
		return r;
	*ret = (struct cgroup_settings){
		.resources = resources,
		.keeps_devices = true,
		.is_rootless = engine->runtime.is_rootless,
	};
	return 0;
}

static int make_cgroup(struct arena *arena, const struct engine *engine, const struct group *group,
	struct err *err)
{
	struct cgroup_settings settings;
	struct cgroup cgroup;
	int r = plan(arena, group, &cgroup, err);

	if (r == 0)
		r = read_limits(arena, engine, group, &settings, err);
	if (r == 0)
		r = cgroup_check_settings(&cgroup, &settings, err);
	if (r < 0 || is_there(&cgroup))
		return r;
	r = cgroup_probe(&cgroup, err);
	if (r == 0)
		r = cgroup_make(&cgroup, &settings, err);
	if (r < 0)
		return r;
	r = cgroup_limit(&cgroup, &settings, err);
	if (r < 0) {
		struct err ignored = ERR_INIT;

		cgroup_destroy(&cgroup, &ignored);
	}
	return r;
}

static int ensure(struct arena *arena, const struct engine *engine, const char *name,
	unsigned depth, struct err *err)
{
	struct group group;
	int r = group_read(arena, engine, name, &group, err);

	if (r == 0 && depth == DEPTH_MAX)
		r = err_fail(err, ELOOP, "more than %d groups inside each other", DEPTH_MAX);
	if (r == 0 && group.parent)
		r = ensure(arena, engine, group.parent, depth + 1, err);
	if (r < 0)
		return r;
	r = make_cgroup(arena, engine, &group, err);
	err->config[0] = '\0'; /* of a document that nobody wrote */
	return r < 0 ? err_while(err, "group %s", name) : 0;
}

int group_ensure(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	return ensure(arena, engine, name, 0, err);
}

/* ---- making and removing ---- */

static int choose_path(struct arena *arena, const struct engine *engine, struct group *group,
	const char *cgroup_parent, struct err *err)
{
	const char *above = cgroup_parent ? cgroup_parent : DEFAULT_PARENT;
	struct group parent;
	int r = group->parent ? group_read(arena, engine, group->parent, &parent, err) : 0;

	if (r < 0)
		return r;
	group->path = arena_printf(
		arena, "%s/%s", group->parent ? parent.path : above, group->name);
	return 0;
}

int group_create(struct arena *arena, const struct engine *engine, struct group *group,
	const char *cgroup_parent, struct err *err)
{
	const char *text;
	size_t length;
	AUTO_FD int fd = -1;
	int r = name_check(group->name, err);

	if (r == 0)
		r = open_groups(engine, &fd, err);
	if (r == 0)
		r = choose_path(arena, engine, group, cgroup_parent, err);
	if (r < 0)
		return r;
	if (faccessat(fd, group->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return err_fail(err, EEXIST, "group %s exists", group->name);
	group->created = fact_time_now(arena);
	text = text_of(arena, group, &length);
	r = file_create(fd, group->name, text, length, 0600, err);
	if (r == 0)
		r = group_ensure(arena, engine, group->name, err);
	if (r < 0 && r != -EEXIST)
		unlinkat(fd, group->name, 0);
	return r;
}

static int check_empty(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	struct engine_container *containers;
	struct group *groups;
	const char *user = NULL, *inner = NULL;
	size_t n;
	int r = containers_list(arena, engine, &containers, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (text_equal(containers[i].settings.group, name))
			user = containers[i].settings.name;
		containers_close(&containers[i]);
	}
	if (r == 0)
		r = group_list(arena, engine, &groups, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (text_equal(groups[i].parent, name))
			inner = groups[i].name;
	if (r < 0)
		return r;
	if (user)
		return err_fail(err, EBUSY, "group %s: container %s is in it", name, user);
	return inner ? err_fail(err, EBUSY, "group %s: group %s is in it", name, inner) : 0;
}

int group_remove(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	struct group group;
	struct cgroup cgroup;
	AUTO_FD int fd = -1;
	int r = group_read(arena, engine, name, &group, err);

	if (r == 0)
		r = check_empty(arena, engine, name, err);
	if (r == 0)
		r = open_groups(engine, &fd, err);
	if (r == 0)
		r = plan(arena, &group, &cgroup, err);
	for (size_t i = 0; r == 0 && i < cgroup.n_dirs; i++)
		cgroup.dirs[i].n_made = 1; /* the group itself, not where it lies */
	if (r == 0)
		r = cgroup_destroy(&cgroup, err);
	if (r == 0 && unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		r = err_sys(err, "unlink groups/%s", name);
	return r < 0 ? err_while(err, "remove group %s", name) : 0;
}

int group_read_stats(
	struct arena *arena, const struct group *group, struct cgroup_stats *ret, struct err *err)
{
	struct cgroup cgroup;
	int r = plan(arena, group, &cgroup, err);

	return r < 0 ? r : cgroup_read_stats(arena, &cgroup, ret, err);
}
