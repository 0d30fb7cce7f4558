/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resctrl_stats: what the resctrl file system says of a container's group.
 *
 * Layer 2, role caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/resctrl.h"

/* Of one cache. */
struct resctrl_use {
	const char *domain;     /* "mon_L3_00" */
	uint64_t llc_occupancy; /* bytes */
	uint64_t mbm_total_bytes, mbm_local_bytes;
};

struct resctrl_stats {
	const char *root;     /* where it is mounted; NULL: the container is in no group */
	const char *cbm_mask; /* hexadecimal; NULL: L3 caches cannot be divided here */
	uint64_t min_cbm_bits, l3_num_closids;
	bool has_mem_bw;
	uint64_t bandwidth_gran, delay_linear, min_bandwidth, mb_num_closids;
	const char *l3_schema_root, *l3_schema; /* lines of schemata; NULL: none */
	const char *mb_schema_root, *mb_schema;
	bool has_occupancy, has_bandwidth;
	struct resctrl_use *uses; /* sorted by name */
	size_t n_uses;
};

/* What cannot be read is absent. */
void resctrl_read_stats(
	struct arena *arena, const struct resctrl *group, struct resctrl_stats *ret);
