/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relations: which user namespace owns a namespace, and which one it was made in.
 *
 * Layer 3, role command. Source: ioctl_ns(2). Owners and parents that no process is in are added to
 * the view: the namespaces below keep them.
 */
#pragma once

#include "inspect/view.h"

/* Fills parent, owner and owner_uid of all. What lies outside the caller's own stays 0. */
void relations_read(struct view *view);
