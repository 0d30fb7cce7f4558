/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits_cpu: shares, quota, burst, idle, realtime; and which CPUs and memory nodes (cpuset).
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "oci/config.h"

#define CONFIG "/linux/resources/cpu/"

/* ---- shares → weight ---- */

/* By series, so that no mathematics library is linked (its variants for different processors cost
 * every start some relocations). Both are exact to about 1e-15 here. */
static double log_of(double x)
{
	int exponent = 0;
	double y, term, sum = 0;

	for (; x >= 2; exponent++)
		x /= 2;
	y = (x - 1) / (x + 1); /* ln x = 2 artanh y, y < 1/3 */
	term = y;
	for (int i = 1; i < 40; i += 2, term *= y * y)
		sum += term / i;
	return 2 * sum + exponent * 0.69314718055994530942;
}

static double exp_of(double x)
{
	double term = 1, sum = 1;

	for (int i = 1; i < 60; i++) {
		term *= x / i;
		sum += term;
	}
	return sum;
}

/* 10^((l² + 125 l) / 612 − 7/34) with l = log2(shares): it maps the least, the default and the
 * greatest value of v1 onto those of v2. */
uint64_t cgroup_weight_of_shares(uint64_t shares)
{
	enum { SHARES_MIN = 2, SHARES_MAX = 262144, WEIGHT_MIN = 1, WEIGHT_MAX = 10000 };
	double l, weight;
	uint64_t whole;

	if (shares <= SHARES_MIN)
		return WEIGHT_MIN;
	if (shares >= SHARES_MAX)
		return WEIGHT_MAX;
	l = log_of((double)shares) / 0.69314718055994530942;
	weight = exp_of(((l * l + 125 * l) / 612 - 7.0 / 34) * 2.30258509299404568402);
	whole = (uint64_t)weight;
	return weight - (double)whole > 1e-9 ? whole + 1 : whole; /* upwards */
}

/* ---- v1 and v2 ---- */

/* 0 means "as it is", as it does for other runtimes. */
static bool is_set(const uint64_t *value)
{
	return value && *value != 0;
}

static bool is_set_signed(const int64_t *value)
{
	return value && *value != 0;
}

static void plan_shares(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_cpu *cpu)
{
	if (!is_set(cpu->shares))
		return;
	if (dir->is_v2)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "shares", "cpu.weight",
			"%llu", (unsigned long long)cgroup_weight_of_shares(*cpu->shares));
	else
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "shares", "cpu.shares",
			"%llu", (unsigned long long)*cpu->shares);
}

/* An idle group takes no weight: the weight comes first when it becomes idle, else after. */
static void plan_weight(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_cpu *cpu)
{
	bool becomes_idle = cpu->idle && *cpu->idle != 0;

	if (becomes_idle)
		plan_shares(limits, dir, cpu);
	if (cpu->idle && (becomes_idle || limits->is_update))
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "idle", "cpu.idle",
			"%lld", (long long)*cpu->idle)
			->flags = becomes_idle ? 0 : CGROUP_WRITE_OPTIONAL;
	if (!becomes_idle)
		plan_shares(limits, dir, cpu);
}

/* The kernel checks each of burst, period and quota against the two others as they are: an order
 * that is wrong for these values is put right by trying again. */
static void plan_bandwidth_v1(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_cpu *cpu)
{
	bool has_quota = is_set_signed(cpu->quota), has_period = is_set(cpu->period);

	if (cpu->burst)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "burst",
			"cpu.cfs_burst_us", "%llu", (unsigned long long)*cpu->burst)
			->flags = has_quota || has_period ? CGROUP_WRITE_RETRY_AFTER_NEXT : 0;
	if (has_period)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "period",
			"cpu.cfs_period_us", "%llu", (unsigned long long)*cpu->period)
			->flags = has_quota ? CGROUP_WRITE_RETRY_AFTER_NEXT : 0;
	if (has_quota)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "quota",
			"cpu.cfs_quota_us", "%lld", *cpu->quota < 0 ? -1LL : (long long)*cpu->quota)
			->flags = *cpu->quota < 0 ? CGROUP_WRITE_OPTIONAL : 0;
}

