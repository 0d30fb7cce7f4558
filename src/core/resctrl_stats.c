/* SPDX-License-Identifier: Apache-2.0 */
/* What resctrl says of a group: the limits of the machine, its own schemata, what it used. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "core/resctrl_stats.h"
#include "sys/cgroupfs.h"

enum { RESCTRL_SCHEMATA_BYTES = 64 * 1024 };

/* Absent files are absent values: processors differ in what they have. */
static const char *read_text(struct arena *arena, const char *dir, const char *file)
{
	struct err absent = ERR_INIT;
	char text[CGROUPFS_FILE_BYTES];

	return cgroupfs_read(dir, file, text, sizeof(text), &absent) < 0
		       ? NULL
		       : arena_strdup(arena, text);
}

static uint64_t read_number(const char *dir, const char *file)
{
	struct err absent = ERR_INIT;
	uint64_t number = 0;

	return cgroupfs_read_u64(dir, file, &number, &absent) < 0 ? 0 : number;
}

/* The line of a resource in the schemata of dir, without the spaces in front; NULL: none. */
static const char *read_schema(struct arena *arena, const char *dir, const char *resource)
{
	struct err absent = ERR_INIT;
	char text[RESCTRL_SCHEMATA_BYTES];
	size_t length = strlen(resource);

	if (cgroupfs_read(dir, "schemata", text, sizeof(text), &absent) < 0)
		return NULL;
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n"), spaces = strspn(line, " ");

		if (n > spaces + length && strncmp(line + spaces, resource, length) == 0 &&
			line[spaces + length] == ':')
			return arena_strndup(arena, line + spaces, n - spaces);
		line += n + (line[n] == '\n');
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct resctrl_use *)a)->domain, ((const struct resctrl_use *)b)->domain);
}

static void read_use(struct arena *arena, const char *group_dir, struct resctrl_stats *ret)
{
	const char *data = path_join(arena, group_dir, "mon_data");
	DIR *dir = opendir(data);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *domain;

		if (!text_has_prefix(entry->d_name, "mon_L3_"))
			continue;
		domain = path_join(arena, data, entry->d_name);
		ARENA_APPEND(arena, ret->uses, ret->n_uses) = (struct resctrl_use){
			.domain = arena_strdup(arena, entry->d_name),
			.llc_occupancy = read_number(domain, "llc_occupancy"),
			.mbm_total_bytes = read_number(domain, "mbm_total_bytes"),
			.mbm_local_bytes = read_number(domain, "mbm_local_bytes"),
		};
	}
	if (dir)
		closedir(dir);
	if (ret->n_uses > 0)
		qsort(ret->uses, ret->n_uses, sizeof(*ret->uses), by_name);
	ret->has_occupancy = cgroupfs_has(ret->root, "info/L3_MON/max_threshold_occupancy");
	ret->has_bandwidth = ret->n_uses > 0 &&
			     cgroupfs_has(path_join(arena, data, ret->uses[0].domain),
				     "mbm_total_bytes");
}

/* The file system's root is the group's directory, or above it. */
static const char *root_of(struct arena *arena, const char *dir)
{
	char *root = arena_strdup(arena, dir);
	char *slash = strrchr(root, '/');

	if (!cgroupfs_has(root, "info") && slash && slash != root)
		*slash = '\0';
	return root;
}

void resctrl_read_stats(struct arena *arena, const struct resctrl *group, struct resctrl_stats *ret)
{
	const char *info;

	*ret = (struct resctrl_stats){ .root = NULL };
	if (!group->dir)
		return;
	ret->root = root_of(arena, group->dir);
	info = path_join(arena, ret->root, "info");
	ret->cbm_mask = read_text(arena, info, "L3/cbm_mask");
	ret->min_cbm_bits = read_number(info, "L3/min_cbm_bits");
	ret->l3_num_closids = read_number(info, "L3/num_closids");
	ret->has_mem_bw = cgroupfs_has(info, "MB/min_bandwidth");
	ret->bandwidth_gran = read_number(info, "MB/bandwidth_gran");
	ret->delay_linear = read_number(info, "MB/delay_linear");
	ret->min_bandwidth = read_number(info, "MB/min_bandwidth");
	ret->mb_num_closids = read_number(info, "MB/num_closids");
	ret->l3_schema_root = read_schema(arena, ret->root, "L3");
	ret->l3_schema = read_schema(arena, group->dir, "L3");
	ret->mb_schema_root = read_schema(arena, ret->root, "MB");
	ret->mb_schema = read_schema(arena, group->dir, "MB");
	read_use(arena, group->monitor ? group->monitor : group->dir, ret);
}
