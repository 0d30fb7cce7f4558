/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_text: a container's state in a sentence: why it ended, or since when it runs.
 *
 * Layer 3, role command.
 */
#pragma once

#include "engine/container/containers.h"

/* Everything that is known, in one to three sentences. */
const char *explain_text(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state);

/* Why it ended, without its name; "" for one that has not. */
const char *explain_end(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state);
