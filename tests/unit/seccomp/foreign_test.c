/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "seccomp/foreign.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NR            offsetof(struct seccomp_data, nr)
#define ARG(n)        (offsetof(struct seccomp_data, args) + 8 * (n))
#define LOAD(at)      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define RETURN(k)     BPF_STMT(BPF_RET | BPF_K, k)
#define IF(k, t, f)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)

static const struct seccomp_data call_7 = { .nr = 7, .args = { 5, 6 } };

static uint32_t run(const struct sock_filter *insns, size_t n)
{
	struct err err = ERR_INIT;

	assert_int_equal(seccomp_foreign_check(insns, n, &err), 0);
	return seccomp_foreign_run(insns, n, &call_7);
}

static void every_kind_of_instruction_is_run(void **state)
{
	const struct sock_filter all[] = {
		LOAD(NR),                                  /* a = 7 */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),           /* x = 7 */
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),    /* 14 */
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 2),    /* 12 */
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 5),    /* 60 */
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),    /* 8 */
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),    /* 32 */
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),    /* 16 */
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 9),     /* 25 */
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),    /* 30 */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x16), /* 22 */
		BPF_STMT(BPF_ALU | BPF_NEG, 0),            /* -22 */
		BPF_STMT(BPF_ST, 3),                       /* m[3] = -22 */
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 30),   /* x = 30 */
		BPF_STMT(BPF_STX, 4),                      /* m[4] = 30 */
		BPF_STMT(BPF_LDX | BPF_W | BPF_MEM, 4),    /* x = 30 */
		BPF_STMT(BPF_LD | BPF_MEM, 3),             /* a = -22 */
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),    /* 8 */
		BPF_STMT(BPF_MISC | BPF_TAX, 0),           /* x = 8 */
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),     /* a = 64 */
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0),    /* 56 */
		BPF_STMT(BPF_MISC | BPF_TXA, 0),           /* 8 */
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		RETURN(1),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 3), /* 8 ≥ 8 */
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 8, 2, 0), /* not 8 > 8 */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 12, 0, 1),
		BPF_STMT(BPF_RET | BPF_A, 0),
		RETURN(2),
	};

	assert_int_equal(run(all, LENGTH(all)), 8);
}

static void a_division_by_zero_ends_as_in_the_kernel(void **state)
{
	const struct sock_filter divide[] = {
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 0),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		RETURN(SECCOMP_RET_ALLOW),
	};

	assert_int_equal(run(divide, LENGTH(divide)), SECCOMP_RET_KILL_THREAD);
}

static void what_the_kernel_refuses_is_refused(void **state)
{
	static const struct sock_filter bad[] = {
		LOAD(64),                              /* behind the data */
		LOAD(2),                               /* not aligned */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), /* a byte */
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), /* packets have that */
		BPF_STMT(BPF_LD | BPF_MEM, 16),        /* behind the memory */
		BPF_STMT(BPF_ST, 16),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),          /* behind the end */
		BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), /* back */
		IF(0, 1, 0),
		BPF_STMT(0xffff, 0),
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < LENGTH(bad); i++) {
		const struct sock_filter program[] = { bad[i], RETURN(0) };

		if (seccomp_foreign_check(program, 2, &err) == 0)
			fail_msg("instruction %zu is taken", i);
	}
	assert_true(seccomp_foreign_check(bad, 0, &err) < 0);
	const struct sock_filter endless[] = { LOAD(NR) };

	assert_true(seccomp_foreign_check(endless, 1, &err) < 0);
}

static struct seccomp_answers explore(const struct sock_filter *insns, size_t n)
{
	struct seccomp_answers answers = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(seccomp_foreign_explore(insns, n, &call_7, &answers, &err), 0);
	return answers;
}

static void what_depends_on_arguments_is_followed_both_ways(void **state)
{
	const struct sock_filter depends[] = {
		LOAD(NR),
		IF(7, 0, 3),
		LOAD(ARG(1)),
		IF(99, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_ERRNO),
	};
	struct seccomp_answers answers = explore(depends, LENGTH(depends));

	assert_int_equal(answers.mildest, SECCOMP_RET_ALLOW);
	assert_int_equal(answers.strictest, SECCOMP_RET_ERRNO);
	/* with these arguments it is refused */
	assert_int_equal(run(depends, LENGTH(depends)), SECCOMP_RET_ERRNO);
}

static void what_does_not_depend_on_arguments_has_one_answer(void **state)
{
	const struct sock_filter plain[] = {
		LOAD(ARG(0)),
		BPF_STMT(BPF_ST, 0),
		LOAD(NR),
		IF(7, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_LOG),
	};
	struct seccomp_answers answers = explore(plain, LENGTH(plain));

	assert_int_equal(answers.mildest, SECCOMP_RET_LOG);
	assert_int_equal(answers.strictest, SECCOMP_RET_LOG);
}

