/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make: directories, and what the kernel wants before a process may enter them.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* Cuts the last component off; false at the mount point (or, from a record, at the top). */
static bool cut_last(char *path, uint32_t mount_length)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path || (size_t)(slash - path) < mount_length)
		return false;
	*slash = '\0';
	return true;
}

static int probe_dir(struct cgroup_dir *dir, struct err *err)
{
	char path[PATH_MAX];
	uint32_t n_missing = 0;

	text_copy(path, sizeof(path), dir->path);
	while (strlen(path) > dir->mount_length && access(path, F_OK) < 0) {
		if (errno != ENOENT)
			return err_sys(err, "access %s", path);
		n_missing++;
		if (!cut_last(path, dir->mount_length))
			break;
	}
	dir->n_made = n_missing;
	return 0;
}

bool cgroup_dir_can_be_made(const struct cgroup_dir *dir)
{
	char path[PATH_MAX];

	text_copy(path, sizeof(path), dir->path);
	while (access(path, F_OK) < 0 && cut_last(path, dir->mount_length))
		;
	return access(path, W_OK | X_OK) == 0;
}

int cgroup_probe(struct cgroup *group, struct err *err)
{
	for (size_t i = 0; i < group->n_dirs; i++) {
		int r = probe_dir(&group->dirs[i], err);

		if (r < 0)
			return err_while(err, "cgroup");
	}
	return 0;
}

/* On v1 systemd has a tree of its own and uses some controllers; the others it leaves alone. */
static bool is_used_by_systemd(const struct cgroup_dir *dir)
{
	enum {
		USED = CGROUP_BIT(CGROUP_CONTROLLER_CPU) | CGROUP_BIT(CGROUP_CONTROLLER_CPUACCT) |
		       CGROUP_BIT(CGROUP_CONTROLLER_IO) | CGROUP_BIT(CGROUP_CONTROLLER_MEMORY) |
		       CGROUP_BIT(CGROUP_CONTROLLER_DEVICES) | CGROUP_BIT(CGROUP_CONTROLLER_PIDS),
	};

	return dir->is_v2 || dir->name || dir->controllers & USED;
}

void cgroup_leave_to_systemd(struct cgroup *group, uint32_t n_own)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		if (is_used_by_systemd(&group->dirs[i]))
			group->dirs[i].n_made = n_own;
}

int cgroup_make_inside_unit(struct cgroup *group, pid_t pid, struct err *err)
{
	struct cgroup made = { .kind = group->kind };

	for (size_t i = 0; i < group->n_dirs; i++) {
		const char *path = group->dirs[i].path;

		if (mkdir(path, 0755) == 0)
			made.dirs[made.n_dirs++] = group->dirs[i];
		else if (errno != ENOENT) /* systemd does not use this hierarchy */
			return err_sys(err, "mkdir %s", path);
	}
	return cgroup_add_process(&made, pid, err);
}

void cgroup_adopt(struct cgroup *group)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		group->dirs[i].is_checked = access(group->dirs[i].path, F_OK) == 0;
}

/* Every directory from the mount point down; *ret_made counts the last ones that are new. */
static int make_from_top(const struct cgroup_dir *dir, uint32_t *ret_made, struct err *err)
{
	char path[PATH_MAX];
	size_t length = dir->mount_length;
	uint32_t n_made = 0;

	text_copy(path, sizeof(path), dir->path);
	while (dir->path[length] == '/') {
		length += 1 + strcspn(dir->path + length + 1, "/");
		path[length] = '\0';
		if (mkdir(path, 0755) == 0)
			n_made++;
		else if (errno == EEXIST)
			n_made = 0;
		else
			return err_sys(err, "mkdir %s", path);
		path[length] = dir->path[length];
	}
	*ret_made = n_made;
	return 0;
}

