/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unsupported: what a configuration asks that this version cannot do. Refused with the field's
 * name, never ignored.
 *
 * Layer 2, role caller, before anything is changed.
 */
#pragma once

#include "base/err.h"
#include "core/creation.h"

/* ENOTSUP with the JSON pointer. */
int unsupported_check(const struct creation *creation, struct err *err);
