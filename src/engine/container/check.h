/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what commands that died have left, found and removed.
 *
 * Layer 3, role caller. Nothing needs this to go on: each command reads the right state whatever is
 * there. Only what nobody holds a lock on is touched.
 */
#pragma once

#include "engine/container/containers.h"

/* text: one finding. */
typedef void check_report_fn(void *context, const char *text);

/* *ret_n: how many findings. With is_repair each is put right as well. */
int engine_check(struct arena *arena, const struct engine *engine, bool is_repair,
	check_report_fn *report, void *context, size_t *ret_n, struct err *err);
