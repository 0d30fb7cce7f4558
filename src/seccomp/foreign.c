/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/foreign.h"

#include <errno.h>
#include <string.h>

/* Registers and memory; a value is known unless it came from the call's arguments. */
struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
	bool is_a_open, is_x_open, is_memory_open[BPF_MEMWORDS];
};

/* One question to a program. */
struct run {
	const struct sock_filter *insns;
	size_t n_insns;
	const struct seccomp_data *data;
	bool is_open; /* the arguments may be anything */
	size_t steps;
	bool was_here_open[BPF_MAXINSNS]; /* with nothing known: what follows was followed */
	struct seccomp_answers answers;
};

/* ---- what the kernel takes ---- */

static bool is_load_valid(const struct sock_filter *insn)
{
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		return insn->code == (BPF_LD | BPF_W | BPF_ABS) &&
		       insn->k % sizeof(uint32_t) == 0 && insn->k < sizeof(struct seccomp_data);
	case BPF_LEN:
		return BPF_SIZE(insn->code) == BPF_W;
	case BPF_IMM:
		return BPF_SIZE(insn->code) == BPF_W;
	case BPF_MEM:
		return BPF_SIZE(insn->code) == BPF_W && insn->k < BPF_MEMWORDS;
	default:
		return false;
	}
}

static bool is_arithmetic_valid(const struct sock_filter *insn)
{
	bool is_constant = BPF_SRC(insn->code) == BPF_K;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
	case BPF_NEG:
		return true;
	case BPF_DIV:
		return !is_constant || insn->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return !is_constant || insn->k < 32;
	default:
		return false;
	}
}

static bool is_jump_valid(const struct sock_filter *insn, size_t n_behind)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k < n_behind;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return insn->jt < n_behind && insn->jf < n_behind;
	default:
		return false;
	}
}

static bool is_valid(const struct sock_filter *insn, size_t n_behind)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_RET:
		return BPF_RVAL(insn->code) == BPF_K || BPF_RVAL(insn->code) == BPF_A;
	case BPF_LD:
	case BPF_LDX:
		return n_behind > 0 && is_load_valid(insn);
	case BPF_ST:
	case BPF_STX:
		return n_behind > 0 && insn->k < BPF_MEMWORDS;
	case BPF_ALU:
		return n_behind > 0 && is_arithmetic_valid(insn);
	case BPF_JMP:
		return is_jump_valid(insn, n_behind);
	case BPF_MISC:
		return n_behind > 0 &&
		       (BPF_MISCOP(insn->code) == BPF_TAX || BPF_MISCOP(insn->code) == BPF_TXA);
	default:
		return false;
	}
}

int seccomp_foreign_check(const struct sock_filter *insns, size_t n_insns, struct err *err)
{
	if (n_insns == 0 || n_insns > BPF_MAXINSNS)
		return err_fail(err, EINVAL, "a filter of %zu instructions", n_insns);
	for (size_t i = 0; i < n_insns; i++)
		if (!is_valid(&insns[i], n_insns - 1 - i))
			return err_fail(err, EINVAL,
				"instruction %zu of %zu (code 0x%x) is not valid", i, n_insns,
				insns[i].code);
	return 0;
}

/* ---- one instruction ---- */

static void load_a(const struct run *run, struct machine *machine, const struct sock_filter *insn)
{
	machine->is_a_open = false;
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		memcpy(&machine->a, (const char *)run->data + insn->k, sizeof(machine->a));
		machine->is_a_open = run->is_open &&
				     insn->k >= offsetof(struct seccomp_data, instruction_pointer);
		break;
	case BPF_LEN:
		machine->a = sizeof(struct seccomp_data);
		break;
	case BPF_MEM:
		machine->a = machine->memory[insn->k];
		machine->is_a_open = machine->is_memory_open[insn->k];
		break;
	default:
		machine->a = insn->k;
	}
}

static void load_x(struct machine *machine, const struct sock_filter *insn)
{
	machine->is_x_open = false;
	switch (BPF_MODE(insn->code)) {
	case BPF_LEN:
		machine->x = sizeof(struct seccomp_data);
		break;
	case BPF_MEM:
		machine->x = machine->memory[insn->k];
		machine->is_x_open = machine->is_memory_open[insn->k];
		break;
	default:
		machine->x = insn->k;
	}
}

static uint32_t calculate(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return a / b;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default: /* BPF_NEG */
		return -a;
	}
}

static void compute(struct machine *machine, const struct sock_filter *insn)
{
	bool has_x = BPF_SRC(insn->code) == BPF_X && BPF_OP(insn->code) != BPF_NEG;
	uint32_t b = has_x ? machine->x : insn->k;

	machine->is_a_open |= has_x && machine->is_x_open;
	if (!machine->is_a_open && !(BPF_OP(insn->code) == BPF_DIV && b == 0))
		machine->a = calculate(BPF_OP(insn->code), machine->a, b);
}

static bool compare(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default: /* BPF_JSET */
		return a & b;
	}
}