static int make_dir(struct cgroup_dir *dir, struct err *err)
{
	enum { TRIES = 20 };
	struct err last = ERR_INIT;

	if (dir->n_made == 0 && access(dir->path, F_OK) == 0)
		return 0;
	if (dir->n_made <= 1) {
		if (mkdir(dir->path, 0755) == 0) {
			dir->n_made = 1;
			return 0;
		}
		if (errno == EEXIST) {
			dir->n_made = 0;
			return 0;
		}
		if (errno != ENOENT)
			return err_sys(err, "mkdir %s", dir->path);
	}
	/* Another container's end may remove a shared parent at any time, while it is empty. */
	for (int i = 0; i < TRIES; i++) {
		uint32_t n_made = 0;
		int r = make_from_top(dir, &n_made, &last);

		if (r == 0) {
			if (n_made > dir->n_made || n_made == 0)
				dir->n_made = n_made;
			return 0;
		}
		if (r != -ENOENT)
			break;
	}
	*err = last;
	return -err->code;
}

int cgroup_make_dirs(struct cgroup *group, bool only_v2, struct err *err)
{
	for (size_t i = 0; i < group->n_dirs; i++) {
		int r;

		if (group->dirs[i].is_checked || (only_v2 && !group->dirs[i].is_v2))
			continue;
		r = make_dir(&group->dirs[i], err);
		if (r == -EROFS)
			err_hint(err, "cgroups are read-only here: mount them read-write, or run "
				      "with --cgroup-manager=disabled");
		if (r < 0)
			return err_path(err, group->dirs[i].path);
	}
	return 0;
}

/* ---- v1: cpuset ---- */

/* Reads the parent's list; an empty one there is filled from above first. */
static int fill_cpuset_file(
	const char *path, uint32_t mount_length, const char *file, struct err *err)
{
	char parent[PATH_MAX], value[CGROUPFS_FILE_BYTES];
	int r;

	text_copy(parent, sizeof(parent), path);
	if (!cut_last(parent, mount_length))
		return 0;
	r = cgroupfs_read(parent, file, value, sizeof(value), err);
	if (r == 0 && strlen(parent) > mount_length) {
		r = fill_cpuset_file(parent, mount_length, file, err);
		if (r == 0)
			r = cgroupfs_read(parent, file, value, sizeof(value), err);
	}
	if (r <= 0)
		return r;
	return cgroupfs_write(path, file, value, err);
}

int cgroup_fill_cpuset(const struct cgroup_dir *dir, struct err *err)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };

	if (dir->n_made == 0)
		return 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int r = fill_cpuset_file(dir->path, dir->mount_length, files[i], err);

		if (r < 0)
			return err_while(err, "cpuset of the new group");
	}
	return 0;
}

/* ---- v2: controllers ---- */

/* Handed down even when no limit asks for them: statistics, and limits that come later. */
#define USUAL_CONTROLLERS                                                                 \
	(CGROUP_BIT(CGROUP_CONTROLLER_CPU) | CGROUP_BIT(CGROUP_CONTROLLER_CPUSET) |       \
		CGROUP_BIT(CGROUP_CONTROLLER_MEMORY) | CGROUP_BIT(CGROUP_CONTROLLER_IO) | \
		CGROUP_BIT(CGROUP_CONTROLLER_PIDS))

static int read_controllers(const char *dir, const char *file, uint32_t *ret, struct err *err)
{
	char text[CGROUPFS_FILE_BYTES];
	int r = cgroupfs_read(dir, file, text, sizeof(text), err);

	if (r < 0)
		return r;
	*ret = 0;
	for (const char *word = text; *word;) {
		size_t length = strcspn(word, " ");
		enum cgroup_controller controller;

		if (cgroup_controller_parse(word, length, true, &controller))
			*ret |= CGROUP_BIT(controller);
		word += length + (word[length] == ' ');
	}
	return 0;
}

/* The root of all may have both. */
static bool has_processes(const char *dir)
{
	struct err ignored = ERR_INIT;
	char text[16];
	int r;

	if (!cgroupfs_has(dir, "cgroup.type"))
		return false;
	r = cgroupfs_read(dir, "cgroup.procs", text, sizeof(text), &ignored);
	return r > 0 || r == -EFBIG;
}

/* "No internal processes" (cgroups(7)). Some controllers the kernel would hand down nevertheless,
 * but the children could then hold nothing but threads of these processes. */
