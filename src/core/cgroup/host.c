/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: which hierarchies there are, where they are mounted and where the caller is in them.
 *
 * mountinfo lists also mounts that later ones cover; such a mount's path leads elsewhere. A mount
 * is hidden when a mount lies upon it, when a sibling lies upon a directory that leads to it, or
 * when its parent is hidden (proc(5), /proc/pid/mountinfo: fields 1, 2 and 5).
 */
#include "core/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/cgroup/internal.h"
#include "sys/mountinfo.h"

struct mount {
	struct mountinfo info;
	size_t point_length;
};

struct mount_list {
	struct mount *mounts;
	size_t n_mounts;
};

static int read_mounts(
	struct arena *arena, const char *text, struct mount_list *ret, struct err *err)
{
	char *line = arena_strdup(arena, text);

	while (*line) {
		char *end = line + strcspn(line, "\n");
		char *next = end + (*end == '\n');
		struct mount mount;

		*end = '\0';
		if (mountinfo_parse(line, &mount.info) < 0)
			return err_fail(err, EPROTO, "mountinfo: \"%s\" is not a mount", line);
		mount.point_length = strlen(mount.info.mount_point);
		ARENA_APPEND(arena, ret->mounts, ret->n_mounts) = mount;
		line = next;
	}
	return 0;
}

static bool lies_at_or_below(const struct mount *mount, const struct mount *above)
{
	const char *point = mount->info.mount_point;
	size_t length = above->point_length;

	if (length == 1)
		return true; /* "/" */
	return mount->point_length >= length &&
	       memcmp(point, above->info.mount_point, length) == 0 &&
	       (point[length] == '\0' || point[length] == '/');
}

static const struct mount *find_parent(const struct mount_list *list, const struct mount *mount)
{
	for (size_t i = 0; i < list->n_mounts; i++)
		if (list->mounts[i].info.id == mount->info.parent_id && &list->mounts[i] != mount)
			return &list->mounts[i];
	return NULL;
}

static bool covers(const struct mount *other, const struct mount *mount)
{
	if (other == mount)
		return false;
	if (other->info.parent_id == mount->info.id)
		return other->point_length == mount->point_length && lies_at_or_below(other, mount);
	return other->info.parent_id == mount->info.parent_id && lies_at_or_below(mount, other);
}

static bool is_hidden(const struct mount_list *list, const struct mount *mount)
{
	enum { CHAIN_MAX = 100 }; /* a damaged text could make a circle */
	const struct mount *via = NULL;

	for (int depth = 0; mount && depth < CHAIN_MAX; depth++) {
		for (size_t i = 0; i < list->n_mounts; i++)
			if (&list->mounts[i] != via && covers(&list->mounts[i], mount))
				return true;
		via = mount;
		mount = find_parent(list, mount);
	}
	return false;
}

/* Options such as "rw,xattr,name=systemd" or "rw,cpu,cpuacct". */
static void read_options(
	struct arena *arena, const char *options, size_t length, struct cgroup_hierarchy *hierarchy)
{
	const char *end = options + length;

	while (options < end) {
		size_t size = strcspn(options, ",\n");
		enum cgroup_controller controller;

		if (size > (size_t)(end - options))
			size = (size_t)(end - options);
		if (size > 5 && memcmp(options, "name=", 5) == 0)
			hierarchy->name = arena_strndup(arena, options + 5, size - 5);
		else if (cgroup_controller_parse(options, size, false, &controller))
			hierarchy->controllers |= CGROUP_BIT(controller);
		options += size + 1;
	}
}

static bool is_known(const struct cgroup_host *host, const struct cgroup_hierarchy *hierarchy)
{
	for (size_t i = 0; i < host->n_hierarchies; i++) {
		const struct cgroup_hierarchy *other = &host->hierarchies[i];

		if (other->is_v2 == hierarchy->is_v2 &&
			other->controllers == hierarchy->controllers &&
			text_equal(other->name, hierarchy->name))
			return true;
	}
	return false;
}

/* false: not a control group mount. */
static bool read_hierarchy(
	struct arena *arena, const struct mount *mount, struct cgroup_hierarchy *ret)
{
	const char *options = mount->info.super_options;

