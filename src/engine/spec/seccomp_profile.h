/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_profile: the system calls that a container has when nothing else is asked for.
 *
 * Layer 3, role caller. What Docker's default profile allows (its newest: without io_uring, AF_ALG
 * and AF_VSOCK), said in this project's words: a list of calls, further ones with a capability that
 * would be of no use without them, everything else answered with EPERM.
 */
#pragma once

#include <stdint.h>

#include "base/json_write.h"

/* The object linux.seccomp. capabilities: bit n is capability n. */
void seccomp_profile_write(struct json_writer *writer, const char *key, uint64_t capabilities);