static int refuse_internal(
	const char *dir, uint32_t needed, const struct cgroup_limits *limits, struct err *err)
{
	enum cgroup_controller first;

	if (needed == 0)
		return 0;
	first = (enum cgroup_controller)__builtin_ctz(needed);
	err_fail(err, EBUSY,
		"%s has processes itself, so it cannot hand the controller \"%s\" down", dir,
		cgroup_controller_name(first, true));
	err_hint(err,
		"move these processes into a child group, or set linux.cgroupsPath to another "
		"place");
	err_path(err, dir);
	return err_config(err, "%s", cgroup_limits_field(limits, first));
}

static int explain_enable(const char *dir, enum cgroup_controller controller,
	const struct cgroup_limits *limits, struct err *err)
{
	err_while(err, "hand the controller \"%s\" down from %s",
		cgroup_controller_name(controller, true), dir);
	return err_config(err, "%s", cgroup_limits_field(limits, controller));
}

static int enable_one(const char *dir, enum cgroup_controller controller, struct err *err)
{
	char word[64];

	text_format(word, sizeof(word), "+%s", cgroup_controller_name(controller, true));
	return cgroupfs_write(dir, "cgroup.subtree_control", word, err);
}

/* All in one write; when that fails each alone, so that one that cannot does not keep the others.
 */
static int enable(
	const char *dir, uint32_t missing, const struct cgroup_limits *limits, struct err *err)
{
	char words[256] = "";
	size_t used = 0;
	struct err ignored = ERR_INIT;

	if (missing == 0)
		return 0;
	if (has_processes(dir))
		return refuse_internal(dir, missing & limits->required, limits, err);
	for (unsigned i = 0; i < CGROUP_CONTROLLER_COUNT; i++)
		if (missing & CGROUP_BIT(i)) {
			text_format(words + used, sizeof(words) - used, "%s+%s", used ? " " : "",
				cgroup_controller_name((enum cgroup_controller)i, true));
			used += strlen(words + used);
		}
	if (cgroupfs_write(dir, "cgroup.subtree_control", words, &ignored) == 0)
		return 0;
	for (unsigned i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		struct err one = ERR_INIT;
		int r;

		if (!(missing & CGROUP_BIT(i)))
			continue;
		r = enable_one(dir, (enum cgroup_controller)i, &one);
		if (r < 0 && limits->required & CGROUP_BIT(i)) {
			*err = one;
			return explain_enable(dir, (enum cgroup_controller)i, limits, err);
		}
	}
	return 0;
}

static int refuse_absent(
	const char *dir, uint32_t absent, const struct cgroup_limits *limits, struct err *err)
{
	enum cgroup_controller first = (enum cgroup_controller)__builtin_ctz(absent);

	err_fail(err, ENOTSUP, "the cgroup controller \"%s\" is not available in %s",
		cgroup_controller_name(first, true), dir);
	err_hint(err,
		"the kernel lacks it, a v1 hierarchy has it, or %s/cgroup.controllers was not "
		"given it from above",
		dir);
	return err_config(err, "%s", cgroup_limits_field(limits, first));
}

static int enable_level(const char *dir, const struct cgroup_limits *limits, struct err *err)
{
	uint32_t required = limits->required, available, enabled;
	int r = read_controllers(dir, "cgroup.controllers", &available, err);

	if (r == 0)
		r = read_controllers(dir, "cgroup.subtree_control", &enabled, err);
	if (r < 0)
		return r;
	if (required & ~available)
		return refuse_absent(dir, required & ~available, limits, err);
	return enable(dir, (USUAL_CONTROLLERS | required) & available & ~enabled, limits, err);
}

int cgroup_enable_controllers(
	const struct cgroup_dir *dir, const struct cgroup_limits *limits, struct err *err)
{
	char path[PATH_MAX];
	size_t length = dir->mount_length, parent;
	uint32_t enabled;
	int r;

	text_copy(path, sizeof(path), dir->path);
	if (!cut_last(path, dir->mount_length))
		return 0;
	parent = strlen(path);
	r = read_controllers(path, "cgroup.subtree_control", &enabled, err);
	if (r < 0 || !((USUAL_CONTROLLERS | limits->required) & ~enabled))
		return r;

	/* Not all are there: from the mount point down to the parent. */
	for (;;) {
		path[length] = '\0';
		r = enable_level(path, limits, err);
		if (r < 0 || length == parent)
			return r;
		path[length] = '/';
		length += 1 + strcspn(dir->path + length + 1, "/");
	}
}
