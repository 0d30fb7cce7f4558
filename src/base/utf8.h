/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8: is this text UTF-8?
 *
 * Layer 0, every process role. No overlong forms, no surrogates, nothing above U+10FFFF.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Length of the sequence at text (1 … 4), 0 if the available (≥ 1) bytes do not begin with one. */
size_t utf8_sequence_length(const char *text, size_t available);

/* Writes character (up to U+10FFFF, no surrogate) to at; returns how many bytes (1 … 4). */
size_t utf8_put(uint32_t character, char *at);
