/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/device_program.h"

#include <linux/bpf.h>
#include <stddef.h>

enum {
	REGISTERS = 11,
	STEPS_MAX = 1 << 16,
	CONTEXT_ADDRESS = 0x10000, /* what register 1 holds at the beginning */
};

struct machine {
	const struct bpf_cgroup_dev_ctx *context;
	uint64_t registers[REGISTERS];
};

static bool calculate(uint8_t operation, uint64_t *a, uint64_t b, bool is_64)
{
	uint64_t value = is_64 ? *a : (uint32_t)*a;

	switch (operation) {
	case BPF_MOV:
		value = b;
		break;
	case BPF_ADD:
		value += b;
		break;
	case BPF_SUB:
		value -= b;
		break;
	case BPF_AND:
		value &= b;
		break;
	case BPF_OR:
		value |= b;
		break;
	case BPF_XOR:
		value ^= b;
		break;
	case BPF_LSH:
		value <<= b & (is_64 ? 63 : 31);
		break;
	case BPF_RSH:
		value >>= b & (is_64 ? 63 : 31);
		break;
	default:
		return false;
	}
	*a = is_64 ? value : (uint32_t)value;
	return true;
}

static bool compare(uint8_t operation, uint64_t a, uint64_t b, bool *ret)
{
	switch (operation) {
	case BPF_JA:
		*ret = true;
		return true;
	case BPF_JEQ:
		*ret = a == b;
		return true;
	case BPF_JNE:
		*ret = a != b;
		return true;
	case BPF_JGT:
		*ret = a > b;
		return true;
	case BPF_JGE:
		*ret = a >= b;
		return true;
	case BPF_JLT:
		*ret = a < b;
		return true;
	case BPF_JLE:
		*ret = a <= b;
		return true;
	case BPF_JSET:
		*ret = (a & b) != 0;
		return true;
	default:
		return false;
	}
}

/* One word of the context, or the half of one. */
static bool load(struct machine *machine, const struct bpf_insn *insn)
{
	const struct bpf_cgroup_dev_ctx *context = machine->context;
	uint32_t words[3] = { context->access_type, context->major, context->minor };
	uint64_t offset = machine->registers[insn->src_reg] - CONTEXT_ADDRESS +
			  (uint64_t)(int64_t)insn->off;

	if (offset >= sizeof(words))
		return false;
	switch (insn->code) {
	case BPF_LDX | BPF_MEM | BPF_W:
		machine->registers[insn->dst_reg] = words[offset / 4];
		return offset % 4 == 0;
	case BPF_LDX | BPF_MEM | BPF_H:
		machine->registers[insn->dst_reg] = words[offset / 4] >> (offset % 4 * 8) & 0xffff;
		return offset % 2 == 0;
	case BPF_LDX | BPF_MEM | BPF_B:
		machine->registers[insn->dst_reg] = words[offset / 4] >> (offset % 4 * 8) & 0xff;
		return true;
	default:
		return false;
	}
}

/* What the second operand is, as wide as the operation is. */
static uint64_t operand(const struct machine *machine, const struct bpf_insn *insn, bool is_64)
{
	uint64_t value = BPF_SRC(insn->code) == BPF_X ? machine->registers[insn->src_reg]
						      : (uint64_t)(int64_t)insn->imm;

	return is_64 ? value : (uint32_t)value;
}

static bool jump(const struct machine *machine, const struct bpf_insn *insn, size_t *at)
{
	bool is_64 = BPF_CLASS(insn->code) == BPF_JMP, is_taken;
	uint64_t a = machine->registers[insn->dst_reg];

	if (!compare(BPF_OP(insn->code), is_64 ? a : (uint32_t)a, operand(machine, insn, is_64),
		    &is_taken))
		return false;
	if (is_taken)
		*at += (size_t)(ptrdiff_t)insn->off;
	return true;
}

/* false: not understood */
static bool execute(struct machine *machine, const struct bpf_insn *insn, size_t *at)
{
	bool is_64 = BPF_CLASS(insn->code) == BPF_ALU64;

	if (insn->dst_reg >= REGISTERS || insn->src_reg >= REGISTERS)
		return false;
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return calculate(BPF_OP(insn->code), &machine->registers[insn->dst_reg],
			operand(machine, insn, is_64), is_64);
	case BPF_LDX:
		return load(machine, insn);
	case BPF_JMP:
	case BPF_JMP32:
		return jump(machine, insn, at);
	default:
		return false;
	}
}

static uint32_t access_of(char access)
{
	return access == 'r'   ? BPF_DEVCG_ACC_READ
	       : access == 'w' ? BPF_DEVCG_ACC_WRITE
			       : BPF_DEVCG_ACC_MKNOD;
}

bool device_program_allows(const struct audit_device_program *program, bool is_block,
	uint32_t major, uint32_t minor, char access)
{
	const struct bpf_cgroup_dev_ctx context = {
		.access_type = access_of(access) << 16 |
			       (is_block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
		.major = major,
		.minor = minor,
	};
	struct machine machine = { .context = &context, .registers[1] = CONTEXT_ADDRESS };
	size_t at = 0;

	for (size_t steps = 0; steps < STEPS_MAX && at < program->n_insns; steps++) {
		const struct bpf_insn *insn = &program->insns[at++];

		if (insn->code == (BPF_JMP | BPF_EXIT))
			return machine.registers[0] != 0;
		if (!execute(&machine, insn, &at))
			return true;
	}
	return true;
}
