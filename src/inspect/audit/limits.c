/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits as they take effect: the least of the container's own group and of all above it. One that
 * is not set anywhere is not there to be tried, and named.
 */
#include "inspect/audit/audit.h"

static const struct audit_limit_level *find_least(const struct audit_limit *limit)
{
	const struct audit_limit_level *least = NULL;

	for (size_t i = 0; i < limit->n_levels; i++)
		if (limit->levels[i].value != UINT64_MAX &&
			(!least || limit->levels[i].value < least->value))
			least = &limit->levels[i];
	return least;
}

static void check_limit(const struct audit_limit *limit, struct audit_results *results)
{
	const struct audit_limit_level *least = find_least(limit);
	const struct audit_claim claim = {
		arena_printf(results->arena, "limits/%s", limit->name),
		limit->gain,
		limit->option,
	};

	if (limit->why)
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", limit->why);
	else if (!least)
		audit_add(results, &claim, AUDIT_NOT_TRIED,
			"no limit is set in any of its %zu groups, from its own to the root",
			limit->n_levels);
	else
		audit_add(results, &claim, AUDIT_HOLDS, "%llu%s%s, the least of %zu groups, in %s",
			(unsigned long long)least->value, limit->unit[0] ? " " : "", limit->unit,
			limit->n_levels, least->group);
}

void check_limits(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	for (size_t i = 0; i < snapshot->n_limits; i++)
		check_limit(&snapshot->limits[i], results);
}
