/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats_v1: statistics from v1 hierarchies.
 */
#include "core/cgroup/internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Files with one number. */
static const struct {
	enum cgroup_controller controller;
	const char *file;
	size_t offset;
} numbers[] = {
#define STAT(controller, file, field)                                                      \
	{                                                                                  \
		CGROUP_CONTROLLER_##controller, file, offsetof(struct cgroup_stats, field) \
	}
	STAT(CPUACCT, "cpuacct.usage", cpu.total_nsec),
	STAT(CPUSET, "cpuset.cpu_exclusive", cpuset.cpu_exclusive),
	STAT(CPUSET, "cpuset.mem_exclusive", cpuset.mem_exclusive),
	STAT(CPUSET, "cpuset.mem_hardwall", cpuset.mem_hardwall),
	STAT(CPUSET, "cpuset.memory_migrate", cpuset.memory_migrate),
	STAT(CPUSET, "cpuset.memory_pressure", cpuset.memory_pressure),
	STAT(CPUSET, "cpuset.memory_spread_page", cpuset.memory_spread_page),
	STAT(CPUSET, "cpuset.memory_spread_slab", cpuset.memory_spread_slab),
	STAT(CPUSET, "cpuset.sched_load_balance", cpuset.sched_load_balance),
	STAT(MEMORY, "memory.usage_in_bytes", memory.usage.usage),
	STAT(MEMORY, "memory.max_usage_in_bytes", memory.usage.max),
	STAT(MEMORY, "memory.limit_in_bytes", memory.usage.limit),
	STAT(MEMORY, "memory.failcnt", memory.usage.failcnt),
	STAT(MEMORY, "memory.memsw.usage_in_bytes", memory.swap.usage),
	STAT(MEMORY, "memory.memsw.max_usage_in_bytes", memory.swap.max),
	STAT(MEMORY, "memory.memsw.limit_in_bytes", memory.swap.limit),
	STAT(MEMORY, "memory.memsw.failcnt", memory.swap.failcnt),
	STAT(MEMORY, "memory.kmem.usage_in_bytes", memory.kernel.usage),
	STAT(MEMORY, "memory.kmem.max_usage_in_bytes", memory.kernel.max),
	STAT(MEMORY, "memory.kmem.limit_in_bytes", memory.kernel.limit),
	STAT(MEMORY, "memory.kmem.failcnt", memory.kernel.failcnt),
	STAT(MEMORY, "memory.kmem.tcp.usage_in_bytes", memory.kernel_tcp.usage),
	STAT(MEMORY, "memory.kmem.tcp.max_usage_in_bytes", memory.kernel_tcp.max),
	STAT(MEMORY, "memory.kmem.tcp.limit_in_bytes", memory.kernel_tcp.limit),
	STAT(MEMORY, "memory.kmem.tcp.failcnt", memory.kernel_tcp.failcnt),
	STAT(PIDS, "pids.current", pids.current),
	STAT(PIDS, "pids.max", pids.limit),
#undef STAT
};

static const struct cgroup_dir *dir_of(
	const struct cgroup *group, enum cgroup_controller controller)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, controller);

	return dir && !dir->is_v2 ? dir : NULL;
}

static int read_numbers(const struct cgroup *group, struct cgroup_stats *ret, struct err *err)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct cgroup_dir *dir = dir_of(group, numbers[i].controller);
		uint64_t *field = (uint64_t *)((char *)ret + numbers[i].offset);
		int r = dir ? cgroup_stats_u64(dir->path, numbers[i].file, field, err) : 0;

		if (r < 0)
			return r;
	}
	if (ret->pids.limit == UINT64_MAX)
		ret->pids.limit = 0;
	return 0;
}

static int read_cpuacct(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err)
{
	uint64_t nsec_per_tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	const char *text;
	int r = cgroup_stats_text(arena, dir->path, "cpuacct.stat", &text, err);

	if (r > 0) {
		cgroup_text_find(text, "user", &ret->cpu.user_nsec);
		cgroup_text_find(text, "system", &ret->cpu.kernel_nsec);
		ret->cpu.user_nsec *= nsec_per_tick;
		ret->cpu.kernel_nsec *= nsec_per_tick;
		r = cgroup_stats_text(arena, dir->path, "cpuacct.usage_percpu", &text, err);
	}
	while (r > 0 && *text) {
		char *end;
		uint64_t value = strtoull(text, &end, 10);

		if (end == text)
			break;
		ARENA_APPEND(arena, ret->cpu.percpu_nsec, ret->cpu.n_percpu) = value;
		text = end + strspn(end, " \n");
	}
	return r < 0 ? r : 0;
}

static int read_cpu(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir->path, "cpu.stat", &text, err);

	if (r <= 0)
		return r;
	cgroup_text_find(text, "nr_periods", &ret->cpu.periods);
	cgroup_text_find(text, "nr_throttled", &ret->cpu.throttled_periods);
	cgroup_text_find(text, "throttled_time", &ret->cpu.throttled_nsec);
	return 0;
}

