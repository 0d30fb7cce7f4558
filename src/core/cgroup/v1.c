/* SPDX-License-Identifier: Apache-2.0 */
/*
 * v1: hierarchies per controller; hybrid hosts have a v2 directory among them.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "oci/config.h"

enum {
	FREEZE_LIMIT_MSEC = 2000,
	KILL_LIMIT_MSEC = 5000,
	UNIFIED_LIMIT_MSEC = 500,
	STATE_BYTES = 32,
};

static int prepare(struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
	const struct cgroup_dir *cpuset = cgroup_find_dir(group, CGROUP_CONTROLLER_CPUSET);
	const struct cgroup_dir *unified = cgroup_unified_dir(group);
	int r = 0;

	if (cpuset && !cpuset->is_v2)
		r = cgroup_fill_cpuset(cpuset, err);
	if (r == 0 && unified && limits->required)
		r = cgroup_enable_controllers(unified, limits, err);
	return r;
}

/* ---- freezer ---- */

static int read_state(const char *dir, char state[STATE_BYTES], struct err *err)
{
	return cgroupfs_read(dir, "freezer.state", state, STATE_BYTES, err);
}

static int is_frozen(const struct cgroup *group, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_FREEZER);
	struct err problem = ERR_INIT;
	char state[STATE_BYTES];
	int r;

	if (!dir)
		return 0;
	r = read_state(dir->path, state, &problem);
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	return strcmp(state, "THAWED") != 0; /* FREEZING: new processes stop as well */
}

/* A process that forks while it is being frozen keeps the group in FREEZING; writing the state
 * again makes the kernel look again (freezer-subsystem.rst). */
static int wait_for_state(const char *dir, const char *wanted, struct err *err)
{
	struct cgroup_wait wait = cgroup_wait_start(FREEZE_LIMIT_MSEC);
	char state[STATE_BYTES];

	for (;;) {
		int r = cgroupfs_write(dir, "freezer.state", wanted, err);

		if (r == 0)
			r = read_state(dir, state, err);
		if (r < 0)
			return r;
		if (strcmp(state, wanted) == 0)
			return 0;
		if (!cgroup_wait_next(&wait))
			return err_fail(err, ETIMEDOUT, "%s stays in the state %s for %d ms", dir,
				state, FREEZE_LIMIT_MSEC);
	}
}

static int set_frozen(const struct cgroup *group, bool frozen, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_FREEZER);
	struct err ignored = ERR_INIT;
	int r;

	if (!dir) {
		err_fail(err, ENOTSUP, "no cgroup hierarchy has the controller \"freezer\"");
		return err_hint(err, "mount it: mount -t cgroup -o freezer cgroup "
				     "/sys/fs/cgroup/freezer");
	}
	r = wait_for_state(dir->path, frozen ? "FROZEN" : "THAWED", err);
	if (r < 0 && frozen)
		cgroupfs_write(dir->path, "freezer.state", "THAWED", &ignored);
	return r;
}

/* ---- kill ---- */

static int thaw_one(const char *dir, void *context, struct err *err)
{
	struct err ignored = ERR_INIT;

	(void)context;
	(void)err;
	cgroupfs_write(dir, "freezer.state", "THAWED", &ignored);
	return 0;
}

static void thaw_tree(const struct cgroup *group)
{
	const struct cgroup_dir *freezer = cgroup_find_dir(group, CGROUP_CONTROLLER_FREEZER);
	struct err ignored = ERR_INIT;

	if (freezer)
		cgroup_walk(freezer->path, thaw_one, NULL, &ignored);
}

/* On a hybrid host one write to the v2 directory reaches every process at once, new ones too;
 * frozen ones die when they are thawed. Best effort: whatever is left is found by pid. */
static void kill_by_unified(const struct cgroup *group, const struct cgroup_dir *unified)
{
	struct err ignored = ERR_INIT;

	if (is_frozen(group, &ignored) > 0 &&
		cgroupfs_write(unified->path, "cgroup.kill", "1", &ignored) == 0)
		thaw_tree(group);
	cgroup_kill_unified(unified, UNIFIED_LIMIT_MSEC, &ignored);
}

/* Frozen processes neither fork nor end, so that the listing is whole and no pid is used again;
 * they die when they are thawed. Without a freezer, or when freezing does not come to its end, the
 * rounds go on until none is left. */
