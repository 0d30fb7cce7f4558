/* SPDX-License-Identifier: Apache-2.0 */
/*
 * v2: one tree, and what belongs to its core: freezing, killing, device programs, ownership.
 */
#include "core/cgroup/device_cache.h"
#include "core/cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "oci/config.h"
#include "sys/bpf.h"

enum {
	FREEZE_LIMIT_MSEC = 2000,
	KILL_LIMIT_MSEC = 5000,
	EVENTS_BYTES = 256,
	PROGRAMS_MAX = 64, /* the kernel's limit for one group */
};

static int prepare(struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
	return cgroup_enable_controllers(&group->dirs[0], limits, err);
}

static int open_entry(const struct cgroup *group, struct cgroup_entry *ret, struct err *err)
{
	ret->into_fd = open(group->dirs[0].path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ret->into_fd < 0)
		return err_sys(err, "open %s", group->dirs[0].path);
	return 0;
}

/* ---- cgroup.events ---- */

/* From the start of an open file, so that poll(2) waits for what comes after this reading. */
static int read_event(int fd, const char *key, uint64_t *ret, struct err *err)
{
	char text[EVENTS_BYTES];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	if (length < 0)
		return err_sys(err, "read cgroup.events");
	text[length] = '\0';
	if (!cgroup_text_find(text, key, ret))
		return err_fail(err, ENOTSUP, "cgroup.events has no line \"%s\"", key);
	return 0;
}

/* Every change of the file wakes poll (POLLPRI), so the steps of struct cgroup_wait bound it. */
static int wait_for_event(
	int fd, const char *key, uint64_t wanted, unsigned limit_msec, struct err *err)
{
	struct cgroup_wait wait = cgroup_wait_start(limit_msec);

	for (;;) {
		struct pollfd change = { .fd = fd, .events = POLLPRI };
		uint64_t value;
		int r = read_event(fd, key, &value, err);

		if (r < 0 || value == wanted)
			return r;
		if (poll(&change, 1, 1 << wait.step) == 0 && !cgroup_wait_next(&wait))
			return err_fail(err, ETIMEDOUT, "%s is still %d after %u ms", key,
				(int)value, limit_msec);
	}
}

static int is_frozen(const struct cgroup *group, struct err *err)
{
	struct err problem = ERR_INIT;
	char text[EVENTS_BYTES];
	uint64_t frozen = 0;
	int r = cgroupfs_read(group->dirs[0].path, "cgroup.events", text, sizeof(text), &problem);

	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	cgroup_text_find(text, "frozen", &frozen); /* before Linux 5.2 there is none */
	return frozen != 0;
}

static int set_frozen(const struct cgroup *group, bool frozen, struct err *err)
{
	const char *dir = group->dirs[0].path;
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;
	int r = cgroupfs_write(dir, "cgroup.freeze", frozen ? "1" : "0", err);

	if (r == -ENOENT)
		return err_hint(err, "Linux 5.2 is the first that can freeze a v2 cgroup");
	if (r == 0)
		r = cgroupfs_open(dir, "cgroup.events", O_RDONLY, &fd, err);
	if (r == 0)
		r = wait_for_event(fd, "frozen", frozen, FREEZE_LIMIT_MSEC, err);
	if (r < 0) {
		if (frozen)
			cgroupfs_write(dir, "cgroup.freeze", "0", &ignored);
		return err_while(err, "%s", dir);
	}
	return 0;
}

/* ---- kill ---- */

/* Before Linux 5.14. */
static int kill_by_pid(const struct cgroup_dir *dir, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct cgroup group = { .kind = CGROUP_KIND_V2, .dirs = { *dir }, .n_dirs = 1 };
	size_t n_pids;
	pid_t *pids;
	int r = cgroup_list_pids(&arena, &group, &pids, &n_pids, err);

	for (size_t i = 0; r == 0 && i < n_pids; i++)
		if (pids[i] != getpid())
			kill(pids[i], SIGKILL);
	return r;
}

static int kill_once(const struct cgroup_dir *dir, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = cgroupfs_write(dir->path, "cgroup.kill", "1", &problem);

	if (r == 0)
		return 0;
	/* ENOENT also when the group is gone; EOPNOTSUPP: a threaded group. */
	if (r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP)
		return kill_by_pid(dir, err);
	*err = problem;
	return r;
}

/* 1: processes are in the tree; 0: none, or it is gone. */
static int is_populated(int fd, struct err *err)
{
	struct err problem = ERR_INIT;
	uint64_t populated;
	int r = read_event(fd, "populated", &populated, &problem);

	if (r == 0)
		return populated != 0;
	if (r == -ENODEV)
		return 0;
	*err = problem;
	return r;
}

/* A process that forks while it is killed may leave a child behind only without cgroup.kill; the
 * rounds cover both. */
