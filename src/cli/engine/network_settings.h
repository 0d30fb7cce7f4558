/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_settings: where a container is in its networks, in the words of Docker's `inspect`.
 *
 * Layer 3, role command.
 */
#pragma once

#include "base/json_write.h"
#include "engine/container/containers.h"

/* "NetworkSettings"; addresses and ports are those of a container that runs. */
void network_settings_write(struct arena *arena, const struct store *store,
	struct json_writer *writer, const struct engine_container *container);
