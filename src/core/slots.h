/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slots: opens what a plan's slots describe.
 *
 * Layer 2, role caller, after the plan was made; before the spawn, the late ones after it, when the
 * cgroups exist.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/net_namespace.h"
#include "core/planner/planner.h"

/*
 * late: only the slots that are opened after the spawn, otherwise only the others. fds has
 * plan->n_slots elements, set to −1; what was opened stays there also on failure, for
 * slots_close(). dir_fd: the container's directory. given_console_fd: −1, or the socket for a
 * CONSOLE slot without a path, which slots_close() closes, too. net: what NETWORK slots wait for;
 * NULL: the plan has none.
 */
int slots_open(const struct container_plan *plan, bool late, int dir_fd, int given_console_fd,
	struct net_namespace *net, int64_t *fds, struct err *err);

void slots_close(const struct container_plan *plan, int64_t *fds);