/* Everything but jumps and returns. */
static void execute(const struct run *run, struct machine *machine, const struct sock_filter *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		load_a(run, machine, insn);
		break;
	case BPF_LDX:
		load_x(machine, insn);
		break;
	case BPF_ST:
		machine->memory[insn->k] = machine->a;
		machine->is_memory_open[insn->k] = machine->is_a_open;
		break;
	case BPF_STX:
		machine->memory[insn->k] = machine->x;
		machine->is_memory_open[insn->k] = machine->is_x_open;
		break;
	case BPF_ALU:
		compute(machine, insn);
		break;
	default: /* BPF_MISC */
		if (BPF_MISCOP(insn->code) == BPF_TAX) {
			machine->x = machine->a;
			machine->is_x_open = machine->is_a_open;
		} else {
			machine->a = machine->x;
			machine->is_a_open = machine->is_x_open;
		}
	}
}

/* ---- a program ---- */

static bool is_division_by_zero(const struct machine *machine, const struct sock_filter *insn)
{
	return insn->code == (BPF_ALU | BPF_DIV | BPF_X) && !machine->is_x_open && machine->x == 0;
}

static void take_answer(struct run *run, uint32_t answer)
{
	if (seccomp_answer_rank(answer) > seccomp_answer_rank(run->answers.mildest))
		run->answers.mildest = answer;
	if (seccomp_answer_rank(answer) < seccomp_answer_rank(run->answers.strictest))
		run->answers.strictest = answer;
}

static void answer(struct run *run, const struct machine *machine, const struct sock_filter *insn)
{
	if (BPF_RVAL(insn->code) == BPF_K) {
		take_answer(run, insn->k);
	} else if (!machine->is_a_open) {
		take_answer(run, machine->a);
	} else { /* the call's own argument is the answer */
		take_answer(run, SECCOMP_RET_ALLOW);
		take_answer(run, SECCOMP_RET_KILL_PROCESS);
	}
}

/* Nothing is known, and nothing put aside: from here on only the place matters. */
static bool is_all_open(const struct machine *machine)
{
	static const struct machine nothing;

	return machine->is_a_open && machine->x == 0 && !machine->is_x_open &&
	       memcmp(machine->memory, nothing.memory, sizeof(nothing.memory)) == 0 &&
	       memcmp(machine->is_memory_open, nothing.is_memory_open,
		       sizeof(nothing.is_memory_open)) == 0;
}

static bool was_followed(struct run *run, const struct machine *machine, size_t at)
{
	bool was = run->was_here_open[at];

	if (!is_all_open(machine))
		return false;
	run->was_here_open[at] = true;
	return was;
}

/* A copy of the machine goes each way; as deep as there are jumps in a row. */
static void follow(struct run *run, struct machine machine, size_t at)
{
	while (run->steps < SECCOMP_FOREIGN_STEPS_MAX && !was_followed(run, &machine, at)) {
		const struct sock_filter *insn = &run->insns[at++];
		bool has_x = BPF_SRC(insn->code) == BPF_X;

		run->steps++;
		if (BPF_CLASS(insn->code) == BPF_RET) {
			answer(run, &machine, insn);
			return;
		}
		if (is_division_by_zero(&machine, insn)) {
			take_answer(run, SECCOMP_RET_KILL_THREAD); /* as the kernel: returns 0 */
			return;
		}
		if (BPF_CLASS(insn->code) != BPF_JMP) {
			execute(run, &machine, insn);
		} else if (BPF_OP(insn->code) == BPF_JA) {
			at += insn->k;
		} else if (machine.is_a_open || (has_x && machine.is_x_open)) {
			follow(run, machine, at + insn->jt);
			at += insn->jf;
		} else {
			at += compare(BPF_OP(insn->code), machine.a, has_x ? machine.x : insn->k)
				      ? insn->jt
				      : insn->jf;
		}
	}
}

static void run_all(struct run *run)
{
	const struct machine machine = { 0 };

	run->answers = (struct seccomp_answers){
		.mildest = SECCOMP_RET_KILL_PROCESS,
		.strictest = SECCOMP_RET_ALLOW,
	};
	follow(run, machine, 0);
}

uint32_t seccomp_foreign_run(
	const struct sock_filter *insns, size_t n_insns, const struct seccomp_data *data)
{
	struct run run = { .insns = insns, .n_insns = n_insns, .data = data };

	run_all(&run);
	return run.answers.mildest;
}

int seccomp_foreign_explore(const struct sock_filter *insns, size_t n_insns,
	const struct seccomp_data *data, struct seccomp_answers *ret, struct err *err)
{
	struct run run = { .insns = insns, .n_insns = n_insns, .data = data, .is_open = true };

	run_all(&run);
	if (run.steps >= SECCOMP_FOREIGN_STEPS_MAX)
		return err_fail(err, E2BIG, "a filter with too many ways through it");
	*ret = run.answers;
	return 0;
}

int32_t seccomp_answer_rank(uint32_t answer)
{
	return (int32_t)(answer & SECCOMP_RET_ACTION_FULL);
}

bool seccomp_answer_allows(uint32_t answer)
{
	uint32_t action = answer & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}
