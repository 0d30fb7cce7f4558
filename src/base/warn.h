/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warn: what went wrong without making the command fail. Layer 0, roles caller and command.
 *
 * The library never prints: the program says where warnings go, and by default they go nowhere.
 */
#pragma once

#include "base/err.h"

typedef void warn_fn(void *context, const struct err *err);

/* fn NULL: nowhere. */
void warn_set(warn_fn *fn, void *context);

void warn(const struct err *err);
