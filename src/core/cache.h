/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: what is kept on purpose between containers, so that the next one starts faster.
 *
 * Layer 2, role caller. All of it is made again when it is needed and not there; removing it is
 * always right and changes no running container.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct cache_entry {
	const char *kind; /* "namespace", "seccomp", "devices" */
	const char *path;
	uint64_t size_bytes; /* of a file; 0 for what is none */
};

/* Strings live in arena. */
int cache_list(struct arena *arena, struct cache_entry **ret, size_t *ret_count, struct err *err);

/* All of it. What is not there is success. */
int cache_remove(struct err *err);
