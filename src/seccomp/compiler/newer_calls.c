/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile that denies by default was written when the newest system call was the newest that it
 * names. To a C library, "not permitted" for a newer one means that, while "not there" makes it
 * take the older call that the profile allows. So in front of the filter, for each architecture:
 * a number above the profile's largest is ENOSYS.
 */
#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "seccomp/compiler/compiler.h"

enum {
	X32_BIT = 0x40000000,
	AT_NUMBER = offsetof(struct seccomp_data, nr),
	AT_ARCH = offsetof(struct seccomp_data, arch),
	BLOCK_INSNS_MAX = 8,
};

/* 0 when the profile names none of this architecture. x32's numbers have their bit. */
static uint32_t largest_call(const struct oci_seccomp *seccomp, uint32_t token)
{
	int largest = 0;

	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		for (size_t k = 0; k < seccomp->syscalls[i].n_names; k++) {
			/* negative: unknown, or a call of other architectures */
			int call = seccomp_syscall_resolve_name_arch(
				token, seccomp->syscalls[i].names[k]);

			if (call > largest)
				largest = call;
		}
	return (uint32_t)largest;
}

static void append(struct seccomp_program *program, struct sock_filter insn)
{
	program->insns[program->n_insns++] = insn;
}

#define LOAD(at)      ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at))
#define RETURN(value) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value))
#define JUMP(op, value, if_true, if_false) \
	((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, value, if_true, if_false))

static const uint32_t not_there = SECCOMP_RET_ERRNO | ENOSYS;

/* A holds the architecture; behind the block it does again. */
static void append_block(
	struct seccomp_program *program, uint32_t audit_arch, uint32_t last, uint32_t last_x32)
{
	unsigned char length = last_x32 ? 7 : 4;

	append(program, JUMP(BPF_JEQ, audit_arch, 0, length));
	append(program, LOAD(AT_NUMBER));
	if (last_x32) {
		append(program, JUMP(BPF_JGE, X32_BIT, 0, 2));
		append(program, JUMP(BPF_JGT, last_x32, 2, 0));
		append(program, JUMP(BPF_JA, 2, 0, 0)); /* over the answer */
	}
	append(program, JUMP(BPF_JGT, last, 0, 1));
	append(program, RETURN(not_there));
	append(program, LOAD(AT_ARCH));
}

/* Of a permissive default the profile's author expects to let newer calls through. */
static bool denies_by_default(const struct oci_seccomp *seccomp)
{
	switch (seccomp->default_action) {
	case OCI_SECCOMP_ALLOW:
	case OCI_SECCOMP_LOG:
	case OCI_SECCOMP_TRACE: /* the tracer answers */
	case OCI_SECCOMP_NOTIFY:
		return false;
	case OCI_SECCOMP_KILL:
	case OCI_SECCOMP_KILL_PROCESS:
	case OCI_SECCOMP_KILL_THREAD:
	case OCI_SECCOMP_TRAP:
	case OCI_SECCOMP_ACTION_COUNT:
		return true;
	case OCI_SECCOMP_ERRNO:
		break;
	}
	return !seccomp->default_errno_ret || *seccomp->default_errno_ret != ENOSYS;
}

static bool has_token(const uint32_t *tokens, size_t n, uint32_t token)
{
	for (size_t i = 0; i < n; i++)
		if (tokens[i] == token)
			return true;
	return false;
}

/* x32 shares its architecture with x86-64: its block is made together with that one's. */
static void append_arch(struct seccomp_program *program, const struct oci_seccomp *seccomp,
	const uint32_t *tokens, size_t n, uint32_t token)
{
	uint32_t last = largest_call(seccomp, token), last_x32 = 0;

	if (token == SCMP_ARCH_X32 && has_token(tokens, n, SCMP_ARCH_X86_64))
		return;
	if (token == SCMP_ARCH_X86_64 && has_token(tokens, n, SCMP_ARCH_X32))
		last_x32 = largest_call(seccomp, SCMP_ARCH_X32);
	if (last != 0)
		append_block(program, seccomp_arch_audit(token), last, last_x32);
}

void seccomp_add_newer_calls(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program)
{
	uint32_t *tokens = ARENA_NEW_ARRAY(arena, 1 + seccomp->n_architectures, uint32_t);
	size_t n_tokens = seccomp_arch_list(seccomp, tokens);
	struct seccomp_program whole = {
		.insns = ARENA_NEW_ARRAY(arena, 1 + n_tokens * BLOCK_INSNS_MAX + program->n_insns,
			struct sock_filter),
	};

	if (!denies_by_default(seccomp))
		return;
	append(&whole, LOAD(AT_ARCH));
	for (size_t i = 0; i < n_tokens; i++)
		append_arch(&whole, seccomp, tokens, n_tokens, tokens[i]);
	if (whole.n_insns == 1)
		return;
	memcpy(whole.insns + whole.n_insns, program->insns,
		program->n_insns * sizeof(*program->insns));
	whole.n_insns += program->n_insns;
	*program = whole;
}
