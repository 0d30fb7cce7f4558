/* SPDX-License-Identifier: Apache-2.0 */
/*
 * creation_systemd: where systemd makes the group of a container that is being created.
 *
 * Layer 2, role caller. Without the systemd cgroup manager, and for a container that is left
 * without a group, each function does nothing.
 */
#pragma once

#include "base/err.h"
#include "core/creation.h"

/* Refuses names and annotations; then hull-systemd begins to connect. */
int creation_begin_systemd(struct creation *creation, struct err *err);

/* *ret_path: where the group will be, as an absolute cgroupsPath. */
int creation_plan_systemd(struct creation *creation, const char **ret_path, struct err *err);

/* For the record; NULL: none. */
const struct systemd_unit *creation_systemd_unit(const struct creation *creation);

/* What the record will say is ours to remove. */
void creation_leave_to_systemd(struct creation *creation);

/* The unit is there, with hull-systemd in it. */
int creation_start_unit(struct creation *creation, struct err *err);

/* The container's process is in the unit. */
void creation_leave_unit(struct creation *creation);

/* After everybody in it was killed. */
void creation_stop_unit(struct creation *creation);
