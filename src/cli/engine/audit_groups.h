/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_groups: what an audit knows of control groups: limits and device rules.
 *
 * Layer 3, role command. Here, because inspect/ knows nothing of where groups lie.
 */
#pragma once

#include "inspect/audit/snapshot.h"

/* Fills limits and device rules; only reads. */
void audit_groups_read(pid_t pid, struct audit_snapshot *snapshot);