/* An argument stays one by way of memory, the other register and arithmetic. */
static void an_argument_is_not_forgotten(void **state)
{
	const struct sock_filter hidden[] = {
		LOAD(ARG(0)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_STX, 5),
		LOAD(NR),
		BPF_STMT(BPF_LDX | BPF_W | BPF_MEM, 5),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		IF(0x17, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_filter returned[] = { LOAD(ARG(0)), BPF_STMT(BPF_RET | BPF_A, 0) };
	struct seccomp_answers answers = explore(hidden, LENGTH(hidden));

	assert_int_equal(answers.mildest, SECCOMP_RET_ALLOW);
	assert_int_equal(answers.strictest, SECCOMP_RET_KILL_PROCESS);
	answers = explore(returned, LENGTH(returned));
	assert_int_equal(answers.mildest, SECCOMP_RET_ALLOW);
	assert_int_equal(answers.strictest, SECCOMP_RET_KILL_PROCESS);
}

/* 2000 questions about arguments in a row have 2^2000 ways, which all meet again. */
static void ways_that_meet_are_followed_once(void **state)
{
	static struct sock_filter program[4002];
	struct seccomp_answers answers;

	for (size_t i = 0; i < 4000; i += 2) {
		program[i] = (struct sock_filter)LOAD(ARG(0));
		program[i + 1] = (struct sock_filter)IF((uint32_t)i, 0, 0);
	}
	program[4000] = (struct sock_filter)IF(5, 0, 0);
	program[4001] = (struct sock_filter)RETURN(SECCOMP_RET_TRAP);
	answers = explore(program, LENGTH(program));
	assert_int_equal(answers.mildest, SECCOMP_RET_TRAP);
}

/* With something put aside they do not meet, and there is an end to it. */
static void too_many_ways_are_an_error(void **state)
{
	static struct sock_filter program[402];
	struct seccomp_answers answers;
	struct err err = ERR_INIT;

	program[0] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 1);
	for (size_t i = 1; i < 401; i += 2) {
		program[i] = (struct sock_filter)LOAD(ARG(0));
		program[i + 1] = (struct sock_filter)IF((uint32_t)i, 0, 0);
	}
	program[401] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	assert_int_equal(
		seccomp_foreign_explore(program, LENGTH(program), &call_7, &answers, &err), -E2BIG);
}

/* ---- the kernel is asked the same ---- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Something about the argument of getpgid: an errno below 256. */
static size_t make_program(uint32_t seed, struct sock_filter *program)
{
	static const uint16_t operations[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_AND, BPF_OR, BPF_XOR,
		BPF_LSH, BPF_RSH, BPF_NEG, BPF_DIV };
	size_t n = 0;

	program[n++] = (struct sock_filter)LOAD(NR);
	program[n++] = (struct sock_filter)IF(SYS_getpgid, 1, 0);
	program[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	program[n++] = (struct sock_filter)LOAD(ARG(0));
	for (int i = 0; i < 24; i++) {
		uint32_t choice = next_random(&seed) % 16, k = next_random(&seed) % 31 + 1;

		if (choice < LENGTH(operations))
			program[n++] = (struct sock_filter)BPF_STMT(
				BPF_ALU | operations[choice] |
					(choice < 6 && k % 2 ? BPF_X : BPF_K),
				k);
		else if (choice < 12)
			program[n++] = (struct sock_filter)BPF_STMT(BPF_ST, k % 4);
		else if (choice < 13)
			program[n++] = (struct sock_filter)BPF_STMT(
				BPF_LDX | BPF_W | BPF_IMM, next_random(&seed));
		else if (choice < 14)
			program[n++] = (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0);
		else if (choice < 15)
			program[n++] = (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JGT | BPF_X, 0, 0, 1);
		else
			program[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, k);
	}
	/* what the last jump may jump over */
	program[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 0);
	program[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x7f);
	program[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	return n;
}

/* The errno that the kernel gives, as an exit status. */
static int ask_kernel(const struct sock_filter *program, size_t n, long argument)
{
	const struct sock_fprog filter = { (unsigned short)n, (struct sock_filter *)program };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
			_exit(255);
		_exit(syscall(SYS_getpgid, argument) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void answers_are_those_of_the_kernel(void **state)
{
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct sock_filter program[64];
		struct seccomp_data data = { .nr = SYS_getpgid, .args = { seed * 77777u } };
		size_t n = make_program(seed, program);
		struct err err = ERR_INIT;
		uint32_t answer;

		assert_int_equal(seccomp_foreign_check(program, n, &err), 0);
		answer = seccomp_foreign_run(program, n, &data);
		assert_int_equal(answer & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
		assert_int_equal(
			answer & SECCOMP_RET_DATA, ask_kernel(program, n, (long)(seed * 77777u)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_instruction_is_run),
		cmocka_unit_test(a_division_by_zero_ends_as_in_the_kernel),
		cmocka_unit_test(what_the_kernel_refuses_is_refused),
		cmocka_unit_test(what_depends_on_arguments_is_followed_both_ways),
		cmocka_unit_test(what_does_not_depend_on_arguments_has_one_answer),
		cmocka_unit_test(an_argument_is_not_forgotten),
		cmocka_unit_test(ways_that_meet_are_followed_once),
		cmocka_unit_test(too_many_ways_are_an_error),
		cmocka_unit_test(answers_are_those_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
