/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of seccomp: the stages of seccomp_compile().
 *
 * Layer 2, role caller. A program is an array of struct sock_filter; struct seccomp_program holds
 * it with its length.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/sha256.h"
#include "core/seccomp/seccomp.h"

struct seccomp_program {
	struct sock_filter *insns;
	size_t n_insns;
};

/* ---- architecture.c ---- */

/* libseccomp's token (SCMP_ARCH_…), or 0 for what it does not know. */
uint32_t seccomp_arch_token(enum oci_seccomp_arch arch);

/* The native one, then the listed ones, each once. ret has room for 1 + n_architectures. */
size_t seccomp_arch_list(const struct oci_seccomp *seccomp, uint32_t *ret);

/* What struct seccomp_data says of it: AUDIT_ARCH_…; x32 has that of x86-64. */
uint32_t seccomp_arch_audit(uint32_t token);

/* ---- compile.c: by libseccomp ---- */

int seccomp_compile_rules(struct arena *arena, const struct oci_seccomp *seccomp, bool fail_unknown,
	struct seccomp_program *ret, struct err *err);

/* SECCOMP_RET_… with its number. */
uint32_t seccomp_action_value(enum oci_seccomp_action action, const uint32_t *errno_ret);

/* Whether it has conditions on one argument twice: then each condition is a rule of its own. */
bool seccomp_rule_is_split(const struct oci_seccomp_rule *rule);

/* ---- alternatives.c ---- */

/* Puts the calls in front whose rules libseccomp would merge to something else. */
void seccomp_add_alternatives(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);

/* ---- newer_calls.c ---- */

/* Puts the answer for calls that are newer than the profile in front. */
void seccomp_add_newer_calls(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);

/* ---- range_tree.c: pure ---- */

/* Makes the same decisions on a shorter way; leaves alone what it does not understand. */
void seccomp_make_range_tree(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);

/* ---- program.c: pure ---- */

/* Whether a conditional jump takes its first way. */
bool seccomp_insn_branches(const struct sock_filter *insn, uint32_t a);

/* EINVAL unless it is made of what the compiler uses, every path ends, and it is not too long. */
int seccomp_program_check(const struct sock_filter *insns, size_t n_insns, struct err *err);

/* SECCOMP_RET_… for one call; only for a program that was checked. */
uint32_t seccomp_program_run(const struct sock_filter *insns, const struct seccomp_data *data);

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
