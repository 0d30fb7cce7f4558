/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/audit.h"

#include <stdarg.h>
#include <stdio.h>

/* In the order of the output. */
static audit_check_fn *const checks[] = {
	check_namespaces,
	check_ids,
	check_capabilities,
	check_processes,
	check_filters,
	check_system_calls,
	check_keys,
	check_files,
	check_mounts,
	check_masks,
	check_devices,
	check_limits,
	check_network,
};

const char *audit_outcome_name(enum audit_outcome outcome)
{
	static const char *const names[AUDIT_OUTCOME_COUNT] = {
		[AUDIT_HOLDS] = "holds",
		[AUDIT_DOES_NOT_HOLD] = "does not hold",
		[AUDIT_NOT_TRIED] = "not tried",
	};

	return names[outcome];
}

void audit_check(const struct audit_snapshot *snapshot, struct audit_results *ret)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](snapshot, ret);
}

void audit_add(struct audit_results *results, const struct audit_claim *claim,
	enum audit_outcome outcome, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ARENA_APPEND(results->arena, results->items, results->n_items) = (struct audit_result){
		.check = claim->check,
		.outcome = outcome,
		.detail = arena_strdup(results->arena, text),
		.gain = claim->gain,
		.closes = claim->closes,
	};
}
