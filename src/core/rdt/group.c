/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group: directories and files of the container's group in resctrl.
 */
#include "core/rdt/internal.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/cgroupfs.h"
#include "sys/resctrl.h"

/* ---- making ---- */

static int write_lines(
	const char *mount, const char *path, const struct rdt_lines *lines, struct err *err)
{
	for (size_t i = 0; i < lines->n_lines; i++) {
		const struct rdt_line *line = &lines->lines[i];
		AUTO_ARENA arena = ARENA_INIT;
		int r = resctrl_write(
			mount, path, "schemata", arena_printf(&arena, "%s\n", line->text), err);

		if (r < 0)
			return err_config(err, "%s", line->config);
	}
	return 0;
}

/* 1: it is new. A group of the container's own has to be: what others made is not removed. */
static int make_directory(const struct rdt_group *group, const char *path, struct err *err)
{
	if (mkdir(path, 0755) == 0)
		return 1;
	if (errno == EEXIST && !group->is_own)
		return 0;
	err_sys(err, "mkdir %s", path);
	if (err->code == ENOSPC)
		err_hint(err, "the processor has no more classes of service (closID): remove "
			      "a group, or let containers share one by closID");
	err_path(err, path);
	return err_config(err, "%s", RDT_CONFIG);
}

static int make_control_group(struct arena *arena, const struct rdt_host *host,
	const struct rdt_group *group, const struct oci_intel_rdt *config, struct rdt_made *made,
	struct err *err)
{
	struct rdt_lines lines = rdt_lines_of(arena, config);
	const char *path = rdt_group_path(arena, group);
	int is_new = 0;

	/* a closID alone names a group that is there */
	if (!text_equal(group->clos_id, "/") && (!config->clos_id || lines.n_lines > 0))
		is_new = make_directory(group, path, err);
	if (is_new < 0)
		return is_new;
	made->group = is_new;
	if (is_new)
		return write_lines(group->mount, path, &lines, err);
	return rdt_compare(arena, group->mount, host->is_mbps, path, &lines, err);
}

static int make_mon_group(struct arena *arena, const struct rdt_group *group, const char *id,
	struct rdt_made *made, struct err *err)
{
	const char *path = rdt_mon_path(arena, group, id);

	if (mkdir(path, 0755) == 0) {
		made->mon_group = true;
		return 0;
	}
	err_sys(err, "mkdir %s", path);
	if (err->code == ENOSPC)
		err_hint(err, "the processor has no more monitoring ids (RMID): remove a "
			      "monitoring group");
	err_path(err, path);
	return err_config(err, "%s", RDT_CONFIG "/enableMonitoring");
}

static bool is_empty(const char *path)
{
	struct err ignored = ERR_INIT;
	char text[16];

	return cgroupfs_read(path, "tasks", text, sizeof(text), &ignored) == 0;
}

/* The lock is held. */
static void undo(struct arena *arena, const struct rdt_group *group, const char *id,
	const struct rdt_made *made)
{
	const char *path = rdt_group_path(arena, group);

	if (made->mon_group)
		rmdir(rdt_mon_path(arena, group, id));
	if (made->group && (group->is_own || is_empty(path)))
		rmdir(path);
}

int rdt_make(struct arena *arena, const struct rdt_host *host, const struct rdt_group *group,
	const struct oci_intel_rdt *config, const char *id, struct rdt_made *ret, struct err *err)
{
	struct rdt_made made = { false, false };
	AUTO_FD int lock = -1;
	int r = resctrl_lock(group->mount, &lock, err);

	if (r < 0)
		return err_config(err, "%s", RDT_CONFIG);
	r = make_control_group(arena, host, group, config, &made, err);
	if (r == 0 && group->is_monitored)
		r = make_mon_group(arena, group, id, &made, err);
	if (r < 0) {
		undo(arena, group, id, &made);
		return err_while(err, "Intel RDT");
	}
	*ret = made;
	return 0;
}

void rdt_undo(struct arena *arena, const struct rdt_group *group, const char *id,
	const struct rdt_made *made)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int lock = -1;

	if (!group || (!made->group && !made->mon_group))
		return;
	resctrl_lock(group->mount, &lock, &ignored);
	undo(arena, group, id, made);
}

/* ---- processes ---- */

static int enter(const char *mount, const char *path, pid_t pid, struct err *err)
{
	char number[16];
	int r;

	text_format(number, sizeof(number), "%d", (int)pid);
	r = resctrl_write(mount, path, "tasks", number, err);
	if (r < 0) {
		err_config(err, "%s", RDT_CONFIG);
		return err_while(err, "Intel RDT");
	}
	return 0;
}

/* The kernel takes only a process of the control group into a monitoring group below it. */
int rdt_enter(struct arena *arena, const struct rdt_group *group, const char *id, pid_t pid,
	struct err *err)
{
	int r;

	if (!group)
		return 0;
	r = enter(group->mount, rdt_group_path(arena, group), pid, err);
	if (r == 0 && group->is_monitored)
		r = enter(group->mount, rdt_mon_path(arena, group, id), pid, err);
	return r;
}

static int enter_threads(struct arena *arena, const struct rdt_group *group, const char *id,
	pid_t pid, struct err *err)
{
	DIR *dir = opendir(arena_printf(arena, "/proc/%d/task", (int)pid));
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_sys(err, "open /proc/%d/task", (int)pid);
	while (r == 0 && (entry = readdir(dir))) {
		struct err problem = ERR_INIT;
		uint32_t tid;

		if (parse_u32(entry->d_name, &tid) < 0)
			continue;
		r = rdt_enter(arena, group, id, (pid_t)tid, &problem);
		if (r == -ESRCH) /* it has ended */
			r = 0;
		else if (r < 0)
			*err = problem;
	}
	closedir(dir);
	return r;
}

int rdt_enter_all(struct arena *arena, const struct rdt_group *group, const char *id,
	const pid_t *pids, size_t n_pids, struct err *err)
{
	for (size_t i = 0; group && i < n_pids; i++) {
		int r = enter_threads(arena, group, id, pids[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- later ---- */

int rdt_check_write(struct arena *arena, const struct rdt_group *group,
	const struct oci_intel_rdt *config, struct err *err)
{
	if (text_equal(group->clos_id, "/"))
		return err_fail(err, EPERM,
			"Intel RDT: the container is in the default group, which is everybody's: "
			"%s/schemata is not changed for it",
			group->mount);
	return rdt_check_resources(arena, group->mount, config, err);
}

int rdt_write_schemata(struct arena *arena, const struct rdt_group *group,
	const struct oci_intel_rdt *config, struct err *err)
{
	struct rdt_lines lines = rdt_lines_of(arena, config);
	AUTO_FD int lock = -1;
	int r = resctrl_lock(group->mount, &lock, err);

	if (r == 0)
		r = write_lines(group->mount, rdt_group_path(arena, group), &lines, err);
	return r < 0 ? err_while(err, "Intel RDT") : 0;
}

static int remove_group(const char *path, struct err *err)
{
	if (rmdir(path) == 0 || errno == ENOENT || errno == ENODEV)
		return 0;
	err_sys(err, "rmdir %s", path);
	err_path(err, path);
	return err_while(err, "Intel RDT");
}

int rdt_remove(struct arena *arena, const struct rdt_group *group, const char *id, struct err *err)
{
	int r = 0;

	if (!group)
		return 0;
	if (group->is_monitored)
		r = remove_group(rdt_mon_path(arena, group, id), err);
	if (r == 0 && group->is_own)
		r = remove_group(rdt_group_path(arena, group), err);
	return r;
}
