/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/audit_groups.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/cgroup/cgroup.h"
#include "sys/bpf.h"
#include "sys/cgroupfs.h"

enum { PROGRAMS_MAX = 64 };

/* ---- limits ---- */

typedef int read_value_fn(
	const struct cgroup_dir *dir, const char *path, uint64_t *ret, struct err *err);

static int read_memory(
	const struct cgroup_dir *dir, const char *path, uint64_t *ret, struct err *err)
{
	return cgroupfs_read_u64(
		path, dir->is_v2 ? "memory.max" : "memory.limit_in_bytes", ret, err);
}

static int read_pids(const struct cgroup_dir *dir, const char *path, uint64_t *ret, struct err *err)
{
	(void)dir;
	return cgroupfs_read_u64(path, "pids.max", ret, err);
}

/* Thousandths of a processor: "QUOTA PERIOD" on v2, two files on v1, where -1 is none. */
static int read_cpu(const struct cgroup_dir *dir, const char *path, uint64_t *ret, struct err *err)
{
	char text[64];
	uint64_t quota = 0, period = 0;
	const char *space;
	int r = cgroupfs_read(
		path, dir->is_v2 ? "cpu.max" : "cpu.cfs_quota_us", text, sizeof(text), err);

	if (r < 0)
		return r;
	space = text + strcspn(text, " ");
	if (text[0] == 'm' || text[0] == '-') {
		*ret = UINT64_MAX;
		return 0;
	}
	if (dir->is_v2)
		r = *space ? parse_u64(space + 1, &period) : -EINVAL;
	else
		r = cgroupfs_read_u64(path, "cpu.cfs_period_us", &period, err);
	if (r < 0 || parse_u64_n(text, (size_t)(space - text), &quota) < 0 || period == 0)
		return err_fail(
			err, EINVAL, "%s: the processor's share \"%s\" is none", path, text);
	*ret = quota * 1000 / period;
	return 0;
}

static const struct {
	struct audit_limit limit;
	enum cgroup_controller controller;
	read_value_fn *read;
} limits[] = {
	{ { .name = "memory",
		  .unit = "bytes",
		  .gain = "takes all memory of the host, whose processes are killed for it",
		  .option = "--memory (linux.resources.memory.limit)" },
		CGROUP_CONTROLLER_MEMORY, read_memory },
	{ { .name = "pids",
		  .unit = "processes",
		  .gain = "takes all process numbers of the host: nobody can start anything",
		  .option = "--pids-limit (linux.resources.pids.limit)" },
		CGROUP_CONTROLLER_PIDS, read_pids },
	{ { .name = "cpu",
		  .unit = "thousandths of a processor",
		  .gain = "takes all processors; others get their share beside it, no more",
		  .option = "--cpus (linux.resources.cpu.quota)" },
		CGROUP_CONTROLLER_CPU, read_cpu },
};

/* The path of a group, then of those above it, down to the mount point. */
static bool go_up(char *path, size_t mount_length)
{
	char *slash = strrchr(path, '/');

	if (strlen(path) <= mount_length || !slash)
		return false;
	path[(size_t)(slash - path) < mount_length ? mount_length : (size_t)(slash - path)] = '\0';
	return true;
}

static void read_levels(const struct cgroup_dir *dir, read_value_fn *read, struct arena *arena,
	struct audit_limit *limit)
{
	char *path = arena_strdup(arena, dir->path);

	if (text_equal(path + dir->mount_length, "/"))
		path[dir->mount_length] = '\0';
	do {
		struct err err = ERR_INIT;
		struct audit_limit_level level;
		int r = read(dir, path, &level.value, &err);

		if (r < 0 && r != -ENOENT) /* the root of v2 has no such file */
			limit->why = arena_strdup(arena, err.text);
		if (r < 0)
			continue;
		level.group = path[dir->mount_length]
				      ? arena_strdup(arena, path + dir->mount_length)
				      : "/";
		ARENA_APPEND(arena, limit->levels, limit->n_levels) = level;
	} while (go_up(path, dir->mount_length));
	if (limit->n_levels == 0 && !limit->why)
		limit->why = "it is in the root of the hierarchy, which has no limits, or has no "
			     "controller";
}

