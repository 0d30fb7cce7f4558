/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

/* Brings "lo" of the caller's network namespace up (netdevice(7), SIOCSIFFLAGS); CAP_NET_ADMIN. */
int loopback_up(struct err *err);
