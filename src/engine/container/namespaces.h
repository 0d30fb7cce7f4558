/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namespaces: whose namespaces a container gets (--pid, --ipc, --uts, --cgroupns, --time).
 *
 * Layer 3, role caller. A mode is "private", "host" or "container:NAME"; the latter joins those of
 * a container that runs, at each start anew. --network and --userns have rules of their own
 * (networking.h, userns.h).
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/spec/spec.h"

/* Everything that can be refused before there is a container; a name becomes an id. */
int namespaces_settle(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct err *err);

/* fds: what is joined, -1 else; they are open until the container is made. */
int namespaces_find(struct arena *arena, const struct engine *engine,
	const struct container_settings *settings, int fds[SPEC_NAMESPACE_COUNT], struct spec *spec,
	struct err *err);

/* Of somebody else: what belongs to the namespace is not set. */
bool namespaces_is_joined(const char *mode);
