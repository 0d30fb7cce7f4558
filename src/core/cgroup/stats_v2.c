/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats_v2: statistics from a v2 directory, in the terms of v1 that readers of `events` know: swap
 * is memory and swap together, times are nanoseconds.
 */
#include "core/cgroup/internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NSEC_PER_USEC = 1000 };

static const struct {
	const char *file;
	size_t offset;
} numbers[] = {
#define STAT(file, field)                                  \
	{                                                  \
		file, offsetof(struct cgroup_stats, field) \
	}
	STAT("memory.current", memory.usage.usage),
	STAT("memory.max", memory.usage.limit),
	STAT("memory.peak", memory.usage.max),
	STAT("memory.swap.current", memory.swap.usage),
	STAT("memory.swap.max", memory.swap.limit),
	STAT("memory.swap.peak", memory.swap.max),
	STAT("pids.current", pids.current),
	STAT("pids.max", pids.limit),
#undef STAT
};

static int read_numbers(const char *dir, struct cgroup_stats *ret, struct err *err)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)ret + numbers[i].offset);
		int r = cgroup_stats_u64(dir, numbers[i].file, field, err);

		if (r < 0)
			return r;
	}
	ret->memory.swap.usage += ret->memory.usage.usage;
	if (ret->memory.swap.limit != UINT64_MAX)
		ret->memory.swap.limit = ret->memory.usage.limit == UINT64_MAX
						 ? UINT64_MAX
						 : ret->memory.swap.limit + ret->memory.usage.limit;
	if (ret->pids.limit == UINT64_MAX)
		ret->pids.limit = 0;
	return 0;
}

static int read_cpu(struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err)
{
	const struct {
		const char *key;
		uint64_t *field;
		unsigned factor;
	} values[] = {
		{ "usage_usec", &ret->cpu.total_nsec, NSEC_PER_USEC },
		{ "user_usec", &ret->cpu.user_nsec, NSEC_PER_USEC },
		{ "system_usec", &ret->cpu.kernel_nsec, NSEC_PER_USEC },
		{ "nr_periods", &ret->cpu.periods, 1 },
		{ "nr_throttled", &ret->cpu.throttled_periods, 1 },
		{ "throttled_usec", &ret->cpu.throttled_nsec, NSEC_PER_USEC },
	};
	const char *text;
	int r = cgroup_stats_text(arena, dir, "cpu.stat", &text, err);

	for (size_t i = 0; r > 0 && i < sizeof(values) / sizeof(values[0]); i++)
		if (cgroup_text_find(text, values[i].key, values[i].field))
			*values[i].field *= values[i].factor;
	return r < 0 ? r : 0;
}

static int read_cpuset(
	struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir, "cpuset.cpus.effective", &text, err);

	if (r > 0) {
		cgroup_stats_number_list(arena, text, &ret->cpuset.cpus, &ret->cpuset.n_cpus);
		r = cgroup_stats_text(arena, dir, "cpuset.mems.effective", &text, err);
	}
	if (r > 0)
		cgroup_stats_number_list(arena, text, &ret->cpuset.mems, &ret->cpuset.n_mems);
	return r < 0 ? r : 0;
}

static int read_memory(
	struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir, "memory.stat", &text, err);

	if (r > 0) {
		cgroup_text_find(text, "file", &ret->memory.cache);
		cgroup_stats_raw(arena, text, &ret->memory.raw, &ret->memory.n_raw);
		r = cgroup_stats_text(arena, dir, "memory.events", &text, err);
	}
	if (r > 0)
		cgroup_text_find(text, "max", &ret->memory.usage.failcnt);
	return r < 0 ? r : 0;
}

static void read_io_value(struct arena *arena, uint64_t major, uint64_t minor, const char *word,
	struct cgroup_stats *ret)
{
	const struct {
		const char *key, *op;
		struct cgroup_io_list *list;
	} values[] = {
		{ "rbytes=", "Read", &ret->blkio.service_bytes },
		{ "wbytes=", "Write", &ret->blkio.service_bytes },
		{ "rios=", "Read", &ret->blkio.serviced },
		{ "wios=", "Write", &ret->blkio.serviced },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *value = text_after_prefix(word, values[i].key);

		if (value)
			cgroup_stats_add_io(arena, values[i].list, major, minor, values[i].op,
				strtoull(value, NULL, 10));
	}
}

/* "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0" */
static void read_io_line(
	struct arena *arena, const char *line, const char *line_end, struct cgroup_stats *ret)
{
	char *end;
	uint64_t major = strtoull(line, &end, 10), minor;

	if (end == line || *end != ':')
		return;
	minor = strtoull(end + 1, &end, 10);
	for (const char *word = end; word < line_end && *word == ' ';) {
		word++;
		read_io_value(arena, major, minor, word, ret);
		word += strcspn(word, " \n");
	}
}

static int read_io(struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir, "io.stat", &text, err);

	while (r > 0 && *text) {
		size_t length = strcspn(text, "\n");

		read_io_line(arena, text, text + length, ret);
		text += length + (text[length] == '\n');
	}
	return r < 0 ? r : 0;
}

int cgroup_stats_pressure(
	struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err)
{
	int r = cgroup_stats_psi(arena, dir, "cpu.pressure", &ret->cpu.psi, err);

	if (r == 0)
		r = cgroup_stats_psi(arena, dir, "memory.pressure", &ret->memory.psi, err);
	if (r == 0)
		r = cgroup_stats_psi(arena, dir, "io.pressure", &ret->blkio.psi, err);
	return r;
}

typedef int reader_fn(
	struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err);

static reader_fn *const readers[] = {
	read_cpu,
	read_cpuset,
	read_memory,
	read_io,
	cgroup_stats_pressure,
};

int cgroup_stats_read_v2(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err)
{
	const char *dir = group->dirs[0].path;
	int r = read_numbers(dir, ret, err);

	for (size_t i = 0; r == 0 && i < sizeof(readers) / sizeof(readers[0]); i++)
		r = readers[i](arena, dir, ret, err);
	if (r == 0)
		r = cgroup_stats_hugetlb(arena, &group->dirs[0], ret, err);
	return r;
}
