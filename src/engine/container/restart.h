/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restart: what a container's policy asks for when it has ended.
 *
 * Layer 3, role command: the monitor becomes `hull ended`, which waits and starts the container
 * again. It waits as Docker does: 100 ms, twice as long after each time up to a minute, and from
 * the begin when the container ran for ten seconds. Whoever stops a container writes that down
 * first (stop.json), which ends the waiting.
 */
#pragma once

#include "engine/container/containers.h"

/* It has a policy that starts it again at all. */
bool restart_is_possible(const struct container_settings *settings);

/* After an end as in state. */
bool restart_is_asked(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state);

/* When the machine, or hull as a service, has started: whether it is to run. */
bool restart_is_asked_at_boot(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state);

/* Pure. up_msec: how long it ran; before_msec: what was waited the last time, 0: there was none. */
int64_t restart_delay_msec(int64_t up_msec, int64_t before_msec);

/* Role of the monitor's successor, not locked: waits and starts it, if that is asked for. */
int engine_restart_ended(struct arena *arena, const struct engine *engine,
	struct engine_container *container, struct err *err);
