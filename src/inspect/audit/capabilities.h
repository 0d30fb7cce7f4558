/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capabilities: which of them break out.
 *
 * Layer 3, role command. Source: capabilities(7).
 */
#pragma once

#include <linux/capability.h>

#include "inspect/audit/audit.h"

/* "SYS_ADMIN"; NULL for one that is newer than this program. */
const char *capability_name(unsigned number);

/*
 * Those over the host that root inside can come to and that the usual container does not have
 * (Docker's default: 14 that end at its own files, processes and network).
 */
uint64_t capabilities_dangerous(const struct audit_snapshot *snapshot);
