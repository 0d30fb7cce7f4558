/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_calls: which calls an attacker wants, and what else they need.
 *
 * Layer 3, role command.
 */
#pragma once

#include "inspect/audit/audit.h"

/* One numbering of the calls that a machine runs. */
struct call_architecture {
	const char *name;
	uint32_t audit; /* AUDIT_ARCH_… */
	uint32_t bit;   /* or-ed to each number: x32's */
	bool is_i386;   /* numbers are those of i386 */
};

enum { CALL_ARCHITECTURES_MAX = 3 };

/* Those that this kernel takes, the native one first; returns how many. */
size_t call_architectures(const struct audit_snapshot *snapshot,
	struct call_architecture ret[CALL_ARCHITECTURES_MAX]);

/* -1: the architecture does not have it. */
int call_number(const struct call_architecture *architecture, const char *name);

/* The filters let it through in any numbering, with these arguments. */
bool call_is_allowed(
	const struct audit_snapshot *snapshot, const char *name, const uint64_t arguments[6]);
