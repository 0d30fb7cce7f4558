/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rdt: the resource control group of one container, its part of caches and memory bandwidth
 * (runtime spec, "IntelRdt").
 *
 * Layer 2, role caller (and every later command on the container). Works on a mounted resctrl; a
 * mount point is always given, so that it can be anywhere.
 *
 * Life of a group, in this order:
 *
 *     rdt_plan           which group, and whether it can be had               reads only
 *     (state record, written before the first side effect)
 *     rdt_make           the group and its schemata; the monitoring group
 *     (spawn, ready)
 *     rdt_enter          the process, before it runs anything of the container's
 *     …
 *     rdt_check_record   any later command, from the record alone
 *     rdt_enter, rdt_write_schemata, rdt_read_stats
 *     rdt_remove         removes what was made for this container alone, nothing else
 *
 * Which group: closID names it, "/" is the default one; without closID it has the container's id
 * and must not be there before. A group that is there already is never changed or removed: what the
 * configuration asks of it has to be what it has. One that closID names and that is made here stays
 * when the container goes, as the spec wants it. rmdir(2) of a group gives its processes to the
 * default group: therefore a group that others may have entered is not removed while anyone is in
 * it.
 *
 * A NULL group is a container without intelRdt: rdt_enter, rdt_undo, rdt_remove and rdt_read_stats
 * then do nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"

#define RDT_CONFIG "/linux/intelRdt"

/* The host. */
struct rdt_host {
	const char *mount; /* mount point of resctrl; NULL: not mounted */
	bool is_known;     /* the kernel has it; only meant for the error when it is not mounted */
	bool is_mbps;      /* bandwidth counts in MB/s */
};

/* As it stands in the state record. */
struct rdt_group {
	const char *mount;   /* absolute */
	const char *clos_id; /* name of the control group; "/": the default one */
	bool is_own;         /* has the container's id and was made for it: goes with it */
	bool is_monitored;   /* has a monitoring group with the container's id: goes with it */
};

int rdt_host_read(struct arena *arena, struct rdt_host *ret, struct err *err);

/* config NULL: *ret is NULL. Refused, with the field in err->config: no resctrl (ENOTSUP), a
 * resource or monitoring that the machine does not have (ENOTSUP), a closID alone that is not there
 * (ENOENT), a group that is there and has other schemata or the container's id (EEXIST). */
int rdt_plan(struct arena *arena, const struct rdt_host *host, const struct oci_intel_rdt *config,
	const char *id, struct rdt_group **ret, struct err *err);

/* Directory of the control group. */
const char *rdt_group_path(struct arena *arena, const struct rdt_group *group);

/* What rdt_make() made, for rdt_undo(). */
struct rdt_made {
	bool group, mon_group;
};

/* Also checks again, under the lock, what may have changed since the plan. Undone on failure. */
int rdt_make(struct arena *arena, const struct rdt_host *host, const struct rdt_group *group,
	const struct oci_intel_rdt *config, const char *id, struct rdt_made *ret, struct err *err);

/* The container did not come to be: removes what was made, unless others are in it by now. */
void rdt_undo(struct arena *arena, const struct rdt_group *group, const char *id,
	const struct rdt_made *made);

/* The thread pid, and whatever it makes from then on. ESRCH: it has ended. */
int rdt_enter(struct arena *arena, const struct rdt_group *group, const char *id, pid_t pid,
	struct err *err);

/* All threads of the processes. Nobody should be making new ones meanwhile. */
int rdt_enter_all(struct arena *arena, const struct rdt_group *group, const char *id,
	const pid_t *pids, size_t n_pids, struct err *err);

/* Whether the schemata of the container's group can be changed so. EPERM: it is the default one;
 * ENOTSUP: the machine has no such resource. */
int rdt_check_write(struct arena *arena, const struct rdt_group *group,
	const struct oci_intel_rdt *config, struct err *err);

/* Line by line; after rdt_check_write(). */
int rdt_write_schemata(struct arena *arena, const struct rdt_group *group,
	const struct oci_intel_rdt *config, struct err *err);

/* Groups that are gone are no error. */
int rdt_remove(struct arena *arena, const struct rdt_group *group, const char *id, struct err *err);

/* The record may have been damaged, and what it says is removed: EINVAL. */
int rdt_check_record(const struct rdt_group *group, const char *id, struct err *err);

/* ---- statistics: what `events --stats` prints ---- */

struct rdt_mem_bw_use {
	uint64_t total_bytes, local_bytes; /* since the group was made */
};

struct rdt_stats {
	struct {
		bool is_present;
		const char *cbm_mask; /* hexadecimal */
		uint64_t min_cbm_bits, num_closids;
	} l3_info;
	struct {
		bool is_present;
		uint64_t bandwidth_gran, delay_linear, min_bandwidth, num_closids;
	} mem_bw_info;
	const char *l3_schema_root, *l3_schema; /* lines of schemata; NULL: none */
	const char *mem_bw_schema_root, *mem_bw_schema;
	/* One element for each L3 cache, in the order of their ids. Only of a group that the
	 * container does not share. What the kernel cannot tell (it says "Unavailable") is 0. */
	struct rdt_mem_bw_use *mem_bw;
	size_t n_mem_bw;
	uint64_t *llc_occupancy; /* bytes */
	size_t n_llc_occupancy;
};

int rdt_read_stats(struct arena *arena, const struct rdt_group *group, const char *id,
	struct rdt_stats *ret, struct err *err);
