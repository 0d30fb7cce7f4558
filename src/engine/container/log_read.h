/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_read: a container's log, read again.
 *
 * Layer 3, role command. log.json is what its monitor writes, log.json.1 the file before, and so
 * on. What a container wrote is not believed: an entry that is none is skipped.
 */
#pragma once

#include <time.h>

#include "engine/container/containers.h"

struct log_request {
	uint64_t n_last; /* entries; UINT64_MAX: all */
	bool has_since, has_until;
	struct timespec since, until;
	bool with_times;
	bool follows; /* until the container ends */
};

/* To the own standard output and error. ENOENT: no log is kept. */
int log_copy(struct arena *arena, const struct engine_container *container,
	const struct log_request *request, struct err *err);
