/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn: makes the process that becomes the container's, up to the first instruction of hull-init.
 *
 * Layer 2, role caller; what runs between clone and exec is in spawn_child.c. The rules, each with
 * a reason that was tried on a kernel, are in docs/architecture.md ("Spawning").
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "core/id_map.h"
#include "core/planner/planner.h"

struct spawn_request {
	const struct spawn_plan *plan;
	const int64_t *fds; /* by slot */
	size_t n_fds;
	int program_fd; /* hull-init, sealed */
	int image_fd;   /* the encoded plan */
	int report_fd;  /* hull-init's end of the report socket */
	int template_fd;
	uint32_t preserved_fds;
	const struct cgroup_entry *entry;
};

/*
 * On success the process executes hull-init, or, with a user namespace, waits for spawn_release().
 * On failure nothing is left of it.
 */
int spawn(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd, int *ret_gate_fd,
	struct err *err);

/* With a user namespace: writes the id maps and lets the process go on. gate_fd is closed. */
int spawn_release(pid_t pid, const struct spawn_plan *plan, int gate_fd, struct err *err);

/* A memfd with the hull-init program that nobody can change any more (memfd_create(2), all seals).
 */
int spawn_open_program(int *ret_fd, struct err *err);
