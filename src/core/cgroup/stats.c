/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: what both versions write in the same form: pressure, lists of numbers, huge pages.
 */
#include "core/cgroup/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

int cgroup_stats_absent(int r)
{
	return r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP ? 0 : r;
}

int cgroup_stats_u64(const char *dir, const char *file, uint64_t *ret, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = cgroupfs_read_u64(dir, file, ret, &problem);

	if (cgroup_stats_absent(r) < 0)
		*err = problem;
	return cgroup_stats_absent(r);
}

int cgroup_stats_text(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = cgroup_text_read(arena, dir, file, ret, &problem);

	if (r == 0)
		return 1;
	if (cgroup_stats_absent(r) < 0)
		*err = problem;
	return cgroup_stats_absent(r);
}

void cgroup_stats_raw(
	struct arena *arena, const char *text, struct cgroup_memory_raw **ret, size_t *ret_count)
{
	struct cgroup_memory_raw *raw = NULL;
	size_t n_raw = 0;

	while (*text) {
		size_t length = strcspn(text, "\n"), key = strcspn(text, " ");
		uint64_t value;

		if (key < length && parse_u64_n(text + key + 1, length - key - 1, &value) == 0)
			ARENA_APPEND(arena, raw, n_raw) = (struct cgroup_memory_raw){
				.key = arena_strndup(arena, text, key),
				.value = value,
			};
		text += length + (text[length] == '\n');
	}
	*ret = raw;
	*ret_count = n_raw;
}

/* ---- pressure ---- */

static double find_number(const char *line, size_t length, const char *key)
{
	const char *found = memmem(line, length, key, strlen(key));

	return found ? strtod(found + strlen(key), NULL) : 0;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
static void read_psi_line(const char *line, size_t length, struct cgroup_psi_line *ret)
{
	const char *total = memmem(line, length, " total=", 7);

	ret->avg10 = find_number(line, length, " avg10=");
	ret->avg60 = find_number(line, length, " avg60=");
	ret->avg300 = find_number(line, length, " avg300=");
	ret->total_usec = total ? strtoull(total + 7, NULL, 10) : 0;
}

int cgroup_stats_psi(struct arena *arena, const char *dir, const char *file, struct cgroup_psi *ret,
	struct err *err)
{
	const char *text;
	int r = cgroup_stats_text(arena, dir, file, &text, err);

	if (r <= 0)
		return r;
	ret->is_present = true;
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (text_has_prefix(text, "some "))
			read_psi_line(text, length, &ret->some);
		else if (text_has_prefix(text, "full "))
			read_psi_line(text, length, &ret->full);
		text += length + (text[length] == '\n');
	}
	return 0;
}

/* ---- lists ---- */

void cgroup_stats_number_list(
	struct arena *arena, const char *text, uint16_t **ret, size_t *ret_count)
{
	uint16_t *numbers = NULL;
	size_t n_numbers = 0;

	while (*text) {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (end == text)
			break;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && first <= UINT16_MAX; first++)
			ARENA_APPEND(arena, numbers, n_numbers) = (uint16_t)first;
		text = end + (*end == ',');
	}
	*ret = numbers;
	*ret_count = n_numbers;
}

/* ---- huge pages ---- */

/* "hugepages-2048kB" → "2MB", as the files of the controller are named. */
static const char *page_size_name(struct arena *arena, const char *entry)
{
	static const char units[] = "KMG";
	const char *number = text_after_prefix(entry, "hugepages-");
	char *end;
	unsigned long size;
	unsigned unit = 0;

	if (!number)
		return NULL;
	size = strtoul(number, &end, 10);
	if (size == 0 || strcmp(end, "kB") != 0)
		return NULL;
	while (size % 1024 == 0 && unit < 2) {
		size /= 1024;
		unit++;
	}
	return arena_printf(arena, "%lu%cB", size, units[unit]);
}

static int read_hugetlb(struct arena *arena, const struct cgroup_dir *dir, const char *size,
	struct cgroup_hugetlb_use *ret, struct err *err)
{
	const char *current = dir->is_v2 ? "current" : "usage_in_bytes";
	const char *rsvd = "";
	const char *events;
	int r;

	/* Reservations where the kernel counts them. */
	if (cgroupfs_has(dir->path, arena_printf(arena, "hugetlb.%s.rsvd.%s", size, current)))
		rsvd = ".rsvd";
	ret->page_size = size;
	r = cgroup_stats_u64(dir->path, arena_printf(arena, "hugetlb.%s%s.%s", size, rsvd, current),
		&ret->usage, err);
	if (r == 0 && !dir->is_v2)
		r = cgroup_stats_u64(dir->path,
			arena_printf(arena, "hugetlb.%s%s.max_usage_in_bytes", size, rsvd),
			&ret->max, err);
	if (r == 0 && !dir->is_v2)
		return cgroup_stats_u64(dir->path,
			arena_printf(arena, "hugetlb.%s%s.failcnt", size, rsvd), &ret->failcnt,
			err);
	if (r == 0)
		r = cgroup_stats_text(arena, dir->path,
			arena_printf(arena, "hugetlb.%s.events", size), &events, err);
	if (r > 0)
		cgroup_text_find(events, "max", &ret->failcnt);
	return r < 0 ? r : 0;
}

int cgroup_stats_hugetlb(struct arena *arena, const struct cgroup_dir *dir,
	struct cgroup_stats *ret, struct err *err)
{
	DIR *sizes = opendir("/sys/kernel/mm/hugepages");
	struct dirent *entry;
	int r = 0;

	if (!sizes)
		return 0;
	while (r == 0 && (entry = readdir(sizes))) {
		const char *size = page_size_name(arena, entry->d_name);
		struct cgroup_hugetlb_use use = { .page_size = size };
		const char *file;

		if (!size)
			continue;
		file = arena_printf(
			arena, "hugetlb.%s.%s", size, dir->is_v2 ? "current" : "usage_in_bytes");
		if (!cgroupfs_has(dir->path, file))
			continue;
		r = read_hugetlb(arena, dir, size, &use, err);
		if (r == 0)
			ARENA_APPEND(arena, ret->hugetlb.entries, ret->hugetlb.n_entries) = use;
	}
	closedir(sizes);
	return r;
}

/* ---- block devices ---- */

void cgroup_stats_add_io(struct arena *arena, struct cgroup_io_list *list, uint64_t major,
	uint64_t minor, const char *op, uint64_t value)
{
	ARENA_APPEND(arena, list->entries, list->n_entries) = (struct cgroup_io_entry){
		.major = major,
		.minor = minor,
		.op = op,
		.value = value,
	};
}
