/* SPDX-License-Identifier: Apache-2.0 */
/*
 * human: sizes and ages as Docker shows them.
 *
 * Layer 3, role command. Pure.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"

/* Powers of 1000 and three digits: "4.27MB", "0B". */
const char *human_size(struct arena *arena, uint64_t bytes);

/* "About a minute", "3 weeks"; less than nothing is "Less than a second". */
const char *human_duration(struct arena *arena, int64_t seconds);
