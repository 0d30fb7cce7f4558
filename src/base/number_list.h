/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_list: "0-3,7": lists of CPUs and memory nodes (cpuset(7), "List format"). Layer 0.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Bit n of the words is set for each number n; the words are little by little as the kernel takes
 * masks (unsigned long). *ret_size is in bytes, a multiple of sizeof(long). An empty text gives an
 * empty mask. EINVAL for anything else than numbers, ERANGE above max.
 */
int number_list_parse(
	struct arena *arena, const char *text, unsigned max, unsigned long **ret, size_t *ret_size);
