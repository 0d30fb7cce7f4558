/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths: where a container's groups lie, and the form in which the state record keeps that.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

#define CONFIG_PATH "/linux/cgroupsPath"

static int check_component(const char *word, size_t length, struct err *err)
{
	if (length == 2 && memcmp(word, "..", 2) == 0)
		return err_fail(err, EINVAL, "a cgroup path must not contain \"..\"");
	if (length > NAME_MAX)
		return err_fail(
			err, ENAMETOOLONG, "a cgroup name has more than %d bytes", NAME_MAX);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)word[i] < ' ' || word[i] == 0x7f)
			return err_fail(
				err, EINVAL, "a cgroup path must not contain control characters");
	return 0;
}

/* "/a//b/./c/" → "/a/b/c"; "" when nothing is left. */
static int normalise(struct arena *arena, const char *path, const char **ret, struct err *err)
{
	char *out = arena_alloc(arena, strlen(path) + 2);
	size_t used = 0;

	while (*path) {
		size_t length = strcspn(path, "/");
		int r = check_component(path, length, err);

		if (r < 0)
			return r;
		if (length > 0 && !(length == 1 && path[0] == '.')) {
			out[used++] = '/';
			memcpy(out + used, path, length);
			used += length;
		}
		path += length + (path[length] == '/');
	}
	*ret = out;
	return 0;
}

/* The caller's own group as a path below the mount point: "", "/a/b". */
static const char *own_below_mount(const struct cgroup_hierarchy *hierarchy)
{
	const char *own = hierarchy->own, *root = hierarchy->root;

	/* Outside of the cgroup namespace's root, or already removed: the mount's top. */
	if (!own || text_has_prefix(own, "/..") || strcmp(own, "/") == 0)
		return "";
	if (strcmp(root, "/") == 0)
		return own;
	own = text_after_prefix(own, root);
	return own && own[0] == '/' ? own : "";
}

static const char *without_last(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : "";
}

static const char *base_of(
	struct arena *arena, const struct cgroup_host *host, const struct cgroup_hierarchy *h)
{
	const char *own = own_below_mount(h);

	return host->kind == CGROUP_KIND_V2 ? without_last(arena, own) : own;
}

static int plan_dir(struct arena *arena, const struct cgroup_hierarchy *hierarchy, const char *base,
	const char *below, struct cgroup_dir *ret, struct err *err)
{
	/* "/" when the hierarchy is all there is to see. */
	const char *mount = strcmp(hierarchy->mount, "/") == 0 ? "" : hierarchy->mount;

	*ret = (struct cgroup_dir){
		.path = arena_printf(arena, "%s%s%s", mount, base, below),
		.name = hierarchy->name,
		.controllers = hierarchy->controllers,
		.mount_length = (uint32_t)strlen(mount),
		.is_v2 = hierarchy->is_v2,
	};
	/* Room for the longest name of a file inside. */
	if (strlen(ret->path) + NAME_MAX + 2 > PATH_MAX)
		return err_fail(err, ENAMETOOLONG, "the cgroup path is too long");
	return 0;
}

int cgroup_plan_paths(struct arena *arena, const struct cgroup_host *host, const char *cgroups_path,
	const char *id, struct cgroup *ret, struct err *err)
{
	bool is_given = !text_is_empty(cgroups_path);
	bool is_absolute = is_given && cgroups_path[0] == '/';
	struct cgroup group = { .kind = host->kind };
	const char *below;
	int r = normalise(arena, is_given ? cgroups_path : id, &below, err);

	if (r == 0 && below[0] == '\0')
		r = err_fail(err, EINVAL, "\"%s\" is the root of the cgroup hierarchy",
			is_given ? cgroups_path : id);
	for (size_t i = 0; r == 0 && i < host->n_hierarchies; i++) {
		const struct cgroup_hierarchy *hierarchy = &host->hierarchies[i];
		const char *base = is_absolute ? "" : base_of(arena, host, hierarchy);

		r = plan_dir(arena, hierarchy, base, below, &group.dirs[group.n_dirs++], err);
	}
	if (r < 0) {
		err_config(err, "%s", CONFIG_PATH);
		return err_while(err, "cgroup");
	}
	*ret = group;
	return 0;
}

/* ---- the record ---- */

/* "cpu,cpuacct", "name=systemd", "unified" */
static const char *format_controllers(struct arena *arena, const struct cgroup_dir *dir)
{
	const char *text = NULL;

	if (dir->is_v2)
		return "unified";
	for (unsigned i = 0; i < CGROUP_CONTROLLER_COUNT; i++)
		if (dir->controllers & CGROUP_BIT(i))
			text = arena_printf(arena, "%s%s%s", text ? text : "", text ? "," : "",
				cgroup_controller_name((enum cgroup_controller)i, false));
	if (dir->name)
		text = arena_printf(
			arena, "%s%sname=%s", text ? text : "", text ? "," : "", dir->name);
	return text ? text : "other";
}

int cgroup_to_strings(struct arena *arena, const struct cgroup *group, const char ***ret,
	size_t *ret_count, struct err *err)
{
	const char **strings = ARENA_NEW_ARRAY(arena, group->n_dirs, const char *);

	for (size_t i = 0; i < group->n_dirs; i++) {
		const struct cgroup_dir *dir = &group->dirs[i];

		if (dir->name && strpbrk(dir->name, " ,"))
			return err_fail(
				err, EINVAL, "the name of the cgroup hierarchy \"%s\"", dir->name);
		strings[i] = arena_printf(
			arena, "%s %u %s", format_controllers(arena, dir), dir->n_made, dir->path);
	}
	*ret = strings;
	*ret_count = group->n_dirs;
	return 0;
}

