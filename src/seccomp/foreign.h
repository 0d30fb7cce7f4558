/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign: filters that somebody else wrote, as the kernel runs them.
 *
 * Layer 1, role caller; pure. program.h knows what our own compiler writes; this knows all of
 * classic BPF that the kernel takes as a filter (seccomp(2); kernel/seccomp.c,
 * seccomp_check_filter(); linux/filter.h): loads of words of struct seccomp_data, arithmetic, two
 * registers, 16 words of memory, forward jumps. So every program ends.
 *
 * Besides one call with its arguments a program can be asked about a call with *any* arguments:
 * what depends on them is followed both ways.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* EINVAL unless the kernel would take it; only such a program may be run. */
int seccomp_foreign_check(const struct sock_filter *insns, size_t n_insns, struct err *err);

/* SECCOMP_RET_… for one call. */
uint32_t seccomp_foreign_run(
	const struct sock_filter *insns, size_t n_insns, const struct seccomp_data *data);

/* The answers that a call gets with whatever arguments; equal where they do not matter. */
struct seccomp_answers {
	uint32_t mildest, strictest; /* SECCOMP_RET_… */
};

enum { SECCOMP_FOREIGN_STEPS_MAX = 1 << 20 };

/*
 * Of data number and architecture count. E2BIG: after SECCOMP_FOREIGN_STEPS_MAX instructions not
 * all ways were followed. A way that is only possible by contradictory arguments counts as well.
 */
int seccomp_foreign_explore(const struct sock_filter *insns, size_t n_insns,
	const struct seccomp_data *data, struct seccomp_answers *ret, struct err *err);

/*
 * The order of answers, the strictest least: of several filters the kernel takes the strictest
 * (seccomp(2), "Filters").
 */
int32_t seccomp_answer_rank(uint32_t answer);

/* The call is made: allowed, or allowed and logged. */
bool seccomp_answer_allows(uint32_t answer);
