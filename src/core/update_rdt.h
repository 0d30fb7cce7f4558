/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update_rdt: the part of update that concerns resctrl.
 *
 * Layer 2, role caller; the container's lock is held. First update_rdt_plan(), which only reads,
 * then update_rdt().
 */
#pragma once

#include "base/err.h"
#include "core/lookup.h"
#include "core/rdt/rdt.h"

struct rdt_update {
	const struct oci_intel_rdt *config; /* NULL: nothing changes */
	struct rdt_host host;
	struct rdt_group *group; /* to be made; NULL: the container has one */
};

/* ENOTSUP: the machine has no such resource. EPERM: the container is in the default group. */
int update_rdt_plan(struct container *container, const struct oci_intel_rdt *config,
	struct rdt_update *ret, struct err *err);

/* On failure a new group is removed again; of schemata those written before stay. */
int update_rdt(struct container *container, enum container_status status,
	const struct rdt_update *update, struct err *err);
