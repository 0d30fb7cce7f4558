/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: the timeline of a start, for people who want to know where the time goes.
 *
 * Layer 2, role caller. Chrome trace event JSON: chrome://tracing or Perfetto show it; one process
 * for the caller with its stages, one for hull-init with its steps, in microseconds.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "core/creation.h"

uint64_t trace_now_ns(void); /* CLOCK_MONOTONIC */

/* Notes that a stage of the caller ends now; name is a literal. */
void trace_stage(const char *name);

/* Writes request->trace_file; nothing without one. */
int trace_write(const struct creation *creation, struct err *err);
