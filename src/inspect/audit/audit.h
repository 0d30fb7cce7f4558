/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit: does isolation hold?
 *
 * Layer 3, role command. Each check is a pure function of a snapshot, in a file named after what it
 * looks at, and adds one result or more: one that holds where nothing was found, else one for each
 * finding. A check claims what an attacker who has the container's root could do *now*, by what the
 * kernel says, and not what the configuration meant. Sources: the classes of escapes that are known
 * for container runtimes, each named where it is checked.
 */
#pragma once

#include "inspect/audit/snapshot.h"

enum audit_outcome {
	AUDIT_HOLDS,
	AUDIT_DOES_NOT_HOLD,
	AUDIT_NOT_TRIED, /* detail says why */
	AUDIT_OUTCOME_COUNT,
};

struct audit_result {
	const char *check; /* "namespace/pid" */
	enum audit_outcome outcome;
	const char *detail; /* what was seen */
	const char *gain;   /* what an attacker has of it, where it does not hold */
	const char *closes; /* which options close it */
};

struct audit_results {
	struct arena *arena;
	struct audit_result *items;
	size_t n_items;
};

/* "holds", "does not hold", "not tried" */
const char *audit_outcome_name(enum audit_outcome outcome);

/* All checks, in the order of the output. */
void audit_check(const struct audit_snapshot *snapshot, struct audit_results *ret);

/* ---- for the checks ---- */

typedef void audit_check_fn(const struct audit_snapshot *snapshot, struct audit_results *results);

audit_check_fn check_namespaces, check_ids, check_capabilities, check_processes, check_filters,
	check_system_calls, check_files, check_mounts, check_masks, check_devices, check_limits,
	check_network, check_keys;

/* What all results of one check share. */
struct audit_claim {
	const char *check, *gain, *closes;
};

void audit_add(struct audit_results *results, const struct audit_claim *claim,
	enum audit_outcome outcome, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Whether root inside can come to this capability over what is the host's (capabilities(7)). */
bool audit_has_capability(const struct audit_snapshot *snapshot, unsigned number);

/* A user namespace of its own: its capabilities end there. */
bool audit_has_user_namespace(const struct audit_snapshot *snapshot);

/* The strictest of all filters' answers to one call; without filters it is allowed. */
bool audit_filters_allow(const struct audit_snapshot *snapshot, uint32_t architecture, int number,
	const uint64_t arguments[6]);

/* A new user namespace can be made inside, and with it every capability over new namespaces. */
bool audit_allows_user_namespaces(const struct audit_snapshot *snapshot);

/* The host's device decides: letters of "rwm" that the rules give. */
bool audit_device_is_allowed(const struct audit_snapshot *snapshot, bool is_block, uint32_t major,
	uint32_t minor, char access);
