/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: strict numbers.
 *
 * Layer 0, every process role. Only digits (a leading '-' where the type is signed): no white
 * space, no '+', no 0x, no octal, nothing behind the number; a value that does not fit is ERANGE,
 * anything else EINVAL (CVE-2024-40635, CVE-2026-30892: a lenient id parser made users root).
 * Out-parameters are untouched on failure. No struct err here: the caller knows the field's name.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int parse_u64(const char *string, uint64_t *ret);
int parse_i64(const char *string, int64_t *ret);
int parse_u32(const char *string, uint32_t *ret);

/* 0 … 4294967294: (uid_t)-1 means "no change" to the kernel and is never an id (setresuid(2)). */
int parse_id(const char *string, uint32_t *ret);

/* The first length bytes only. */
int parse_u64_n(const char *string, size_t length, uint64_t *ret);

/* "0755", "755": file permissions in octal, at most 07777. */
int parse_mode(const char *string, uint32_t *ret);
