/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp: from linux.seccomp to the program that the kernel runs before each system call.
 *
 * Layer 2, role caller. libseccomp compiles (milliseconds), in a program of its own
 * (src/seccomp/compiler), and the result is kept: a file whose name is the SHA-256 of everything
 * that decides on its bytes. The directory belongs to the caller alone (/run/hull/seccomp,
 * $XDG_RUNTIME_DIR/hull/seccomp for an ordinary user, else there is none); a file is looked at
 * before it is believed, and one that is missing, damaged or somebody else's is the same as none.
 * At most SECCOMP_CACHE_FILES_MAX are kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"
#include "oci/state.h"
#include "plan/plan.h"

enum { SECCOMP_CACHE_FILES_MAX = 64 };

struct seccomp_filter {
	struct plan_bytes program; /* array of struct sock_filter; size 0: no filter */
	uint64_t flags;            /* SECCOMP_FILTER_FLAG_… */
	bool notify;               /* installing it gives a listener */
};

/*
 * The filter of a checked configuration; seccomp may be NULL. ENOTSUP with the JSON pointer: this
 * kernel or libseccomp has no such action, flag or architecture. Changes nothing but the cache.
 */
int seccomp_compile(struct arena *arena, const struct oci_seccomp *seccomp,
	const struct oci_key_value *annotations, size_t n_annotations, struct seccomp_filter *ret,
	struct err *err);

/*
 * Connects to the agent at listenerPath and sends the container process state with the listener.
 * state: id, status, pid and bundle are filled; the rest comes from config. pid: of the process
 * with the filter.
 */
int seccomp_listener_send(struct arena *arena, const struct oci_config *config,
	struct oci_state state, pid_t pid, int listener_fd, struct err *err);

/* For `features`: OCI_SECCOMP_FLAG_… that this kernel has. */
uint32_t seccomp_supported_flags(void);

struct seccomp_cache_entry {
	const char *name; /* the key: 64 hexadecimal digits */
	uint64_t size_bytes;
	struct timespec written;
};

/* Newest first. No cache is an empty list. */
int seccomp_cache_list(
	struct arena *arena, struct seccomp_cache_entry **ret, size_t *ret_count, struct err *err);

/* name NULL: all of them. ENOENT: there is none of that name. */
int seccomp_cache_remove(struct arena *arena, const char *name, struct err *err);
