/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/limits.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/parse_size.h"

enum {
	CPU_PERIOD_USEC = 100000,
	CPU_QUOTA_MIN_USEC = 1000, /* the kernel's */
	CPUS_MAX = 8192,
};

/* Decimal, "0.5", "2": microseconds of processor time in each period. */
static int parse_cpus(const char *text, int64_t *ret_quota)
{
	size_t n_whole = strcspn(text, ".");
	uint64_t whole, quota;
	int64_t digit_usec = CPU_PERIOD_USEC / 10;

	if (parse_u64_n(text, n_whole, &whole) < 0 || whole > CPUS_MAX)
		return -EINVAL;
	quota = whole * CPU_PERIOD_USEC;
	text += n_whole;
	if (*text == '.' && text[1] == '\0')
		return -EINVAL;
	for (text += *text == '.'; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		quota += (uint64_t)(*text - '0') * (uint64_t)digit_usec;
		digit_usec /= 10;
	}
	if (quota < CPU_QUOTA_MIN_USEC)
		return -EINVAL;
	*ret_quota = (int64_t)quota;
	return 0;
}

static int take_memory(
	struct arena *arena, const char *text, struct oci_resources *resources, struct err *err)
{
	struct oci_memory *memory = ARENA_NEW(arena, struct oci_memory);
	int64_t *limit = ARENA_NEW(arena, int64_t);

	if (parse_size_bytes(text, limit) < 0 || *limit <= 0)
		return err_fail(err, EINVAL, "--memory %s: no size such as 64m", text);
	memory->limit = limit;
	resources->memory = memory;
	return 0;
}

static int take_cpus(
	struct arena *arena, const char *text, struct oci_resources *resources, struct err *err)
{
	struct oci_cpu *cpu = ARENA_NEW(arena, struct oci_cpu);
	int64_t *quota = ARENA_NEW(arena, int64_t);
	uint64_t *period = ARENA_NEW(arena, uint64_t);

	if (parse_cpus(text, quota) < 0)
		return err_fail(err, EINVAL, "--cpus %s: no number from 0.01 to %d such as 1.5",
			text, CPUS_MAX);
	*period = CPU_PERIOD_USEC;
	cpu->quota = quota;
	cpu->period = period;
	resources->cpu = cpu;
	return 0;
}

static int take_pids(
	struct arena *arena, int64_t number, struct oci_resources *resources, struct err *err)
{
	struct oci_pids *pids = ARENA_NEW(arena, struct oci_pids);
	int64_t *limit = ARENA_NEW(arena, int64_t);

	if (number <= 0)
		return err_fail(err, EINVAL, "--pids-limit %lld: at least 1, the program itself",
			(long long)number);
	*limit = number;
	pids->limit = limit;
	resources->pids = pids;
	return 0;
}

int limits_make(struct arena *arena, const struct limits_options *options,
	const struct oci_resources **ret, struct err *err)
{
	struct oci_resources *resources = ARENA_NEW(arena, struct oci_resources);
	int r = 0;

	if (options->memory)
		r = take_memory(arena, options->memory, resources, err);
	if (r == 0 && options->cpus)
		r = take_cpus(arena, options->cpus, resources, err);
	if (r == 0 && options->pids_limit.is_given)
		r = take_pids(arena, options->pids_limit.value, resources, err);
	if (r < 0)
		return r;
	*ret = resources->memory || resources->cpu || resources->pids ? resources : NULL;
	return 0;
}
