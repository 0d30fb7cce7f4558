/* SPDX-License-Identifier: Apache-2.0 */
#include "core/resctrl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/cgroupfs.h"
#include "sys/mountinfo.h"

enum {
	RESCTRL_MOUNTINFO_MAX_BYTES = 16 * 1024 * 1024,
	RESCTRL_SCHEMATA_BYTES = 64 * 1024,
};

/* ---- where it is ---- */

const char *resctrl_find_mount(struct arena *arena, const char *mountinfo)
{
	const char *found = NULL;

	while (*mountinfo) {
		size_t length = strcspn(mountinfo, "\n");
		char *line = arena_strndup(arena, mountinfo, length);
		struct mountinfo mount;

		if (mountinfo_parse(line, &mount) == 0 && text_equal(mount.type, "resctrl") &&
			text_equal(mount.root, "/"))
			found = mount.mount_point; /* a later mount lies over an earlier one */
		mountinfo += length + (mountinfo[length] == '\n');
	}
	return found;
}

static bool kernel_has_resctrl(struct arena *arena)
{
	struct err ignored = ERR_INIT;
	const char *text;
	size_t length;

	AUTO_FD int fd = open("/proc/filesystems", O_RDONLY | O_CLOEXEC);
	return fd >= 0 &&
	       file_read_fd(arena, fd, "/proc/filesystems", RESCTRL_SCHEMATA_BYTES, &text, &length,
		       &ignored) == 0 &&
	       strstr(text, "\tresctrl\n");
}

static int find_root(struct arena *arena, const char **ret, struct err *err)
{
	const char *text;
	size_t length;
	int r;

	AUTO_FD int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc/self/mountinfo");
	r = file_read_fd(arena, fd, "/proc/self/mountinfo", RESCTRL_MOUNTINFO_MAX_BYTES, &text,
		&length, err);
	if (r < 0)
		return r;
	*ret = resctrl_find_mount(arena, text);
	if (*ret)
		return 0;
	err_fail(err, ENOENT, "Intel RDT: no resctrl file system is mounted");
	if (kernel_has_resctrl(arena))
		err_hint(err, "mount -t resctrl resctrl /sys/fs/resctrl");
	else
		err_hint(err, "this kernel or processor has none (CONFIG_X86_CPU_RESCTRL)");
	return err_config(err, "/linux/intelRdt");
}

/* ---- schemata ---- */

/* "  L3:0=f;1=ff": the part behind the resource's name and colon if it is that resource's line. */
static const char *values_of(const char *line, const char *resource, size_t length)
{
	line += strspn(line, " ");
	if (strncmp(line, resource, length) != 0 || line[length] != ':')
		return NULL;
	return line + length + 1;
}

/* Without spaces and leading zeros: "00f" and " f" are one. */
static const char *significant(const char *value, size_t *length)
{
	while (*length > 0 && *value == ' ') {
		value++;
		(*length)--;
	}
	while (*length > 0 && value[*length - 1] == ' ')
		(*length)--;
	while (*length > 1 && *value == '0') {
		value++;
		(*length)--;
	}
	return value;
}

static bool are_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
	a = significant(a, &a_length);
	b = significant(b, &b_length);
	return a_length == b_length && strncasecmp(a, b, a_length) == 0;
}

/* Whether "ID=VALUE" (length bytes) is among values, "0=f;1=ff" up to the line's end. */
static bool has_value(const char *values, const char *wanted, size_t length)
{
	const char *wanted_equals = memchr(wanted, '=', length);
	size_t id_length = wanted_equals ? (size_t)(wanted_equals - wanted) : 0;

	while (wanted_equals && *values && *values != '\n') {
		size_t n = strcspn(values, ";\n");
		const char *equals = memchr(values, '=', n);

		if (equals && are_equal(values, (size_t)(equals - values), wanted, id_length))
			return are_equal(equals + 1, n - (size_t)(equals + 1 - values),
				wanted_equals + 1, length - id_length - 1);
		values += n + (values[n] == ';');
	}
	return false;
}

