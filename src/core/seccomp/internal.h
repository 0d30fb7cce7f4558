/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of seccomp: the stages of seccomp_compile().
 *
 * Layer 2, role caller.
 */
#pragma once

#include "base/sha256.h"
#include "core/seccomp/seccomp.h"
#include "seccomp/program.h"

/* ---- compiler_process.c ---- */

struct seccomp_compiler {
	const unsigned char *program; /* an ELF file, to program_end */
	const unsigned char *program_end;
	int limit_ms; /* it is killed after that time */
};

extern const struct seccomp_compiler seccomp_embedded_compiler; /* hull-seccomp */

/*
 * Executes the compiler, which gets the rules on standard input, and has standard error and no
 * other file, no environment, and signals as they are by default. Errors are the compiler's
 * (seccomp/compiler/compiler.h); EIO when it was killed, ETIME after its time, EPROTO, EINVAL and
 * E2BIG for what is no program, what descriptors_execute() says where it cannot be executed.
 */
int seccomp_run_compiler(struct arena *arena, const struct seccomp_compiler *compiler,
	const struct oci_seccomp *seccomp, bool fail_unknown, struct seccomp_program *ret,
	struct err *err);

/* ---- kernel.c ---- */

int seccomp_check_actions(const struct oci_seccomp *seccomp, struct err *err);
int seccomp_choose_flags(
	const struct oci_seccomp *seccomp, bool notify, uint64_t *ret, struct err *err);

/* ---- key.c ---- */

void seccomp_key(
	const struct oci_seccomp *seccomp, bool fail_unknown, uint8_t ret_key[SHA256_BYTES]);

/* ---- cache_file.c: pure ---- */

enum { SECCOMP_CACHE_FILE_MAX_BYTES = 56 + BPF_MAXINSNS * (int)sizeof(struct sock_filter) };

const void *seccomp_cache_encode(struct arena *arena, const uint8_t key[SHA256_BYTES],
	const struct seccomp_program *program, size_t *ret_size);

/* EINVAL for what is not whole, not of this key, or no program. ret is in the arena. */
int seccomp_cache_decode(struct arena *arena, const void *bytes, size_t size,
	const uint8_t key[SHA256_BYTES], struct seccomp_program *ret, struct err *err);

/* ---- cache.c ---- */

/* parent_fd: the directory for runtime files. make: when it is not there yet. */
int seccomp_cache_open_at(int parent_fd, bool make, int *ret_fd, struct err *err);
int seccomp_cache_open(bool make, int *ret_fd, struct err *err);

int seccomp_cache_load(struct arena *arena, int dir_fd, const uint8_t key[SHA256_BYTES],
	struct seccomp_program *ret, struct err *err);

/* Also removes the oldest when there are too many. */
int seccomp_cache_store(struct arena *arena, int dir_fd, const uint8_t key[SHA256_BYTES],
	const struct seccomp_program *program, struct err *err);

int seccomp_cache_list_at(struct arena *arena, int dir_fd, struct seccomp_cache_entry **ret,
	size_t *ret_count, struct err *err);
