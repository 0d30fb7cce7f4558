/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: resources of the configuration → files to write → writing them.
 *
 * One file per controller makes the writes (planners below, in this order); here they are executed.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "oci/config.h"

typedef int planner_fn(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);

static planner_fn *const planners[] = {
	cgroup_plan_cpuset, cgroup_plan_memory, cgroup_plan_cpu, cgroup_plan_pids, cgroup_plan_io,
	cgroup_plan_hugetlb, cgroup_plan_rdma, cgroup_plan_network,
	cgroup_plan_unified, /* last: it may change what the others set */
};

int cgroup_plan_limits(struct arena *arena, const struct cgroup *group,
	const struct oci_resources *resources, bool is_update, struct cgroup_limits *ret,
	struct err *err)
{
	struct cgroup_limits limits = { .arena = arena, .group = group, .is_update = is_update };

	for (size_t i = 0; resources && i < sizeof(planners) / sizeof(planners[0]); i++) {
		int r = planners[i](&limits, resources, err);

		if (r < 0)
			return r;
	}
	*ret = limits;
	return 0;
}

/* ---- for the planners ---- */

int cgroup_limits_dir(struct cgroup_limits *limits, enum cgroup_controller controller,
	bool is_unlimited, const char *config, const struct cgroup_dir **ret_dir, struct err *err)
{
	const struct cgroup_dir *dir = cgroup_find_dir(limits->group, controller);
	const char *name = cgroup_controller_name(controller, false);

	if (dir) {
		if (dir->is_v2 && !is_unlimited)
			limits->required |= CGROUP_BIT(controller);
		*ret_dir = dir;
		return 1;
	}
	if (is_unlimited)
		return 0;
	if (limits->group->n_dirs == 0) {
		err_fail(err, ENOTSUP, "the container has no cgroup, so this limit cannot be kept");
		err_hint(err, "leave the limit out, or run where cgroups may be made");
	} else {
		err_fail(err, ENOTSUP, "no cgroup hierarchy has the controller \"%s\"", name);
		err_hint(err,
			"leave the limit out, or mount it: mount -t cgroup -o %s cgroup "
			"/sys/fs/cgroup/%s",
			name, name);
	}
	return err_config(err, "%s", config);
}

struct cgroup_write *cgroup_limits_add(struct cgroup_limits *limits,
	enum cgroup_controller controller, const struct cgroup_dir *dir, const char *config,
	const char *file, const char *format, ...)
{
	struct cgroup_write *write;
	char value[256];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	write = &ARENA_APPEND(limits->arena, limits->writes, limits->n_writes);
	*write = (struct cgroup_write){
		.controller = controller,
		.dir = dir,
		.file = file,
		.value = arena_strdup(limits->arena, value),
		.config = config,
	};
	return write;
}

const char *cgroup_limits_field(
	const struct cgroup_limits *limits, enum cgroup_controller controller)
{
	for (size_t i = 0; i < limits->n_writes; i++)
		if (limits->writes[i].controller == controller)
			return limits->writes[i].config;
	return "/linux/resources";
}

int cgroup_limits_refuse(const char *config, const char *why, struct err *err)
{
	err_fail(err, ENOTSUP, "cgroup v2 has no such setting: %s", why);
	return err_config(err, "%s", config);
}

/* ---- executing ---- */

static int write_lines(
	const struct cgroup_write *write, const char *file, const char *value, struct err *err)
{
	char line[CGROUPFS_FILE_BYTES];

	do {
		size_t length = strcspn(value, "\n");
		int r;

		if (length >= sizeof(line))
			return err_fail(err, E2BIG, "a line for %s has %zu bytes", file, length);
		memcpy(line, value, length);
		line[length] = '\0';
		value += length + (value[length] == '\n');
		r = length > 0 ? cgroupfs_write(write->dir->path, file, line, err) : 0;
		if (r < 0)
			return r;
	} while (*value);
	return 0;
}

