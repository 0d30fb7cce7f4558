/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: tries from inside what can only be tried there.
 *
 * Layer 3, role command. A short-lived process joins the target's user and mount namespace and its
 * root, not its pid namespace: nobody inside sees it. It takes on the most that a process inside
 * can come to: root there (unless that is out of reach) with the bounding set, and the target's
 * filters. Then it does these things and no other: it opens the paths of audit_probe_paths for
 * reading, reads at most PROBE_READ_BYTES of them or one name of a directory, asks access(2) for
 * writing, lists /dev, and opens null, zero, full, random and a loop node there. It writes to
 * memory that it shares with us, joins no control group, and is killed after PROBE_LIMIT_MSEC.
 *
 * It does not take on the label of a security module.
 */
#pragma once

#include "inspect/audit/gather.h"

enum { PROBE_READ_BYTES = 4096, PROBE_LIMIT_MSEC = 5000 };

/* Fills snapshot->probe, or probe_why. */
void probe_run(const struct audit_subject *subject, struct audit_snapshot *snapshot);

/* What the process does once it is inside; nothing is allocated. */
void probe_paths(struct audit_probe_result *ret);
void probe_devices(struct audit_probe_result *ret);
