/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_text: the events of a container as JSON, one line each.
 *
 * Layer 3, role command. Pure. The shape is runc's (its package types), which the readers of
 * `events` were written against: what is 0 or empty is left out where runc leaves it out, and the
 * names of a network interface's members begin with capitals.
 */
#pragma once

#include "base/arena.h"
#include "core/stats.h"

/* {"type":"stats","id":ID,"data":{…}}, or with stats NULL {"type":"oom","id":ID}; no newline. */
const char *event_text(struct arena *arena, const char *id, const struct container_stats *stats);
