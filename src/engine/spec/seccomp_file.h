/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_file: a profile that somebody wrote, in Docker's form or in the OCI's.
 *
 * Layer 3, role caller. Docker's form has rules for some capabilities, architectures and kernels
 * only ("includes", "excludes") and a table of architectures ("archMap"); what applies here is
 * written as the OCI has it.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"

/* text: the profile's JSON. The core checks what the rules themselves say. */
int seccomp_file_write(struct arena *arena, struct json_writer *writer, const char *key,
	const char *text, uint64_t capabilities, struct err *err);