	ret->is_v2 = strcmp(mount->info.type, "cgroup2") == 0;
	if (!ret->is_v2 && strcmp(mount->info.type, "cgroup") != 0)
		return false;
	if (!ret->is_v2)
		read_options(arena, options, strlen(options), ret);
	ret->mount = mount->info.mount_point;
	ret->root = mount->info.root;
	return true;
}

/* A line of /proc/self/cgroup, "4:memory:/a", "1:name=systemd:/", "0::/a". */
static bool line_is_of(const char *controllers, size_t length, const struct cgroup_hierarchy *h)
{
	struct arena arena = ARENA_INIT;
	struct cgroup_hierarchy line = { .mount = NULL };
	bool is_same;

	if (h->is_v2 || length == 0)
		return h->is_v2 && length == 0;
	read_options(&arena, controllers, length, &line);
	is_same = line.controllers == h->controllers && text_equal(line.name, h->name);
	arena_done(&arena);
	return is_same;
}

static void find_own(struct arena *arena, const char *text, struct cgroup_hierarchy *hierarchy)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *controllers = memchr(text, ':', length);
		const char *path = controllers ? memchr(controllers + 1, ':',
							 length - (size_t)(controllers + 1 - text))
					       : NULL;

		if (path &&
			line_is_of(controllers + 1, (size_t)(path - controllers - 1), hierarchy)) {
			path++;
			hierarchy->own = arena_strndup(arena, path, length - (size_t)(path - text));
			return;
		}
		text += length + (text[length] == '\n');
	}
}

static enum cgroup_kind kind_of(const struct cgroup_host *host)
{
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (!host->hierarchies[i].is_v2)
			return CGROUP_KIND_V1;
	return host->n_hierarchies > 0 ? CGROUP_KIND_V2 : CGROUP_KIND_DISABLED;
}

int cgroup_host_parse(struct arena *arena, const char *mountinfo, const char *own_groups,
	struct cgroup_host *ret, struct err *err)
{
	struct mount_list list = { NULL, 0 };
	struct cgroup_host host = { .kind = CGROUP_KIND_DISABLED };

	if (read_mounts(arena, mountinfo, &list, err) < 0)
		return -err->code;
	for (size_t i = 0; i < list.n_mounts; i++) {
		struct cgroup_hierarchy hierarchy = { .mount = NULL };

		if (!read_hierarchy(arena, &list.mounts[i], &hierarchy) ||
			is_known(&host, &hierarchy) || is_hidden(&list, &list.mounts[i]))
			continue;
		if (host.n_hierarchies == CGROUP_DIRS_MAX)
			return err_fail(err, E2BIG, "more than %d cgroup hierarchies are mounted",
				CGROUP_DIRS_MAX);
		find_own(arena, own_groups, &hierarchy);
		host.hierarchies[host.n_hierarchies++] = hierarchy;
	}
	host.kind = kind_of(&host);
	*ret = host;
	return 0;
}

static int read_file(struct arena *arena, const char *path, char **ret, struct err *err)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 8192;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	for (;; size *= 4) {
		char *text = arena_alloc(arena, size);
		ssize_t length = fd_read_up_to(fd, text, size - 1, err);

		if (length < 0)
			return err_while(err, "%s", path);
		if ((size_t)length < size - 1) {
			arena_trim(arena, text, (size_t)length + 1);
			*ret = text;
			return 0;
		}
		/* From the start again: the file is made anew by each open and seek. */
		if (lseek(fd, 0, SEEK_SET) < 0)
			return err_sys(err, "lseek %s", path);
	}
}

int cgroup_host_read(struct arena *arena, struct cgroup_host *ret, struct err *err)
{
	char *mountinfo, *own_groups;
	int r = read_file(arena, "/proc/self/mountinfo", &mountinfo, err);

	if (r == 0)
		r = read_file(arena, "/proc/self/cgroup", &own_groups, err);
	if (r == 0)
		r = cgroup_host_parse(arena, mountinfo, own_groups, ret, err);
	return r;
}
