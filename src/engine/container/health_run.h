/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_run: one check in a container, with its time and its output bounded.
 *
 * Layer 3, role command. A child runs it by the core's exec, as the container's user and with its
 * environment; one that takes too long is killed.
 */
#pragma once

#include "engine/container/health.h"

int health_run(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct health_result *ret, struct err *err);