static int read_cpuset(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir->path, "cpuset.effective_cpus", &text, err);

	if (r > 0) {
		cgroup_stats_number_list(arena, text, &ret->cpuset.cpus, &ret->cpuset.n_cpus);
		r = cgroup_stats_text(arena, dir->path, "cpuset.effective_mems", &text, err);
	}
	if (r > 0) {
		cgroup_stats_number_list(arena, text, &ret->cpuset.mems, &ret->cpuset.n_mems);
		r = cgroup_stats_text(
			arena, dir->path, "cpuset.sched_relax_domain_level", &text, err);
	}
	if (r > 0)
		ret->cpuset.sched_relax_domain_level = strtoll(text, NULL, 10);
	return r < 0 ? r : 0;
}

static int read_memory(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir->path, "memory.stat", &text, err);

	if (r <= 0)
		return r;
	cgroup_text_find(text, "cache", &ret->memory.cache);
	cgroup_stats_raw(arena, text, &ret->memory.raw, &ret->memory.n_raw);
	return 0;
}

/* "8:0 Read 4096", or "8:0 123"; the last line, "Total 4096", has no device. */
static void read_io_lines(struct arena *arena, const char *text, struct cgroup_io_list *list)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *end;
		uint64_t major = strtoull(text, &end, 10), minor;
		const char *op = "", *word;

		if (end > text && *end == ':') {
			minor = strtoull(end + 1, &end, 10);
			word = end + (*end == ' ');
			if (*word >= 'A' && *word <= 'Z') {
				op = arena_strndup(arena, word, strcspn(word, " \n"));
				word += strlen(op) + 1;
			}
			cgroup_stats_add_io(
				arena, list, major, minor, op, strtoull(word, NULL, 10));
		}
		text += length + (text[length] == '\n');
	}
}

/* Of the scheduler if it counts, else of the throttling layer, which always does. */
static int read_io_file(struct arena *arena, const char *dir, const char *const *files,
	struct cgroup_io_list *list, struct err *err)
{
	for (; *files && list->n_entries == 0; files++) {
		const char *text;
		int r = cgroup_stats_text(arena, dir, *files, &text, err);

		if (r < 0)
			return r;
		if (r > 0)
			read_io_lines(arena, text, list);
	}
	return 0;
}

static const struct {
	size_t offset;
	const char *files[5];
} io_files[] = {
#define LIST(field) offsetof(struct cgroup_stats, blkio.field)
	{ LIST(service_bytes),
		{ "blkio.bfq.io_service_bytes_recursive", "blkio.io_service_bytes_recursive",
			"blkio.throttle.io_service_bytes_recursive",
			"blkio.throttle.io_service_bytes" } },
	{ LIST(serviced),
		{ "blkio.bfq.io_serviced_recursive", "blkio.io_serviced_recursive",
			"blkio.throttle.io_serviced_recursive", "blkio.throttle.io_serviced" } },
	{ LIST(queued), { "blkio.bfq.io_queued_recursive", "blkio.io_queued_recursive" } },
	{ LIST(service_time),
		{ "blkio.bfq.io_service_time_recursive", "blkio.io_service_time_recursive" } },
	{ LIST(wait_time), { "blkio.bfq.io_wait_time_recursive", "blkio.io_wait_time_recursive" } },
	{ LIST(merged), { "blkio.bfq.io_merged_recursive", "blkio.io_merged_recursive" } },
	{ LIST(time), { "blkio.bfq.time_recursive", "blkio.time_recursive" } },
	{ LIST(sectors), { "blkio.bfq.sectors_recursive", "blkio.sectors_recursive" } },
#undef LIST
};

static int read_io(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err)
{
	for (size_t i = 0; i < sizeof(io_files) / sizeof(io_files[0]); i++) {
		struct cgroup_io_list *list = (struct cgroup_io_list *)((char *)ret +
									io_files[i].offset);
		int r = read_io_file(arena, dir->path, io_files[i].files, list, err);

		if (r < 0)
			return r;
	}
	return 0;
}

typedef int reader_fn(struct arena *arena, const struct cgroup_dir *dir, struct cgroup_stats *ret,
	struct err *err);

static const struct {
	enum cgroup_controller controller;
	reader_fn *read;
} readers[] = {
	{ CGROUP_CONTROLLER_CPUACCT, read_cpuacct },
	{ CGROUP_CONTROLLER_CPU, read_cpu },
	{ CGROUP_CONTROLLER_CPUSET, read_cpuset },
	{ CGROUP_CONTROLLER_MEMORY, read_memory },
	{ CGROUP_CONTROLLER_IO, read_io },
	{ CGROUP_CONTROLLER_HUGETLB, cgroup_stats_hugetlb },
};

int cgroup_stats_read_v1(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err)
{
	const struct cgroup_dir *unified = cgroup_unified_dir(group);
	int r = read_numbers(group, ret, err);

	for (size_t i = 0; r == 0 && i < sizeof(readers) / sizeof(readers[0]); i++) {
		const struct cgroup_dir *dir = dir_of(group, readers[i].controller);

		if (dir)
			r = readers[i].read(arena, dir, ret, err);
	}
	if (r == 0 && unified && !dir_of(group, CGROUP_CONTROLLER_HUGETLB))
		r = cgroup_stats_hugetlb(arena, unified, ret, err);
	if (r == 0 && unified) /* v2 measures pressure without any controller */
		r = cgroup_stats_pressure(arena, unified->path, ret, err);
	return r;
}