int cgroup_kill_unified(const struct cgroup_dir *dir, unsigned limit_msec, struct err *err)
{
	struct cgroup_wait wait = cgroup_wait_start(limit_msec);
	struct err problem = ERR_INIT;
	AUTO_FD int fd = -1;
	int r = cgroupfs_open(dir->path, "cgroup.events", O_RDONLY, &fd, &problem);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	for (;;) {
		struct pollfd change = { .fd = fd, .events = POLLPRI };

		r = is_populated(fd, err);
		if (r <= 0)
			return r;
		r = kill_once(dir, err);
		if (r < 0)
			return r;
		if (poll(&change, 1, 1 << wait.step) == 0 && !cgroup_wait_next(&wait))
			return err_fail(err, ETIMEDOUT,
				"processes in %s do not end within %u ms of SIGKILL", dir->path,
				limit_msec);
	}
}

static int kill_all(const struct cgroup *group, struct err *err)
{
	return cgroup_kill_unified(&group->dirs[0], KILL_LIMIT_MSEC, err);
}

/* ---- devices ---- */

static int detach(int group_fd, uint32_t id, struct err *err)
{
	AUTO_FD int program_fd = -1;
	int r = bpf_open_program(id, &program_fd, err);

	return r < 0 ? r : bpf_detach_device_program(group_fd, program_fd, err);
}

/*
 * The new program is attached before the former ones go: at no time is a device free that neither
 * the old nor the new rules allow. One that is kept may be what is attached already.
 */
static int replace_program(int group_fd, int program_fd, struct err *err)
{
	struct bpf_program_info info;
	uint32_t ids[PROGRAMS_MAX];
	bool is_attached = false;
	int n_ids, r = bpf_describe_program(program_fd, NULL, 0, &info, err);

	if (r < 0)
		return r;
	n_ids = bpf_query_device_programs(group_fd, ids, PROGRAMS_MAX, err);
	if (n_ids < 0)
		return n_ids;
	for (int i = 0; i < n_ids; i++)
		is_attached |= ids[i] == info.id;
	if (!is_attached)
		r = bpf_attach_device_program(group_fd, program_fd, err);
	for (int i = 0; r == 0 && i < n_ids; i++)
		if (ids[i] != info.id)
			r = detach(group_fd, ids[i], err);
	return r;
}

static int set_devices(const struct cgroup *group, const struct oci_resources *resources,
	bool is_update, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct cgroup_device_rules rules;
	struct bpf_insn *insns;
	size_t n_insns;
	AUTO_FD int program_fd = -1;
	int r = cgroup_device_rules(&arena, resources, &rules, err);

	if (r < 0)
		return r;
	cgroup_device_program(&arena, &rules, &insns, &n_insns);

	AUTO_FD int group_fd = open(group->dirs[0].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (group_fd < 0)
		return err_sys(err, "open %s", group->dirs[0].path);
	r = device_cache_load(insns, n_insns, &program_fd, err);
	if (r == 0 && (is_update || group->dirs[0].n_made == 0))
		r = replace_program(group_fd, program_fd, err);
	else if (r == 0)
		r = bpf_attach_device_program(group_fd, program_fd, err);
	if (r < 0) {
		err_config(err, "/linux/resources/devices");
		return err_path(err, group->dirs[0].path);
	}
	return 0;
}

/* ---- ownership ---- */

static int own_file(const char *dir, const char *file, uid_t uid, struct err *err)
{
	AUTO_FD int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", dir);
	if (fchownat(fd, file, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0 &&
		errno != ENOENT) /* the kernel's list names files that a group may not have */
		return err_sys(err, "chown %s/%s to user %u", dir, file, uid);
	return 0;
}

static int own(const struct cgroup *group, uid_t uid, struct err *err)
{
	/* Where the kernel does not tell (before Linux 4.15): what the runtime spec gives. */
	char list[CGROUPFS_FILE_BYTES] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads";
	const char *dir = group->dirs[0].path;
	struct err ignored = ERR_INIT;
	int r = own_file(dir, "", uid, err);

	cgroupfs_read("/sys/kernel/cgroup", "delegate", list, sizeof(list), &ignored);
	for (char *name = list; r == 0 && *name;) {
		size_t length = strcspn(name, "\n");
		bool is_last = name[length] == '\0';

		name[length] = '\0';
		if (length > 0 && !strchr(name, '/'))
			r = own_file(dir, name, uid, err);
		name += length + !is_last;
	}
	return r;
}

const struct cgroup_ops cgroup_ops_v2 = {
	.prepare = prepare,
	.open_entry = open_entry,
	.set_frozen = set_frozen,
	.is_frozen = is_frozen,
	.kill_all = kill_all,
	.set_devices = set_devices,
	.own = own,
	.read_stats = cgroup_stats_read_v2,
};