/* cpu.max is "QUOTA PERIOD"; the period alone cannot be written. */
static int write_period(const struct cgroup_write *write, struct err *err)
{
	char text[CGROUPFS_FILE_BYTES];
	char value[128];
	int r = cgroupfs_read(write->dir->path, write->file, text, sizeof(text), err);

	if (r < 0)
		return r;
	text_format(value, sizeof(value), "%.*s %s", (int)strcspn(text, " "), text, write->value);
	return cgroupfs_write(write->dir->path, write->file, value, err);
}

static int check_usage(const struct cgroup_write *write, struct err *err)
{
	struct err ignored = ERR_INIT;
	uint64_t limit, usage;

	if (cgroupfs_read_u64(write->dir->path, "memory.current", &usage, &ignored) < 0)
		return 0; /* no controller yet: the write itself will say so */
	if (parse_u64(write->value, &limit) < 0 || usage <= limit)
		return 0;
	return err_fail(err, EBUSY,
		"the memory limit of %s bytes is below the current usage of %llu bytes",
		write->value, (unsigned long long)usage);
}

static int write_value(
	const struct cgroup_write *write, const char *file, const char *value, struct err *err)
{
	if (write->flags & CGROUP_WRITE_LINES)
		return write_lines(write, file, value, err);
	if (write->flags & CGROUP_WRITE_KEEPS_QUOTA)
		return write_period(write, err);
	if (write->flags & CGROUP_WRITE_CHECKS_USAGE) {
		int r = check_usage(write, err);

		if (r < 0)
			return r;
	}
	return cgroupfs_write(write->dir->path, file, value, err);
}

static int write_once(const struct cgroup_write *write, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = write_value(write, write->file, write->value, &problem);

	if (r == -ENOENT && write->fallback_file) {
		problem = ERR_INIT;
		r = write_value(write, write->fallback_file, write->fallback_value, &problem);
	}
	if (r == -ENOENT && write->flags & CGROUP_WRITE_OPTIONAL)
		return 0;
	if (r < 0)
		*err = problem;
	return r;
}

/* What the kernel means when it refuses a value. */
static const struct {
	const char *file; /* beginning of its name */
	int code;
	const char *meaning;
} meanings[] = {
	{ "memory.limit_in_bytes", EBUSY, "the container uses more memory than this already" },
	{ "memory.limit_in_bytes", EINVAL, "the limit is above that of memory and swap together" },
	{ "memory.memsw.", EBUSY, "the container uses more memory and swap than this already" },
	{ "memory.memsw.", EINVAL, "memory and swap together are less than the memory limit" },
	{ "cpu.cfs_quota_us", EINVAL,
		"quota / period is above what the parent group has, below 1 ms, or below the "
		"burst" },
	{ "cpu.cfs_period_us", EINVAL,
		"the period is not within 1000 to 1000000 µs, or quota / period is above what the "
		"parent group has" },
	{ "cpu.cfs_burst_us", EINVAL, "the burst is above the quota" },
	{ "cpu.max.burst", EINVAL, "the burst is above the quota" },
	{ "cpu.max", EINVAL,
		"quota and period are 1000 µs at least, the period is 1000000 µs at most" },
	{ "cpu.rt_runtime_us", EINVAL,
		"the parent group has not that much realtime runtime to give" },
	{ "cpu.weight", EINVAL, "an idle group has no weight" },
	{ "cpu.shares", EINVAL, "an idle group has no shares" },
	{ "cpuset.cpus", EINVAL, "the list names a CPU that is not there" },
	{ "cpuset.cpus", EACCES, "the parent group does not have all of these CPUs" },
	{ "cpuset.cpus", ENOSPC, "the group has processes, so the list cannot be empty" },
	{ "cpuset.mems", EINVAL, "the list names a memory node that is not there" },
	{ "cpuset.mems", EACCES, "the parent group does not have all of these memory nodes" },
	{ "cpuset.mems", ENOSPC, "the group has processes, so the list cannot be empty" },
	{ "io.max", ENODEV, "there is no such block device (partitions do not count)" },
	{ "blkio.throttle.", ENODEV, "there is no such block device (partitions do not count)" },
	{ "io.", EOPNOTSUPP, "the device's I/O scheduler does not know weights" },
	{ "io.", ENODEV, "there is no such block device (partitions do not count)" },
	{ "net_prio.ifpriomap", ENODEV, "there is no such network interface" },
	{ "rdma.max", ENODEV, "there is no such RDMA device" },
};

