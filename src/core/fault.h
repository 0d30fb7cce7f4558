/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: failures on demand, so that every step's failure can be tried.
 *
 * Layer 2, role caller. The environment variable HULL_FAULT makes one create, run or exec fail; it
 *can make nothing succeed that would not.
 *
 *	fail:N   step N (from 0, as `plan` numbers them) of hull-init fails with EIO
 *	kill:N   before step N of hull-init the caller kills itself with SIGKILL
 *	die:NAME the caller kills itself at that point of its own work (fault_point())
 */
#pragma once

#include "plan/plan.h"

/* Sets what the variable asks for in the plan. */
void fault_configure(struct plan *plan);

/* The caller's points: "directory", "notify", "cgroup", "resctrl", "slots", "spawn", "limits",
 * "config", "ready", "resctrl" again, "record", "pidfile". */
void fault_point(const char *name);
