/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_memory: the memfd with the encoded plan and, behind it, the shared timeline.
 *
 * Layer 2, role caller. Only the caller and hull-init ever hold it.
 */
#pragma once

#include "base/err.h"
#include "core/launch.h"

/* Fills launch->times; report_fd is hull-init's end. */
int image_memory_make(struct launch *launch, int report_fd, int *ret_fd, struct err *err);

void image_memory_unmap(struct launch *launch);
