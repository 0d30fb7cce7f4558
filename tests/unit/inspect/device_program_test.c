/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/bpf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/audit/device_program.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define INSN(code, dst, src, off, imm)   \
	{                                \
		code, dst, src, off, imm \
	}

/* As runtimes write them: what is not allowed by a block falls to the end. */
static const struct bpf_insn usual[] = {
	INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0), /* access and type */
	INSN(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff),
	INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 0, 0),
	INSN(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16),
	INSN(BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0), /* major */
	INSN(BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0), /* minor */
	/* c 1:3 rwm */
	INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 4, BPF_DEVCG_DEV_CHAR),
	INSN(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 3, 1),
	INSN(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 2, 3),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	/* b 7:* r */
	INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 6, BPF_DEVCG_DEV_BLOCK),
	INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 3, 0, 0),
	INSN(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, BPF_DEVCG_ACC_READ),
	INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 3, 3, 0),
	INSN(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 2, 7),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static void rules_are_read_out_of_a_program(void **state)
{
	const struct audit_device_program program = { usual, LENGTH(usual) };

	assert_true(device_program_allows(&program, false, 1, 3, 'r'));
	assert_true(device_program_allows(&program, false, 1, 3, 'm'));
	assert_false(device_program_allows(&program, false, 1, 1, 'r'));
	assert_false(device_program_allows(&program, true, 1, 3, 'r'));
	assert_true(device_program_allows(&program, true, 7, 200, 'r'));
	assert_false(device_program_allows(&program, true, 7, 200, 'w'));
	assert_false(device_program_allows(&program, true, 8, 0, 'r'));
}

static void what_is_not_understood_is_not_praised(void **state)
{
	static const struct bpf_insn call[] = {
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, 1),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static const struct bpf_insn outside[] = {
		INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, 12, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static const struct bpf_insn below[] = {
		INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, -4, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static const struct bpf_insn endless[] = {
		INSN(BPF_JMP | BPF_JA, 0, 0, -1, 0),
	};
	static const struct bpf_insn astray[] = {
		INSN(BPF_JMP | BPF_JA, 0, 0, 100, 0),
	};
	static const struct bpf_insn no_register[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 15, 0, 0, 0),
	};
	const struct audit_device_program programs[] = {
		{ call, LENGTH(call) },
		{ outside, LENGTH(outside) },
		{ below, LENGTH(below) },
		{ endless, LENGTH(endless) },
		{ astray, LENGTH(astray) },
		{ no_register, LENGTH(no_register) },
		{ NULL, 0 },
	};

	for (size_t i = 0; i < LENGTH(programs); i++)
		if (!device_program_allows(&programs[i], true, 8, 0, 'w'))
			fail_msg("program %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read_out_of_a_program),
		cmocka_unit_test(what_is_not_understood_is_not_praised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
