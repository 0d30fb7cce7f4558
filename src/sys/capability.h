/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capability: the five sets of a process as 64-bit sets (capabilities(7)).
 *
 * Layer sys, roles caller and init. Bit n is the capability with number n.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum {
	CAPABILITY_SETGID = 6,
	CAPABILITY_SETUID = 7,
	CAPABILITY_SETPCAP = 8,
	CAPABILITY_NET_ADMIN = 12,
	CAPABILITY_SYS_ADMIN = 21,
	CAPABILITY_SYS_RESOURCE = 24,
	CAPABILITY_MAX = 63,
};

struct capability_sets {
	uint64_t effective, permitted, inheritable;
};

int capability_get(struct capability_sets *ret, struct err *err);
int capability_set(const struct capability_sets *sets, struct err *err);

/* Drops from the bounding set whatever is not in keep; what the kernel does not know is skipped. */
int capability_bound(uint64_t keep, struct err *err);

/* Clears the ambient set and raises those in raise; each must be permitted and inheritable. */
int capability_set_ambient(uint64_t raise, struct err *err);

/* The caller's own effective set holds it. */
bool capability_is_effective(unsigned number);
