/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_veth: a cable between the host and a new network namespace.
 *
 * Layer 2, role caller; in the helper that stays outside (unshare_helper.h). The pair ends with the
 * namespace.
 */
#pragma once

#include <sys/types.h>

#include "core/unshare.h"

/* eth0 in the network namespace of process pid and vethPID here, with addresses, both up; inside
 * the loopback interface, too. */
int unshare_veth_connect(const struct unshare_veth *veth, pid_t pid, struct err *err);
