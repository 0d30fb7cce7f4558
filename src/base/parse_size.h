/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_size: numbers of bytes as people write them.
 *
 * Layer 0, roles caller and command. The form that container tools share: "1048576", "64m", "1.5
 * GiB"; units k, m, g, t, p in any case, alone or with b or ib, and always powers of 1024; "b" is
 * bytes.
 */
#pragma once

#include <stdint.h>

/* EINVAL; ERANGE for more than INT64_MAX. Parts of a byte are dropped. */
int parse_size_bytes(const char *string, int64_t *ret);
