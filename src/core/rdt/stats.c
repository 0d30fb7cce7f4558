/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: what resctrl tells of a group. A file that this machine does not have leaves its field
 * empty.
 */
#include "core/rdt/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/parse.h"
#include "base/text.h"
#include "sys/cgroupfs.h"

/* 0 where there is none, or no number: "Unavailable", "Unassigned", "Error". */
static uint64_t read_number(const char *dir, const char *file)
{
	struct err ignored = ERR_INIT;
	uint64_t value = 0;

	if (cgroupfs_has(dir, file))
		cgroupfs_read_u64(dir, file, &value, &ignored);
	return value;
}

/* ---- what there is to divide ---- */

static int read_l3_info(
	struct arena *arena, const char *mount, struct rdt_stats *stats, struct err *err)
{
	const char *dir = arena_printf(arena, "%s/info/L3", mount);

	if (!cgroupfs_has(dir, "cbm_mask"))
		dir = arena_printf(arena, "%s/info/L3CODE", mount);
	if (!cgroupfs_has(dir, "cbm_mask"))
		return 0;
	stats->l3_info.is_present = true;
	stats->l3_info.min_cbm_bits = read_number(dir, "min_cbm_bits");
	stats->l3_info.num_closids = read_number(dir, "num_closids");
	return rdt_read(arena, dir, "cbm_mask", &stats->l3_info.cbm_mask, err);
}

static void read_mem_bw_info(struct arena *arena, const char *mount, struct rdt_stats *stats)
{
	const char *dir = arena_printf(arena, "%s/info/MB", mount);

	if (!cgroupfs_has(dir, "num_closids"))
		return;
	stats->mem_bw_info.is_present = true;
	stats->mem_bw_info.bandwidth_gran = read_number(dir, "bandwidth_gran");
	stats->mem_bw_info.delay_linear = read_number(dir, "delay_linear");
	stats->mem_bw_info.min_bandwidth = read_number(dir, "min_bandwidth");
	stats->mem_bw_info.num_closids = read_number(dir, "num_closids");
}

static int read_schemata(struct arena *arena, const char *dir, const char **ret_l3,
	const char **ret_mem_bw, struct err *err)
{
	const char *text;
	int r;

	if (!cgroupfs_has(dir, "schemata")) /* unmounted since, or the group was removed */
		return 0;
	r = rdt_read(arena, dir, "schemata", &text, err);
	if (r < 0)
		return r;
	*ret_l3 = rdt_schemata_lines(arena, text, "L3");
	*ret_mem_bw = rdt_schemata_lines(arena, text, "MB:");
	return 0;
}

/* ---- what was used ---- */

struct domains {
	uint64_t *ids;
	size_t n_ids;
};

static int compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* "mon_L3_00", "mon_L3_01"; other resources have other names. */
static int list_domains(
	struct arena *arena, const char *mon_data, struct domains *ret, struct err *err)
{
	DIR *dir = opendir(mon_data);
	struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : err_sys(err, "open %s", mon_data);
	while ((entry = readdir(dir))) {
		const char *number = text_after_prefix(entry->d_name, "mon_L3_");
		uint64_t id;

		if (number && parse_u64(number, &id) == 0)
			ARENA_APPEND(arena, ret->ids, ret->n_ids) = id;
	}
	closedir(dir);
	if (ret->n_ids > 1)
		qsort(ret->ids, ret->n_ids, sizeof(*ret->ids), compare_ids);
	return 0;
}

static void read_domain(struct arena *arena, const char *dir, struct rdt_stats *stats)
{
	if (cgroupfs_has(dir, "mbm_total_bytes") || cgroupfs_has(dir, "mbm_local_bytes"))
		ARENA_APPEND(arena, stats->mem_bw, stats->n_mem_bw) = (struct rdt_mem_bw_use){
			.total_bytes = read_number(dir, "mbm_total_bytes"),
			.local_bytes = read_number(dir, "mbm_local_bytes"),
		};
	if (cgroupfs_has(dir, "llc_occupancy"))
		ARENA_APPEND(arena, stats->llc_occupancy, stats->n_llc_occupancy) = read_number(
			dir, "llc_occupancy");
}

/* Of a shared group the numbers are not the container's. */
static int read_monitoring(struct arena *arena, const struct rdt_group *group, const char *id,
	struct rdt_stats *stats, struct err *err)
{
	struct domains domains = { NULL, 0 };
	const char *path = group->is_monitored ? rdt_mon_path(arena, group, id)
					       : rdt_group_path(arena, group);
	const char *mon_data = arena_printf(arena, "%s/mon_data", path);
	int r;

	if (!group->is_monitored && !group->is_own)
		return 0;
	r = list_domains(arena, mon_data, &domains, err);
	for (size_t i = 0; r == 0 && i < domains.n_ids; i++)
		read_domain(arena,
			arena_printf(arena, "%s/mon_L3_%02llu", mon_data,
				(unsigned long long)domains.ids[i]),
			stats);
	return r;
}

int rdt_read_stats(struct arena *arena, const struct rdt_group *group, const char *id,
	struct rdt_stats *ret, struct err *err)
{
	struct rdt_stats stats = { .n_mem_bw = 0 };
	int r;

	if (!group) {
		*ret = stats;
		return 0;
	}
	r = read_l3_info(arena, group->mount, &stats, err);
	if (r == 0)
		r = read_schemata(
			arena, group->mount, &stats.l3_schema_root, &stats.mem_bw_schema_root, err);
	if (r == 0)
		r = read_schemata(arena, rdt_group_path(arena, group), &stats.l3_schema,
			&stats.mem_bw_schema, err);
	if (r == 0)
		r = read_monitoring(arena, group, id, &stats, err);
	if (r < 0)
		return err_while(err, "Intel RDT");
	read_mem_bw_info(arena, group->mount, &stats);
	*ret = stats;
	return 0;
}
