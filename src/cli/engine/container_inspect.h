/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_inspect: everything about a container, in the words of Docker's `inspect`.
 *
 * Layer 3, role command.
 */
#pragma once

#include "base/json_write.h"
#include "engine/container/containers.h"

void container_inspect_write(struct arena *arena, const struct store *store,
	struct json_writer *writer, const struct engine_container *container,
	const struct engine_state *state);
