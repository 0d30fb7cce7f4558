/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_cache: device programs of cgroup v2 that are kept in the kernel.
 *
 * Layer 2, role caller. Loading a program has it checked and translated, for every container anew
 * and mostly the same one; a pinned program is only opened. It is pinned on a bpffs of our own
 * (private_mount.h), under the SHA-256 of its instructions and of the kernel's release. At most
 * DEVICE_CACHE_PROGRAMS_MAX are kept: beyond that the oldest goes. Only for root of the machine;
 * whatever is wrong with it, it is as if nothing were kept.
 *
 * Whoever could choose what lies there could open devices to containers. A program is believed when
 * it is one for devices, loaded by user 0, with exactly the instructions that would be loaded. One
 * that the kernel shows otherwise than it was loaded (instructions that are never reached,
 * bpf_jit_harden) could not be believed later, and is not kept.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/private_mount.h"

struct bpf_insn;

#define DEVICE_CACHE_DIR PRIVATE_MOUNT_CACHE "/devices"

enum { DEVICE_CACHE_PROGRAMS_MAX = 64 };

/* A loaded program with these instructions: kept, or loaded and then kept. */
int device_cache_load(
	const struct bpf_insn *insns, size_t count, int *ret_program_fd, struct err *err);

/* Names of what is kept, sorted; none where there is no cache. */
int device_cache_list(struct arena *arena, const char ***ret, size_t *ret_count, struct err *err);

/* All of it. Programs that are attached to a group stay there. */
int device_cache_remove(struct err *err);
