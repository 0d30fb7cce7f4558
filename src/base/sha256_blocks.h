/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256_blocks: what the two ways to take whole blocks share. Layer 0; used by sha256*.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_ROUNDS = 64 };

extern const uint32_t sha256_round_words[SHA256_ROUNDS];

/*
 * By the processor's own instructions, some five times as fast; false where it has none. Asking
 * costs a virtual machine some microseconds, so it is done once, and for many blocks only.
 */
bool sha256_take_blocks_fast(uint32_t state[8], const uint8_t *blocks, size_t n_blocks);
