/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits_memory: memory, swap, reservation.
 *
 * The configuration counts swap as v1 does, together with memory; v2 counts it alone. A limit of 0
 * means "as it is", as it does for other runtimes; -1 is no limit. The limits of kernel memory,
 * which the kernel gave up (v1: deprecated in 5.4, v2: never there), are ignored.
 */
#include "core/cgroup/internal.h"

#include <errno.h>

#include "oci/config.h"

#define CONFIG "/linux/resources/memory/"

static bool is_set(const int64_t *value)
{
	return value && *value != 0;
}

static bool is_limit(const int64_t *value)
{
	return value && *value > 0;
}

static struct cgroup_write *add_bytes(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const char *config, const char *file, int64_t bytes)
{
	const char *unlimited = dir->is_v2 ? "max" : "-1";

	if (bytes < 0)
		return cgroup_limits_add(
			limits, CGROUP_CONTROLLER_MEMORY, dir, config, file, "%s", unlimited);
	return cgroup_limits_add(
		limits, CGROUP_CONTROLLER_MEMORY, dir, config, file, "%lld", (long long)bytes);
}

/* No more than the kernel takes: memory ≤ memory + swap. */
static int check_swap(const struct oci_memory *memory, struct err *err)
{
	if (!is_limit(memory->swap))
		return 0;
	if (is_limit(memory->limit) && *memory->swap < *memory->limit) {
		err_fail(err, EINVAL,
			"%lld bytes of memory and swap together are less than the memory limit of "
			"%lld",
			(long long)*memory->swap, (long long)*memory->limit);
		return err_config(err, CONFIG "swap");
	}
	if (memory->limit && *memory->limit < 0) {
		err_fail(
			err, EINVAL, "a limit of memory and swap together needs a limit of memory");
		return err_config(err, CONFIG "swap");
	}
	return 0;
}

/* ---- v1 ---- */

/* memory.limit_in_bytes ≤ memory.memsw.limit_in_bytes at any time: whichever is refused is written
 * after the other. */
static void plan_limit_v1(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_memory *memory)
{
	bool lifts_all = memory->limit && *memory->limit < 0 && !is_set(memory->swap);
	bool has_swap = is_set(memory->swap) || lifts_all;

	if (is_set(memory->limit) && (*memory->limit > 0 || limits->is_update))
		add_bytes(limits, dir, CONFIG "limit", "memory.limit_in_bytes", *memory->limit)
			->flags = has_swap ? CGROUP_WRITE_RETRY_AFTER_NEXT : 0;
	if (has_swap && (is_limit(memory->swap) || limits->is_update))
		add_bytes(limits, dir, CONFIG "swap", "memory.memsw.limit_in_bytes",
			lifts_all ? -1 : *memory->swap)
			->flags = is_limit(memory->swap) ? 0 : CGROUP_WRITE_OPTIONAL;
}

static void add_flag_v1(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const char *config, const char *file, const bool *value)
{
	if (value && (*value || limits->is_update))
		cgroup_limits_add(limits, CGROUP_CONTROLLER_MEMORY, dir, config, file, "%d", *value)
			->flags = *value ? 0 : CGROUP_WRITE_OPTIONAL;
}

static void plan_v1(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_memory *memory)
{
	if (memory->use_hierarchy && *memory->use_hierarchy)
		add_flag_v1(limits, dir, CONFIG "useHierarchy", "memory.use_hierarchy",
			memory->use_hierarchy);
	plan_limit_v1(limits, dir, memory);
	if (is_set(memory->reservation))
		add_bytes(limits, dir, CONFIG "reservation", "memory.soft_limit_in_bytes",
			*memory->reservation);
	if (is_set(memory->kernel_tcp))
		add_bytes(limits, dir, CONFIG "kernelTCP", "memory.kmem.tcp.limit_in_bytes",
			*memory->kernel_tcp)
			->flags = is_limit(memory->kernel_tcp) ? 0 : CGROUP_WRITE_OPTIONAL;
	add_flag_v1(limits, dir, CONFIG "disableOOMKiller", "memory.oom_control",
		memory->disable_oom_killer);
	if (memory->swappiness)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_MEMORY, dir, CONFIG "swappiness",
			"memory.swappiness", "%llu", (unsigned long long)*memory->swappiness);
}