static void plan_bandwidth_v2(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_cpu *cpu)
{
	bool has_quota = is_set_signed(cpu->quota), has_period = is_set(cpu->period);
	char quota[32] = "max", period[32] = "";

	if (has_quota && *cpu->quota > 0)
		text_format(quota, sizeof(quota), "%lld", (long long)*cpu->quota);
	if (has_period)
		text_format(period, sizeof(period), "%s%llu", has_quota ? " " : "",
			(unsigned long long)*cpu->period);
	if (cpu->burst)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "burst",
			"cpu.max.burst", "%llu", (unsigned long long)*cpu->burst)
			->flags = has_quota || has_period ? CGROUP_WRITE_RETRY_AFTER_NEXT : 0;
	if (has_quota)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "quota", "cpu.max",
			"%s%s", quota, period)
			->flags = *cpu->quota < 0 && !has_period ? CGROUP_WRITE_OPTIONAL : 0;
	else if (has_period)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "period", "cpu.max",
			"%s", period)
			->flags = CGROUP_WRITE_KEEPS_QUOTA;
}

static bool has_realtime(const struct oci_cpu *cpu)
{
	return is_set(cpu->realtime_period) || is_set_signed(cpu->realtime_runtime);
}

static void plan_realtime(
	struct cgroup_limits *limits, const struct cgroup_dir *dir, const struct oci_cpu *cpu)
{
	bool has_runtime = is_set_signed(cpu->realtime_runtime);

	if (is_set(cpu->realtime_period))
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "realtimePeriod",
			"cpu.rt_period_us", "%llu", (unsigned long long)*cpu->realtime_period)
			->flags = has_runtime ? CGROUP_WRITE_RETRY_AFTER_NEXT : 0;
	if (has_runtime)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_CPU, dir, CONFIG "realtimeRuntime",
			"cpu.rt_runtime_us", "%lld", (long long)*cpu->realtime_runtime);
}

/* The field that makes the controller necessary; NULL: none does. */
static const char *limiting_field(const struct oci_cpu *cpu)
{
	if (is_set(cpu->shares))
		return CONFIG "shares";
	if (cpu->quota && *cpu->quota > 0)
		return CONFIG "quota";
	if (is_set(cpu->burst))
		return CONFIG "burst";
	if (is_set(cpu->period))
		return CONFIG "period";
	if (cpu->idle && *cpu->idle != 0)
		return CONFIG "idle";
	return has_realtime(cpu) ? CONFIG "realtimeRuntime" : NULL;
}

static int check_burst(const struct oci_cpu *cpu, struct err *err)
{
	if (!cpu->burst || !cpu->quota || *cpu->quota <= 0 || *cpu->burst <= (uint64_t)*cpu->quota)
		return 0;
	err_fail(err, EINVAL, "burst %llu is above quota %lld", (unsigned long long)*cpu->burst,
		(long long)*cpu->quota);
	return err_config(err, CONFIG "burst");
}

int cgroup_plan_cpu(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	const struct oci_cpu *cpu = r->cpu;
	const struct cgroup_dir *dir;
	const char *field;
	int found;

	if (!cpu)
		return 0;
	found = check_burst(cpu, err);
	if (found < 0)
		return found;
	field = limiting_field(cpu);
	found = cgroup_limits_dir(
		limits, CGROUP_CONTROLLER_CPU, !field, field ? field : CONFIG "quota", &dir, err);
	if (found <= 0)
		return found;
	if (dir->is_v2 && has_realtime(cpu))
		return cgroup_limits_refuse(CONFIG "realtimeRuntime", "realtime runtime", err);
	if (!field && !limits->is_update)
		return 0; /* new groups are unlimited */

	plan_weight(limits, dir, cpu);
	if (dir->is_v2)
		plan_bandwidth_v2(limits, dir, cpu);
	else
		plan_bandwidth_v1(limits, dir, cpu);
	plan_realtime(limits, dir, cpu);
	return 0;
}

/* ---- cpuset ---- */

static int plan_list(struct cgroup_limits *limits, const char *list, const char *file,
	const char *config, struct err *err)
{
	const struct cgroup_dir *dir;
	struct cgroup_write *write;
	int found;

	if (text_is_empty(list))
		return 0;
	if (list[strspn(list, "0123456789,- ")] != '\0') {
		err_fail(err, EINVAL, "\"%s\" is not a list such as 0-3,7", list);
		return err_config(err, "%s", config);
	}
	found = cgroup_limits_dir(limits, CGROUP_CONTROLLER_CPUSET, false, config, &dir, err);
	if (found <= 0)
		return found;
	write = cgroup_limits_add(limits, CGROUP_CONTROLLER_CPUSET, dir, config, file, "%s", "");
	write->value = list; /* of any length */
	return 0;
}

int cgroup_plan_cpuset(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	int result;

	if (!r->cpu)
		return 0;
	result = plan_list(limits, r->cpu->cpus, "cpuset.cpus", CONFIG "cpus", err);
	if (result == 0)
		result = plan_list(limits, r->cpu->mems, "cpuset.mems", CONFIG "mems", err);
	return result;
}