static bool has_values(const char *values, const char *wanted)
{
	while (*wanted) {
		size_t n = strcspn(wanted, ";");

		if (!has_value(values, wanted, n))
			return false;
		wanted += n + (wanted[n] == ';');
	}
	return true;
}

bool resctrl_schema_holds(const char *schemata, const char *line)
{
	size_t resource;

	line += strspn(line, " ");
	resource = strcspn(line, ":");
	if (line[resource] == '\0')
		return false;
	while (*schemata) {
		const char *values = values_of(schemata, line, resource);
		size_t length = strcspn(schemata, "\n");

		if (values)
			return has_values(values, line + resource + 1);
		schemata += length + (schemata[length] == '\n');
	}
	return false;
}

/* ---- the plan ---- */

static void collect_lines(
	struct arena *arena, const struct oci_intel_rdt *rdt, struct resctrl *group)
{
	if (rdt->l3_cache_schema)
		ARENA_APPEND(arena, group->lines, group->n_lines) = rdt->l3_cache_schema;
	if (rdt->mem_bw_schema)
		ARENA_APPEND(arena, group->lines, group->n_lines) = rdt->mem_bw_schema;
	for (size_t i = 0; i < rdt->n_schemata; i++)
		ARENA_APPEND(arena, group->lines, group->n_lines) = rdt->schemata[i];
}

static int compare_schemata(const struct resctrl *group, const char *clos_id, struct err *err)
{
	char schemata[RESCTRL_SCHEMATA_BYTES];
	int r = cgroupfs_read(group->dir, "schemata", schemata, sizeof(schemata), err);

	for (size_t i = 0; r >= 0 && i < group->n_lines; i++)
		if (!resctrl_schema_holds(schemata, group->lines[i])) {
			r = err_fail(err, EEXIST,
				"Intel RDT: the group of closID \"%s\" is there with other "
				"schemata than %s",
				clos_id, group->lines[i]);
			err_path(err, group->dir);
		}
	return r < 0 ? err_config(err, "/linux/intelRdt/closID") : 0;
}

/* A group that has a name belongs to whoever gave it: it is used as it is, or made once. */
static int plan_named(struct resctrl *group, const char *clos_id, struct err *err)
{
	struct stat st;

	if (stat(group->dir, &st) == 0)
		return group->n_lines > 0 ? compare_schemata(group, clos_id, err) : 0;
	if (errno != ENOENT) {
		err_sys(err, "stat %s", group->dir);
		return err_config(err, "/linux/intelRdt/closID");
	}
	if (group->n_lines == 0) {
		err_fail(err, ENOENT,
			"Intel RDT: there is no group of closID \"%s\", and no schemata to make "
			"one",
			clos_id);
		err_path(err, group->dir);
		return err_config(err, "/linux/intelRdt/closID");
	}
	group->is_made = true;
	return 0;
}

static int plan_own(struct resctrl *group, struct err *err)
{
	struct stat st;

	group->is_made = group->is_ours = true;
	if (stat(group->dir, &st) < 0)
		return 0;
	err_fail(err, EEXIST, "Intel RDT: a group of the container's name is there already");
	err_path(err, group->dir);
	return err_config(err, "/linux/intelRdt");
}

int resctrl_plan(struct arena *arena, const struct oci_intel_rdt *rdt, const char *id,
	const char *root, struct resctrl *ret, struct err *err)
{
	struct resctrl group = { .dir = NULL };
	int r = 0;

	*ret = group;
	if (!rdt)
		return 0;
	if (!root)
		r = find_root(arena, &root, err);
	if (r < 0)
		return r;
	group.dir = text_equal(rdt->clos_id, "/")
			    ? root
			    : path_join(arena, root, rdt->clos_id ? rdt->clos_id : id);
	collect_lines(arena, rdt, &group);
	r = rdt->clos_id ? plan_named(&group, rdt->clos_id, err) : plan_own(&group, err);
	if (r < 0)
		return r;
	if (rdt->enable_monitoring)
		group.monitor = path_join(arena, path_join(arena, group.dir, "mon_groups"), id);
	*ret = group;
	return 0;
}

