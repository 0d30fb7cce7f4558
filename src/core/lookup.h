/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup: an existing container, found by its id and held for one command.
 *
 * Layer 2, role caller.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "core/container.h"
#include "core/record.h"

struct container {
	const struct runtime *runtime;
	const char *id;
	struct arena *arena;
	int dir_fd;
	bool has_record; /* false: its creator died before it wrote one */
	struct record record;
	struct cgroup group;
};

#define CONTAINER_INIT ((struct container){ .dir_fd = -1 })
#define AUTO_CONTAINER __attribute__((cleanup(lookup_done))) struct container

void lookup_done(struct container *container);

int lookup_open(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err);

/* The same with the container's directory open already; takes dir_fd, also on failure. */
int lookup_read(struct arena *arena, const struct runtime *runtime, const char *id, int dir_fd,
	struct container *ret, struct err *err);

/* The process of the record is there and has not ended. */
bool lookup_is_alive(const struct container *container);

/* Asks the kernel. */
int lookup_status(const struct container *container, enum container_status *ret, struct err *err);
