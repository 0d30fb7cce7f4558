/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program: a filter as the kernel takes it, and what compiler and caller both know of it.
 *
 * Layer 1, roles caller and compiler. A program is an array of struct sock_filter (seccomp(2));
 * struct seccomp_program holds it with its length.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "oci/config.h"

struct seccomp_program {
	struct sock_filter *insns;
	size_t n_insns;
};

/* ---- program.c: pure ---- */

/* Whether a conditional jump takes its first way. */
bool seccomp_insn_branches(const struct sock_filter *insn, uint32_t a);

/* EINVAL unless it is made of what the compiler uses, every path ends, and it is not too long. */
int seccomp_program_check(const struct sock_filter *insns, size_t n_insns, struct err *err);

/* SECCOMP_RET_… for one call; only for a program that was checked. */
uint32_t seccomp_program_run(const struct sock_filter *insns, const struct seccomp_data *data);

/* ---- architecture.c: pure ---- */

/* AUDIT_ARCH_… that this is built for. */
uint32_t seccomp_native_arch(void);

/* libseccomp's token (SCMP_ARCH_…), or 0 for what it does not know. */
uint32_t seccomp_arch_token(enum oci_seccomp_arch arch);

/* Bits 1 << OCI_ARCH_…: those with a token. */
uint32_t seccomp_known_archs(void);

/* The native one, then the listed ones, each once. ret has room for 1 + n_architectures. */
size_t seccomp_arch_list(const struct oci_seccomp *seccomp, uint32_t *ret);

/* What struct seccomp_data says of it: AUDIT_ARCH_…; x32 has that of x86-64. */
uint32_t seccomp_arch_audit(uint32_t token);