static void explain_meaning(const struct cgroup_write *write, struct err *err)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == err->code &&
			text_has_prefix(write->file, meanings[i].file)) {
			err_hint(err, "%s", meanings[i].meaning);
			return;
		}
}

static bool has_controller(const char *dir, const char *name)
{
	char text[CGROUPFS_FILE_BYTES], word[64];
	struct err ignored = ERR_INIT;
	char padded[CGROUPFS_FILE_BYTES + 2];

	if (cgroupfs_read(dir, "cgroup.controllers", text, sizeof(text), &ignored) < 0)
		return true;
	text_format(padded, sizeof(padded), " %s ", text);
	text_format(word, sizeof(word), " %s ", name);
	return strstr(padded, word) != NULL;
}

/* The file is not there: because of its controller, or of the kernel. */
static void explain_missing(const struct cgroup_write *write, struct err *err)
{
	char name[64];
	const char *dir = write->dir->path;

	if (write->controller == CGROUP_CONTROLLER_COUNT)
		text_format(
			name, sizeof(name), "%.*s", (int)strcspn(write->file, "."), write->file);
	else
		text_copy(name, sizeof(name),
			cgroup_controller_name(write->controller, write->dir->is_v2));
	if (write->dir->is_v2 && strcmp(name, "cgroup") != 0 && !has_controller(dir, name)) {
		err_fail(err, ENOTSUP, "the cgroup controller \"%s\" is not available in %s", name,
			dir);
		err_hint(err, "the parents' cgroup.subtree_control must hand it down, and the "
			      "kernel must have it");
	} else {
		err_fail(err, ENOTSUP, "this kernel has no %s in %s", write->file, dir);
		err_hint(err, "leave the limit out, or use a kernel that has it");
	}
}

static int explain(const struct cgroup_write *write, struct err *err)
{
	if (err->code == ENOENT)
		explain_missing(write, err);
	else
		explain_meaning(write, err);
	err_config(err, "%s", write->config);
	return -err->code;
}

/* The writes that were put off, the last one first. */
static int retry(const struct cgroup_write *const *late, size_t n_late, struct err *err)
{
	while (n_late-- > 0) {
		int r = write_once(late[n_late], err);

		if (r < 0)
			return explain(late[n_late], err);
	}
	return 0;
}

static int apply_chain(
	const struct cgroup_write *writes, size_t n_writes, size_t *ret_done, struct err *err)
{
	enum { CHAIN_MAX = 4 };
	const struct cgroup_write *put_off[CHAIN_MAX];
	size_t n_put_off = 0, i = 0;

	for (;; i++) {
		bool may_wait = writes[i].flags & CGROUP_WRITE_RETRY_AFTER_NEXT &&
				i + 1 < n_writes && n_put_off < CHAIN_MAX;
		struct err problem = ERR_INIT;
		int r = write_once(&writes[i], &problem);

		if (r == -EINVAL && may_wait) {
			put_off[n_put_off++] = &writes[i];
			continue;
		}
		if (r < 0) {
			*err = problem;
			return explain(&writes[i], err);
		}
		if (!may_wait)
			break;
	}
	*ret_done = i + 1;
	return retry(put_off, n_put_off, err);
}

int cgroup_apply_limits(const struct cgroup_limits *limits, bool late, struct err *err)
{
	for (size_t i = 0; i < limits->n_writes;) {
		size_t n_done = 1;
		int r = 0;

		if (late == ((limits->writes[i].flags & CGROUP_WRITE_LATE) != 0))
			r = apply_chain(limits->writes + i, limits->n_writes - i, &n_done, err);
		if (r < 0)
			return r;
		i += n_done;
	}
	return 0;
}