static void read_limits(const struct cgroup *group, struct audit_snapshot *snapshot)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct audit_limit limit = limits[i].limit;
		const struct cgroup_dir *dir = cgroup_find_dir(group, limits[i].controller);

		if (dir)
			read_levels(dir, limits[i].read, snapshot->arena, &limit);
		else
			limit.why = "no control group of it is to be seen here";
		ARENA_APPEND(snapshot->arena, snapshot->limits, snapshot->n_limits) = limit;
	}
}

/* ---- device rules ---- */

static int add_program(uint32_t id, struct audit_snapshot *snapshot, struct err *err)
{
	struct bpf_insn *insns = ARENA_NEW_ARRAY(snapshot->arena, BPF_MAXINSNS, struct bpf_insn);
	struct bpf_program_info info = { 0 };
	AUTO_FD int fd = -1;
	int r = bpf_open_program(id, &fd, err);

	if (r == 0)
		r = bpf_describe_program(fd, insns, BPF_MAXINSNS, &info, err);
	if (r < 0)
		return r;
	if (info.n_insns == 0 || info.n_insns > BPF_MAXINSNS || insns[0].code == 0)
		return err_fail(err, EPERM, "the kernel does not show the device program %u", id);
	ARENA_APPEND(snapshot->arena, snapshot->device_programs,
		snapshot->n_device_programs) = (struct audit_device_program){ insns, info.n_insns };
	return 0;
}

static int read_programs(
	const struct cgroup_dir *dir, struct audit_snapshot *snapshot, struct err *err)
{
	uint32_t ids[PROGRAMS_MAX];
	int n, r = 0;

	AUTO_FD int fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", dir->path);
	n = bpf_query_effective_device_programs(fd, ids, PROGRAMS_MAX, err);
	for (int i = 0; r == 0 && i < n; i++)
		r = add_program(ids[i], snapshot, err);
	if (n < 0 || r < 0)
		return n < 0 ? n : r;
	snapshot->device_rules = n > 0 ? AUDIT_DEVICE_RULES_PROGRAMS : AUDIT_DEVICE_RULES_NONE;
	return 0;
}

static int read_list(const struct cgroup_dir *dir, struct audit_snapshot *snapshot, struct err *err)
{
	char *text = arena_alloc(snapshot->arena, CGROUPFS_FILE_BYTES);
	int r = cgroupfs_read(dir->path, "devices.list", text, CGROUPFS_FILE_BYTES, err);

	if (r < 0)
		return r;
	snapshot->device_rules = AUDIT_DEVICE_RULES_LIST;
	snapshot->device_list = text;
	return 0;
}

/* v2 has no controller for it: programs are attached to the group itself. */
static const struct cgroup_dir *find_device_dir(const struct cgroup *group)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, CGROUP_CONTROLLER_DEVICES);

	for (size_t i = 0; !dir && i < group->n_dirs; i++)
		if (group->dirs[i].is_v2)
			dir = &group->dirs[i];
	return dir;
}

static void read_devices(const struct cgroup *group, struct audit_snapshot *snapshot)
{
	const struct cgroup_dir *dir = find_device_dir(group);
	struct err err = ERR_INIT;
	int r = 0;

	if (!dir)
		snapshot->device_rules = AUDIT_DEVICE_RULES_NONE;
	else if (dir->is_v2)
		r = read_programs(dir, snapshot, &err);
	else
		r = read_list(dir, snapshot, &err);
	if (r < 0)
		snapshot->devices_why = arena_strdup(snapshot->arena, err.text);
}

void audit_groups_read(pid_t pid, struct audit_snapshot *snapshot)
{
	struct err err = ERR_INIT;
	struct cgroup group;

	if (cgroup_of_process(snapshot->arena, pid, &group, &err) < 0) {
		snapshot->devices_why = arena_strdup(snapshot->arena, err.text);
		return;
	}
	read_limits(&group, snapshot);
	read_devices(&group, snapshot);
}
