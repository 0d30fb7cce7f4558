/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: is this a JSON text (RFC 8259), to the letter?
 *
 * Layer 0, role caller. Refuses what lenient parsers let pass and two parsers may read differently:
 * invalid UTF-8, control characters in strings, halves of surrogate pairs, U+0000 in a member's
 * name, a name twice in one object, integers beyond 64 bits, nesting beyond JSON_DEPTH_MAX,
 * anything behind the value.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* -EINVAL with "line 3, column 7: …"; columns count bytes from 1. */
int json_scan(const char *bytes, size_t size, struct err *err);
