/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "plan/plan.h"

/* A number of a plan's field for people: "mnt,pid", "rslave", "ro,nosuid", "0755"; "none" for no
 * bit. */
const char *plan_value_text(struct arena *arena, enum plan_field_style style, uint64_t value);