static int kill_by_pid(const struct cgroup *group, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct cgroup_dir *freezer = cgroup_find_dir(group, CGROUP_CONTROLLER_FREEZER);
	struct err ignored = ERR_INIT;
	size_t n_pids;
	pid_t *pids;
	int r;

	if (freezer)
		cgroupfs_write(freezer->path, "freezer.state", "FROZEN", &ignored);
	r = cgroup_list_pids(&arena, group, &pids, &n_pids, err);
	for (size_t i = 0; r == 0 && i < n_pids; i++)
		if (pids[i] != getpid())
			kill(pids[i], SIGKILL);
	thaw_tree(group);
	return r;
}

static int count_processes(const struct cgroup *group, size_t *ret, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	size_t n_pids, n_others = 0;
	pid_t *pids;
	int r = cgroup_list_pids(&arena, group, &pids, &n_pids, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_pids; i++)
		n_others += pids[i] != getpid();
	*ret = n_others;
	return 0;
}

static int kill_all(const struct cgroup *group, struct err *err)
{
	struct cgroup_wait wait = cgroup_wait_start(KILL_LIMIT_MSEC);
	const struct cgroup_dir *unified = cgroup_unified_dir(group);

	if (unified)
		kill_by_unified(group, unified);
	for (;;) {
		size_t n_living;
		int r = count_processes(group, &n_living, err);

		if (r < 0 || n_living == 0)
			return r;
		r = kill_by_pid(group, err);
		if (r < 0)
			return r;
		if (!cgroup_wait_next(&wait))
			return err_fail(err, ETIMEDOUT,
				"%zu process(es) do not end within %d ms of SIGKILL", n_living,
				KILL_LIMIT_MSEC);
	}
}

/* ---- devices ---- */

static int explain_rule(struct err *err)
{
	if (err->code == EPERM)
		err_hint(err, "a group cannot have a device that its parent does not have");
	return err_config(err, "/linux/resources/devices");
}

static int write_rule(int fd, const char *dir, const char *file,
	const struct cgroup_device_rule *rule, struct err *err)
{
	char text[64];

	cgroup_device_format(rule, text);
	if (write(fd, text, strlen(text)) >= 0 || (errno == EPERM && rule->is_default))
		return 0;
	err_sys(err, "write \"%s\" to %s/%s", text, dir, file);
	return explain_rule(err);
}

static int write_exceptions(const char *dir, const struct cgroup_device_list *list, struct err *err)
{
	const char *file = list->allows_all ? "devices.deny" : "devices.allow";
	AUTO_FD int fd = -1;
	int r;

	if (list->n_exceptions == 0)
		return 0;
	r = cgroupfs_open(dir, file, O_WRONLY, &fd, err);
	for (size_t i = 0; r == 0 && i < list->n_exceptions; i++)
		r = write_rule(fd, dir, file, &list->exceptions[i], err);
	return r;
}

/* A new group has its parent's rules: on most hosts everything is allowed already. */
static bool allows_all_already(const char *dir)
{
	struct err ignored = ERR_INIT;
	char text[CGROUPFS_FILE_BYTES];

	return cgroupfs_read(dir, "devices.list", text, sizeof(text), &ignored) >= 0 &&
	       strcmp(text, "a *:* rwm") == 0;
}

static int set_devices(const struct cgroup *group, const struct oci_resources *resources,
	bool is_update, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_DEVICES);
	struct cgroup_device_rules rules;
	struct cgroup_device_list list;
	int r;

	if (!dir) {
		if (!resources || resources->n_devices == 0)
			return 0;
		err_fail(err, ENOTSUP, "no cgroup hierarchy has the controller \"devices\"");
		err_hint(err, "mount it: mount -t cgroup -o devices cgroup "
			      "/sys/fs/cgroup/devices");
		return err_config(err, "/linux/resources/devices");
	}
	r = cgroup_device_rules(&arena, resources, &rules, err);
	if (r == 0)
		r = cgroup_device_list(&arena, &rules, &list, err);
	if (r == 0 && !(list.allows_all && !is_update && allows_all_already(dir->path))) {
		r = cgroupfs_write(
			dir->path, list.allows_all ? "devices.allow" : "devices.deny", "a", err);
		if (r < 0)
			return explain_rule(err);
	}
	if (r == 0)
		r = write_exceptions(dir->path, &list, err);
	return r;
}

/* Not secure on v1 (runtime spec, "Cgroup ownership"). */
static int own(const struct cgroup *group, uid_t uid, struct err *err)
{
	(void)group;
	(void)uid;
	(void)err;
	return 0;
}

const struct cgroup_ops cgroup_ops_v1 = {
	.prepare = prepare,
	.open_entry = cgroup_open_v1_entry,
	.set_frozen = set_frozen,
	.is_frozen = is_frozen,
	.kill_all = kill_all,
	.set_devices = set_devices,
	.own = own,
	.read_stats = cgroup_stats_read_v1,
};
