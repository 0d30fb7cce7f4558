/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts: what the checks of mounts share.
 *
 * Layer 3, role command.
 */
#pragma once

#include "inspect/audit/audit.h"

bool mount_is_writable(const struct audit_mount *mount);

/* proc, sysfs, cgroup …: no files of anybody's. */
bool mount_is_of_kernel(const struct audit_mount *mount);

audit_check_fn check_kernel_mounts;
