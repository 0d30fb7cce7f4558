/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter's program as data. What the compiler makes is a small part of classic BPF: loads of a
 * word of struct seccomp_data, AND, forward jumps and constant answers. Nothing else is believed.
 */
#include <errno.h>
#include <string.h>

#include "seccomp/program.h"

enum insn_class {
	INSN_LOAD,
	INSN_AND,
	INSN_JUMP,
	INSN_BRANCH,
	INSN_RETURN,
	INSN_OTHER,
};

static enum insn_class class_of(const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return INSN_LOAD;
	case BPF_ALU | BPF_AND | BPF_K:
		return INSN_AND;
	case BPF_JMP | BPF_JA:
		return INSN_JUMP;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		return INSN_BRANCH;
	case BPF_RET | BPF_K:
		return INSN_RETURN;
	default:
		return INSN_OTHER;
	}
}

/* n_behind: how many instructions follow. The last one cannot be anything but a return. */
static bool is_valid(const struct sock_filter *insn, size_t n_behind)
{
	switch (class_of(insn)) {
	case INSN_LOAD:
		return n_behind > 0 && insn->k % sizeof(uint32_t) == 0 &&
		       insn->k < sizeof(struct seccomp_data);
	case INSN_AND:
		return n_behind > 0;
	case INSN_JUMP:
		return insn->k < n_behind;
	case INSN_BRANCH:
		return insn->jt < n_behind && insn->jf < n_behind;
	case INSN_RETURN:
		return true;
	case INSN_OTHER:
		break;
	}
	return false;
}

int seccomp_program_check(const struct sock_filter *insns, size_t n_insns, struct err *err)
{
	if (n_insns == 0)
		return err_fail(err, EINVAL, "a seccomp filter without instructions");
	if (n_insns > BPF_MAXINSNS)
		return err_fail(err, E2BIG,
			"the seccomp filter has %zu instructions, the kernel takes %d", n_insns,
			BPF_MAXINSNS);
	for (size_t i = 0; i < n_insns; i++)
		if (!is_valid(&insns[i], n_insns - 1 - i))
			return err_fail(err, EINVAL,
				"seccomp filter: instruction %zu of %zu (code 0x%x) is not valid",
				i, n_insns, insns[i].code);
	return 0;
}

bool seccomp_insn_branches(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	default:
		return a & insn->k;
	}
}

uint32_t seccomp_program_run(const struct sock_filter *insns, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (const struct sock_filter *insn = insns;; insn++)
		switch (class_of(insn)) {
		case INSN_LOAD:
			memcpy(&a, (const char *)data + insn->k, sizeof(a));
			break;
		case INSN_AND:
			a &= insn->k;
			break;
		case INSN_JUMP:
			insn += insn->k;
			break;
		case INSN_BRANCH:
			insn += seccomp_insn_branches(insn, a) ? insn->jt : insn->jf;
			break;
		case INSN_RETURN:
		case INSN_OTHER: /* the check did not let it pass */
			return insn->k;
		}
}
