/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update_changes: from the options of update to a "resources" object of the configuration.
 *
 * Layer 3, role command. Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "cli/option.h"
#include "oci/config.h"

struct update_options {
	const char *resources;
	struct option_number blkio_weight;
	struct option_number cpu_period;
	struct option_number cpu_quota;
	struct option_number cpu_burst;
	struct option_number cpu_share;
	struct option_number cpu_rt_period;
	struct option_number cpu_rt_runtime;
	struct option_number cpu_idle;
	struct option_number pids_limit;
	const char *cpuset_cpus;
	const char *cpuset_mems;
	const char *memory; /* bytes, or a size with a unit, "64m" */
	const char *memory_reservation;
	const char *memory_swap;
	const char *kernel_memory; /* accepted: the kernel has no such limit any more */
	const char *kernel_memory_tcp;
	const char *l3_cache_schema;
	const char *mem_bw_schema;
};

/*
 * Puts the options that were given over *resources; what was not given stays, absent fields stay
 * absent. What was there is borrowed, what is new lives in arena. EINVAL: "invalid value …".
 */
int update_apply_options(struct arena *arena, const struct update_options *options,
	struct oci_resources *resources, struct err *err);