/* ---- v2 ---- */

static int refuse_v1_only(const struct oci_memory *memory, struct err *err)
{
	if (is_limit(memory->kernel_tcp))
		return cgroup_limits_refuse(CONFIG "kernelTCP", "a limit of TCP buffers", err);
	if (memory->disable_oom_killer && *memory->disable_oom_killer)
		return cgroup_limits_refuse(
			CONFIG "disableOOMKiller", "the OOM killer cannot be disabled", err);
	if (memory->swappiness)
		return cgroup_limits_refuse(CONFIG "swappiness", "swappiness of a group", err);
	if (memory->use_hierarchy && !*memory->use_hierarchy)
		return cgroup_limits_refuse(
			CONFIG "useHierarchy", "accounting is always hierarchical", err);
	return 0;
}

/* memory and swap together − memory. */
static int plan_swap_v2(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_memory *memory, struct err *err)
{
	bool is_lifted = (memory->swap && *memory->swap < 0) ||
			 (!is_set(memory->swap) && memory->limit && *memory->limit < 0);
	int64_t swap;

	if (is_lifted) {
		if (limits->is_update)
			add_bytes(limits, dir, CONFIG "swap", "memory.swap.max", -1)->flags =
				CGROUP_WRITE_OPTIONAL;
		return 0;
	}
	if (!is_set(memory->swap))
		return 0;
	if (!is_limit(memory->limit)) {
		err_fail(
			err, EINVAL, "a limit of memory and swap together needs a limit of memory");
		return err_config(err, CONFIG "swap");
	}
	swap = *memory->swap - *memory->limit;
	/* 0 on a kernel without swap accounting: there is none anyway. */
	add_bytes(limits, dir, CONFIG "swap", "memory.swap.max", swap)->flags =
		swap == 0 ? CGROUP_WRITE_OPTIONAL : 0;
	return 0;
}

static int plan_v2(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_memory *memory, struct err *err)
{
	bool checks = memory->check_before_update && *memory->check_before_update;
	int r = refuse_v1_only(memory, err);

	if (r == 0)
		r = plan_swap_v2(limits, dir, memory, err);
	if (r < 0)
		return r;
	if (is_limit(memory->limit))
		add_bytes(limits, dir, CONFIG "limit", "memory.max", *memory->limit)->flags =
			checks ? CGROUP_WRITE_CHECKS_USAGE : 0;
	else if (memory->limit && *memory->limit < 0 && limits->is_update)
		add_bytes(limits, dir, CONFIG "limit", "memory.max", -1)->flags =
			CGROUP_WRITE_OPTIONAL;
	if (is_set(memory->reservation))
		add_bytes(limits, dir, CONFIG "reservation", "memory.low", *memory->reservation)
			->flags = is_limit(memory->reservation) ? 0 : CGROUP_WRITE_OPTIONAL;
	return 0;
}

static const char *limiting_field(const struct oci_memory *memory)
{
	if (is_limit(memory->limit))
		return CONFIG "limit";
	if (is_limit(memory->swap))
		return CONFIG "swap";
	if (is_limit(memory->reservation))
		return CONFIG "reservation";
	if (is_limit(memory->kernel_tcp))
		return CONFIG "kernelTCP";
	if (memory->swappiness)
		return CONFIG "swappiness";
	if (memory->disable_oom_killer && *memory->disable_oom_killer)
		return CONFIG "disableOOMKiller";
	return NULL;
}

int cgroup_plan_memory(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	const struct oci_memory *memory = r->memory;
	const struct cgroup_dir *dir;
	const char *field;
	int found;

	if (!memory)
		return 0;
	found = check_swap(memory, err);
	if (found < 0)
		return found;
	field = limiting_field(memory);
	found = cgroup_limits_dir(limits, CGROUP_CONTROLLER_MEMORY, !field,
		field ? field : CONFIG "limit", &dir, err);
	if (found <= 0)
		return found;
	if (dir->is_v2)
		return plan_v2(limits, dir, memory, err);
	plan_v1(limits, dir, memory);
	return 0;
}