/* ---- doing it ---- */

static int make_dir(const char *dir, const char *config, struct err *err)
{
	if (mkdir(dir, 0755) == 0)
		return 0;
	err_sys(err, "Intel RDT: mkdir %s", dir);
	if (err->code == EEXIST)
		err_hint(err, "somebody made it at this moment: try again");
	if (err->code == ENOSPC)
		err_hint(err, "the processor has no more of them: remove groups that are not used");
	return err_config(err, "%s", config);
}

int resctrl_make(struct resctrl *group, struct err *err)
{
	int r = group->is_made ? make_dir(group->dir, "/linux/intelRdt", err) : 0;

	if (r < 0) {
		group->is_made = group->is_ours = false;
		group->monitor = NULL;
		return r;
	}
	if (group->monitor)
		r = make_dir(group->monitor, "/linux/intelRdt/enableMonitoring", err);
	if (r < 0)
		group->monitor = NULL;
	return r;
}

/* What the kernel says to the last command is in a file at the file system's root. */
static void add_kernel_words(const char *dir, struct err *err)
{
	struct err ignored = ERR_INIT;
	char said[128];
	char root[4096];
	char *slash;

	text_copy(root, sizeof(root), dir);
	while (!cgroupfs_has(root, "info/last_cmd_status")) {
		slash = strrchr(root, '/');
		if (!slash || slash == root)
			return;
		*slash = '\0';
	}
	if (cgroupfs_read(root, "info/last_cmd_status", said, sizeof(said), &ignored) >= 0)
		err_hint(err, "the kernel says: %s", said);
}

int resctrl_write_schema(const char *dir, const char *line, struct err *err)
{
	char value[RESCTRL_SCHEMATA_BYTES];
	int r;

	if (strlen(line) + 2 > sizeof(value))
		return err_fail(err, E2BIG, "Intel RDT: a line of schemata is too long");
	snprintf(value, sizeof(value), "%s\n", line);
	r = cgroupfs_write(dir, "schemata", value, err);
	if (r < 0) {
		err_while(err, "Intel RDT: %s", line);
		add_kernel_words(dir, err);
	}
	return r;
}

int resctrl_limit(const struct resctrl *group, struct err *err)
{
	for (size_t i = 0; group->is_made && i < group->n_lines; i++) {
		int r = resctrl_write_schema(group->dir, group->lines[i], err);

		if (r < 0)
			return err_config(err, "/linux/intelRdt");
	}
	return 0;
}

int resctrl_add(const struct resctrl *group, pid_t pid, struct err *err)
{
	const char *const dirs[] = { group->dir, group->monitor };
	char number[16];

	text_format(number, sizeof(number), "%d", (int)pid);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int r = dirs[i] ? cgroupfs_write(dirs[i], "tasks", number, err) : 0;

		if (r < 0) {
			err_while(err, "Intel RDT");
			return err_config(err, "/linux/intelRdt");
		}
	}
	return 0;
}

static int remove_dir(const char *dir, struct err *err)
{
	if (rmdir(dir) < 0 && errno != ENOENT)
		return err_sys(err, "Intel RDT: rmdir %s", dir);
	return 0;
}

int resctrl_remove(const struct resctrl *group, struct err *err)
{
	int r = group->monitor ? remove_dir(group->monitor, err) : 0;

	if (r == 0 && group->dir && group->is_ours)
		r = remove_dir(group->dir, err);
	return r;
}

/* The kernel lets a directory be removed whoever is in it: they all lose what it gives them. */
static bool has_tasks(const char *dir)
{
	struct err ignored = ERR_INIT;
	char first[16];
	int r = cgroupfs_read(dir, "tasks", first, sizeof(first), &ignored);

	return r > 0 || r == -EFBIG;
}

int resctrl_undo(const struct resctrl *group, struct err *err)
{
	struct resctrl made = *group;

	made.is_ours = group->is_made && !has_tasks(group->dir);
	return resctrl_remove(&made, err);
}

bool resctrl_is_machines(const char *dir)
{
	return cgroupfs_has(dir, "info");
}