static bool parse_controllers(
	struct arena *arena, const char *text, size_t length, struct cgroup_dir *dir)
{
	const char *end = text + length;

	if (length == 7 && memcmp(text, "unified", 7) == 0) {
		dir->is_v2 = true;
		return true;
	}
	if (length == 5 && memcmp(text, "other", 5) == 0)
		return true;
	for (size_t size; text < end; text += size + 1) {
		enum cgroup_controller controller;

		size = strcspn(text, ", ");
		if (size > 5 && memcmp(text, "name=", 5) == 0)
			dir->name = arena_strndup(arena, text + 5, size - 5);
		else if (cgroup_controller_parse(text, size, false, &controller))
			dir->controllers |= CGROUP_BIT(controller);
		else
			return false;
	}
	return length > 0;
}

/* Absolute, without "." and "..", and with at least n_made names below the top. */
static bool is_good_path(const char *path, uint32_t n_made)
{
	uint32_t n_names = 0;

	if (strlen(path) + NAME_MAX + 2 > PATH_MAX)
		return false;
	for (; *path; n_names++) {
		struct err ignored = ERR_INIT;
		size_t length;

		if (*path++ != '/')
			return false;
		length = strcspn(path, "/");
		if (length == 0 || (length == 1 && *path == '.') ||
			check_component(path, length, &ignored) < 0)
			return false;
		path += length;
	}
	return n_names > n_made;
}

static bool parse_dir(struct arena *arena, const char *string, struct cgroup_dir *ret)
{
	const char *number = strchr(string, ' ');
	const char *path = number ? strchr(number + 1, ' ') : NULL;
	uint64_t n_made;

	if (!path || parse_u64_n(number + 1, (size_t)(path - number - 1), &n_made) < 0 ||
		n_made > PATH_MAX)
		return false;
	ret->n_made = (uint32_t)n_made;
	ret->path = arena_strdup(arena, path + 1);
	return parse_controllers(arena, string, (size_t)(number - string), ret) &&
	       is_good_path(ret->path, ret->n_made);
}

int cgroup_from_strings(struct arena *arena, const char *const *strings, size_t count,
	struct cgroup *ret, struct err *err)
{
	struct cgroup group = { .kind = CGROUP_KIND_DISABLED };

	if (count > CGROUP_DIRS_MAX)
		return err_fail(err, EINVAL, "the record names %zu cgroups", count);
	for (size_t i = 0; i < count; i++) {
		if (!parse_dir(arena, strings[i], &group.dirs[i]))
			return err_fail(err, EINVAL, "the record's cgroup \"%s\" makes no sense",
				strings[i]);
		if (!group.dirs[i].is_v2)
			group.kind = CGROUP_KIND_V1;
	}
	if (count > 0 && group.kind == CGROUP_KIND_DISABLED)
		group.kind = CGROUP_KIND_V2;
	group.n_dirs = count;
	*ret = group;
	return 0;
}

/* ---- groups inside ---- */

static int select_dirs(const struct cgroup *group, const char *controllers, size_t length,
	uint32_t *ret_mask, struct err *err)
{
	const char *end = controllers + length;
	uint32_t mask = 0;

	for (size_t size; controllers < end; controllers += size + 1) {
		bool is_found = false;

		size = strcspn(controllers, ",:");
		for (size_t i = 0; i < group->n_dirs; i++) {
			const struct cgroup_dir *dir = &group->dirs[i];
			enum cgroup_controller controller;

			if ((cgroup_controller_parse(controllers, size, false, &controller) &&
				    dir->controllers & CGROUP_BIT(controller)) ||
				(dir->name && strlen(dir->name) == size &&
					memcmp(dir->name, controllers, size) == 0)) {
				mask |= 1u << i;
				is_found = true;
			}
		}
		if (!is_found)
			return err_fail(err, EINVAL, "the container has no cgroup of \"%.*s\"",
				(int)size, controllers);
	}
	*ret_mask = mask;
	return 0;
}

int cgroup_sub_group(struct arena *arena, const struct cgroup *group, const char *where,
	struct cgroup *ret, struct err *err)
{
	const char *colon = strchr(where, ':'), *slash = strchr(where, '/');
	struct cgroup sub = *group;
	uint32_t mask = UINT32_MAX;
	const char *below;
	int r = 0;

	if (group->n_dirs == 0)
		return err_fail(err, EINVAL, "the container has no cgroup");
	if (colon && (!slash || colon < slash)) {
		r = select_dirs(group, where, (size_t)(colon - where), &mask, err);
		where = colon + 1;
	}
	if (r == 0)
		r = normalise(arena, where, &below, err);
	for (size_t i = 0; r == 0 && i < sub.n_dirs; i++) {
		sub.dirs[i].n_made = 0;
		if (!(mask & (1u << i)))
			continue;
		sub.dirs[i].path = arena_printf(arena, "%s%s", sub.dirs[i].path, below);
		if (strlen(sub.dirs[i].path) + NAME_MAX + 2 > PATH_MAX)
			r = err_fail(err, ENAMETOOLONG, "the cgroup path is too long");
	}
	if (r < 0)
		return r;
	*ret = sub;
	return 0;
}
