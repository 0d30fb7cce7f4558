/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_filter: --filter of containers.
 *
 * Layer 3, role command. Different keys must all fit, of one key any value.
 */
#pragma once

#include "cli/option.h"
#include "engine/container/containers.h"

struct container_filter {
	struct option_list ids, names, labels, statuses, exits, ancestors, networks;
};

/* "id=", "name=" (a part of it), "label=KEY[=VALUE]", "status=", "exited=N", "ancestor=IMAGE",
 * "network=". -EINVAL for another key. */
int container_filter_read(struct arena *arena, const struct option_list *filters,
	struct container_filter *ret, struct err *err);

bool container_filter_takes(struct arena *arena, const struct container_filter *filter,
	const struct engine_container *container, const struct engine_state *state);
