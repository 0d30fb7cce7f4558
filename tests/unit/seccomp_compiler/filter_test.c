/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp filters: the program is run by an interpreter of classic BPF and compared, for many
 * random profiles, architectures, calls and arguments, with what the rules say read one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp/compiler/compiler.h"

enum {
	X32_BIT = 0x40000000,
	N_PROFILES = 150,
	N_CALLS = 150, /* of each profile */
	RULES_MAX = 40,
	PERMISSION_DENIED = SECCOMP_RET_ERRNO | EPERM,
	NOT_THERE = SECCOMP_RET_ERRNO | ENOSYS,
};

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

/* ---- the interpreter ---- */

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset < sizeof(*data));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static bool jumps(uint16_t code, uint32_t a, uint32_t k)
{
	switch (code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		return a == k;
	case BPF_JMP | BPF_JGT | BPF_K:
		return a > k;
	case BPF_JMP | BPF_JGE | BPF_K:
		return a >= k;
	case BPF_JMP | BPF_JSET | BPF_K:
		return (a & k) != 0;
	default:
		fail_msg("instruction 0x%x", code);
		return false;
	}
}

static uint32_t run(const struct seccomp_program *program, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < program->n_insns; at++) {
		const struct sock_filter *insn = &program->insns[at];

		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
			a = load(data, insn->k);
		else if (insn->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= insn->k;
		else if (insn->code == (BPF_JMP | BPF_JA))
			at += insn->k;
		else
			at += jumps(insn->code, a, insn->k) ? insn->jt : insn->jf;
	}
	fail_msg("the end without a return");
	return 0;
}

/* ---- what the rules say ---- */

static bool holds(const struct oci_seccomp_arg *arg, uint64_t value)
{
	switch (arg->op) {
	case OCI_SECCOMP_NE:
		return value != arg->value;
	case OCI_SECCOMP_LT:
		return value < arg->value;
	case OCI_SECCOMP_LE:
		return value <= arg->value;
	case OCI_SECCOMP_EQ:
		return value == arg->value;
	case OCI_SECCOMP_GE:
		return value >= arg->value;
	case OCI_SECCOMP_GT:
		return value > arg->value;
	case OCI_SECCOMP_MASKED_EQ:
		return (value & arg->value) == arg->value_two;
	}
	return false;
}

static bool args_hold(const struct oci_seccomp_rule *rule, const struct seccomp_data *data)
{
	bool is_twice = false, all = true, any = false;

	for (size_t i = 0; i < rule->n_args; i++) {
		bool one = holds(&rule->args[i], data->args[rule->args[i].index]);

		all = all && one;
		any = any || one;
		for (size_t k = 0; k < i; k++)
			is_twice |= rule->args[k].index == rule->args[i].index;
	}
	return is_twice ? any : all;
}

static bool is_permissive(enum oci_seccomp_action action)
{
	return action == OCI_SECCOMP_ALLOW || action == OCI_SECCOMP_LOG ||
	       action == OCI_SECCOMP_TRACE;
}

/* token: the architecture that data is of. Each call is in one rule only. */
static uint32_t rules_say(
	const struct oci_seccomp *seccomp, uint32_t token, const struct seccomp_data *data)
{
	uint32_t result = seccomp_action_value(seccomp->default_action, seccomp->default_errno_ret);
	int largest = 0;

	for (size_t i = 0; i < seccomp->n_syscalls; i++) {
		const struct oci_seccomp_rule *rule = &seccomp->syscalls[i];

		for (size_t k = 0; k < rule->n_names; k++) {
			int call = seccomp_syscall_resolve_name_arch(token, rule->names[k]);

			if (call > largest)
				largest = call;
			if (call == data->nr && args_hold(rule, data))
				result = seccomp_action_value(rule->action, rule->errno_ret);
		}
	}
	if (!is_permissive(seccomp->default_action) && result != NOT_THERE && data->nr > largest &&
		largest > 0)
		return NOT_THERE;
	return result;
}

/* ---- profiles ---- */

/* Calls that every architecture of the tests has, each with a number of its own. */
static const char *const names[] = { "read", "write", "openat", "close", "fstat", "mmap", "brk",
	"ioctl", "pread64", "readv", "sched_yield", "mremap", "madvise", "dup", "getpid", "clone",
	"execve", "exit", "kill", "uname", "fcntl", "flock", "fsync", "getcwd", "chdir", "rename",
	"mkdir", "rmdir", "link", "unlink", "symlink", "chmod", "umask", "ptrace", "personality",
	"mount", "chroot", "sync", "reboot", "gettid", "tkill", "setns", "getrandom", "bpf",
	"statx", "clone3", "openat2", "faccessat2", "futex_waitv" };
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static const uint64_t values[] = { 0, 1, 2, 8, 0xff, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000, 0x100000001, 0x7E020000, UINT64_MAX - 1, UINT64_MAX };
enum { N_VALUES = sizeof(values) / sizeof(values[0]) };

static uint64_t any_value(void)
{
	return values[(unsigned)rand() % N_VALUES];
}

static uint32_t *any_errno(enum oci_seccomp_action action)
{
	uint32_t *number = ARENA_NEW(&arena, uint32_t);

	if ((action != OCI_SECCOMP_ERRNO && action != OCI_SECCOMP_TRACE) || rand() % 2)
		return NULL;
	*number = (uint32_t)rand() % 200;
	return number;
}

static void fill_args(struct oci_seccomp_rule *rule, bool is_twice)
{
	rule->n_args = 1 + (unsigned)rand() % 3;
	rule->args = ARENA_NEW_ARRAY(&arena, rule->n_args, struct oci_seccomp_arg);
	for (size_t i = 0; i < rule->n_args; i++) {
		struct oci_seccomp_arg *arg = &rule->args[i];

		arg->index = is_twice ? 0 : (uint32_t)i;
		arg->op = OCI_SECCOMP_NE + (unsigned)rand() % 7;
		arg->value = any_value();
		/* the same condition twice in alternatives would be the same rule twice */
		if (is_twice)
			arg->value = values[i * 4 + (unsigned)rand() % 4];
		arg->value_two = any_value() & arg->value;
	}
}

static struct oci_seccomp random_profile(void)
{
	static const enum oci_seccomp_action actions[] = { OCI_SECCOMP_KILL, OCI_SECCOMP_TRAP,
		OCI_SECCOMP_ERRNO, OCI_SECCOMP_TRACE, OCI_SECCOMP_ALLOW, OCI_SECCOMP_LOG,
		OCI_SECCOMP_KILL_PROCESS };
	static enum oci_seccomp_arch archs[] = { OCI_ARCH_X86_64, OCI_ARCH_X86, OCI_ARCH_X32 };
	struct oci_seccomp seccomp = {
		.default_action = actions[(unsigned)rand() % 7],
		.architectures = archs,
		.n_architectures = (unsigned)rand() % 4,
		.n_syscalls = (unsigned)rand() % RULES_MAX,
	};
	size_t next = (unsigned)rand() % 8;

	seccomp.default_errno_ret = any_errno(seccomp.default_action);
	seccomp.syscalls = ARENA_NEW_ARRAY(&arena, seccomp.n_syscalls, struct oci_seccomp_rule);
	for (size_t i = 0; i < seccomp.n_syscalls; i++) {
		struct oci_seccomp_rule *rule = &seccomp.syscalls[i];

		rule->action = actions[(unsigned)rand() % 7];
		rule->errno_ret = any_errno(rule->action);
		rule->names = (const char **)&names[next];
		rule->n_names = next < N_NAMES ? 1 + (unsigned)rand() % (N_NAMES - next > 3 ? 3 : 1)
					       : 0;
		next += rule->n_names;
		if (rand() % 3 == 0)
			fill_args(rule, rand() % 3 == 0);
	}
	return seccomp;
}

static struct seccomp_program compiled(const struct oci_seccomp *seccomp)
{
	struct seccomp_program program = { 0 };
	struct err err = ERR_INIT;

	if (seccomp_compile_rules(&arena, seccomp, false, &program, &err) < 0)
		fail_msg("%s: %s", err.config, err.text);
	seccomp_add_alternatives(&arena, seccomp, &program);
	seccomp_add_newer_calls(&arena, seccomp, &program);
	seccomp_make_range_tree(&arena, seccomp, &program);
	if (seccomp_program_check(program.insns, program.n_insns, &err) < 0)
		fail_msg("%s", err.text);
	return program;
}

/* ---- comparisons ---- */

static struct seccomp_data random_call(const struct oci_seccomp *seccomp, uint32_t *ret_token)
{
	static const uint32_t tokens[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };
	/* the machine's own, or one of those that are listed (in this order) */
	uint32_t token =
		tokens[seccomp->n_architectures ? (unsigned)rand() % seccomp->n_architectures : 0];
	struct seccomp_data data = { .arch = seccomp_arch_audit(token) };

	data.nr = rand() % 8 ? seccomp_syscall_resolve_name_arch(
				       token, names[(unsigned)rand() % N_NAMES])
			     : rand() % 600 | (token == SCMP_ARCH_X32 ? X32_BIT : 0);
	for (size_t i = 0; i < 6; i++)
		data.args[i] = token == SCMP_ARCH_X86_64 ? any_value() : (uint32_t)any_value();
	*ret_token = token;
	return data;
}

/* libseccomp compares 32 bits where an architecture has no more, whatever a rule's value is. */
static bool is_comparable(const struct oci_seccomp *seccomp, uint32_t token)
{
	for (size_t i = 0; token != SCMP_ARCH_X86_64 && i < seccomp->n_syscalls; i++)
		for (size_t k = 0; k < seccomp->syscalls[i].n_args; k++)
			if (seccomp->syscalls[i].args[k].value > UINT32_MAX)
				return false;
	return true;
}

static void a_program_does_what_the_rules_say(void **state)
{
	size_t n_compared = 0;

	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		skip();
	srand(20240607);
	for (int i = 0; i < N_PROFILES; i++) {
		struct oci_seccomp seccomp = random_profile();
		struct seccomp_program program = compiled(&seccomp);

		for (int k = 0; k < N_CALLS; k++) {
			uint32_t token, expected, got;
			struct seccomp_data data = random_call(&seccomp, &token);

			if (!is_comparable(&seccomp, token))
				continue;
			expected = rules_say(&seccomp, token, &data);
			got = run(&program, &data);
			if (got != expected)
				fail_msg("profile %d, call %d of 0x%x: 0x%x instead of 0x%x", i,
					data.nr, data.arch, got, expected);
			assert_int_equal(seccomp_program_run(program.insns, &data), expected);
			n_compared++;
		}
		tear_down(NULL);
	}
	assert_true(n_compared > N_PROFILES * N_CALLS / 2);
}

static struct oci_seccomp one_rule(
	enum oci_seccomp_action otherwise, enum oci_seccomp_action action, const char *name)
{
	struct oci_seccomp_rule *rule = ARENA_NEW(&arena, struct oci_seccomp_rule);
	const char **list = ARENA_NEW_ARRAY(&arena, 1, const char *);

	list[0] = name;
	*rule = (struct oci_seccomp_rule){ .names = list, .n_names = 1, .action = action };
	return (struct oci_seccomp){
		.default_action = otherwise,
		.syscalls = rule,
		.n_syscalls = 1,
	};
}

static uint32_t native_result(const struct seccomp_program *program, int call)
{
	const struct seccomp_data data = { .nr = call, .arch = seccomp_arch_native() };

	return run(program, &data);
}

static void calls_above_the_largest_named_one_are_not_there(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ERRNO, OCI_SECCOMP_ALLOW, "statx");
	struct seccomp_program program = compiled(&seccomp);
	int statx = seccomp_syscall_resolve_name("statx");

	assert_int_equal(native_result(&program, statx - 1), PERMISSION_DENIED);
	assert_int_equal(native_result(&program, statx), SECCOMP_RET_ALLOW);
	assert_int_equal(native_result(&program, statx + 1), NOT_THERE);
	assert_int_equal(native_result(&program, 5000), NOT_THERE);
}

static void a_permissive_profile_lets_newer_calls_pass(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ERRNO, "statx");
	struct seccomp_program program = compiled(&seccomp);

	assert_int_equal(native_result(&program, 5000), SECCOMP_RET_ALLOW);
}

static void a_default_of_enosys_needs_no_extra(void **state)
{
	static const uint32_t number = ENOSYS;
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ERRNO, OCI_SECCOMP_ALLOW, "statx");
	struct seccomp_program plain = { 0 }, program;
	struct err err = ERR_INIT;

	seccomp.default_errno_ret = &number;
	assert_int_equal(seccomp_compile_rules(&arena, &seccomp, false, &plain, &err), 0);
	program = plain;
	seccomp_add_newer_calls(&arena, &seccomp, &program);
	assert_ptr_equal(program.insns, plain.insns);
	assert_int_equal(native_result(&program, 5000), NOT_THERE);
}

static void another_architecture_is_killed(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ERRNO, OCI_SECCOMP_ALLOW, "statx");
	struct seccomp_program program = compiled(&seccomp);
	const struct seccomp_data data = { .nr = 1, .arch = AUDIT_ARCH_S390X };

	assert_int_equal(run(&program, &data), SECCOMP_RET_KILL_THREAD);
}

/* A rule of its own for each: libseccomp 2.5.4 alone refuses 0x80000000 here. */
static void alternatives_with_less_than_stay_apart(void **state)
{
	struct oci_seccomp_arg args[] = {
		{ 0, OCI_SECCOMP_LE, 0x7fffffff, 0 },
		{ 0, OCI_SECCOMP_GE, 0x100000000, 0 },
	};
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ERRNO, "getpid");
	struct seccomp_data data = { .nr = seccomp_syscall_resolve_name("getpid"),
		.arch = seccomp_arch_native() };
	struct seccomp_program program;

	seccomp.syscalls[0].args = args;
	seccomp.syscalls[0].n_args = 2;
	program = compiled(&seccomp);
	data.args[0] = 0x80000000;
	assert_int_equal(run(&program, &data), SECCOMP_RET_ALLOW);
	data.args[0] = 0x7fffffff;
	assert_int_equal(run(&program, &data), PERMISSION_DENIED);
	data.args[0] = 0x100000000;
	assert_int_equal(run(&program, &data), PERMISSION_DENIED);
	data.nr++;
	assert_int_equal(run(&program, &data), SECCOMP_RET_ALLOW);
}

static void an_unknown_call_is_left_out(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ERRNO, "no_such_call");

	compiled(&seccomp);
}

static void an_unknown_call_can_be_made_an_error(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ERRNO, "no_such_call");
	struct seccomp_program program;
	struct err err = ERR_INIT;

	assert_int_equal(seccomp_compile_rules(&arena, &seccomp, true, &program, &err), -EINVAL);
	assert_string_equal(err.config, "/linux/seccomp/syscalls/0/names/0");
	assert_non_null(strstr(err.text, "no_such_call"));
}

static void a_rule_with_the_default_action_says_nothing(void **state)
{
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ALLOW, "statx");
	struct seccomp_program program = compiled(&seccomp);

	assert_int_equal(
		native_result(&program, seccomp_syscall_resolve_name("statx")), SECCOMP_RET_ALLOW);
}

static void an_architecture_of_another_byte_order_is_refused(void **state)
{
	enum oci_seccomp_arch archs[] = { OCI_ARCH_X86, OCI_ARCH_S390X };
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ALLOW, OCI_SECCOMP_ERRNO, "statx");
	struct seccomp_program program;
	struct err err = ERR_INIT;

	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		skip();
	seccomp.architectures = archs;
	seccomp.n_architectures = 2;
	assert_int_equal(seccomp_compile_rules(&arena, &seccomp, false, &program, &err), -ENOTSUP);
	assert_string_equal(err.config, "/linux/seccomp/architectures/1");
	assert_non_null(strstr(err.text, "SCMP_ARCH_S390X"));
}

/* Every other call: as many ranges as can be, with jumps longer than a branch reaches. */
static struct oci_seccomp profile_with_holes(void)
{
	static enum oci_seccomp_arch archs[] = { OCI_ARCH_X86_64, OCI_ARCH_X86, OCI_ARCH_X32 };
	struct oci_seccomp seccomp = one_rule(OCI_SECCOMP_ERRNO, OCI_SECCOMP_ALLOW, "read");
	struct oci_seccomp_rule *rule = &seccomp.syscalls[0];
	const char **list = NULL;
	size_t n = 0;

	for (int call = 0; call < 460; call += 2) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);

		if (name)
			ARENA_APPEND(&arena, list, n) = arena_strdup(&arena, name);
		free(name);
	}
	rule->names = list;
	rule->n_names = n;
	seccomp.architectures = archs;
	seccomp.n_architectures = 3;
	return seccomp;
}

static void a_range_tree_decides_like_the_program_it_is_made_of(void **state)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64 };
	static const uint32_t begins[] = { 0, X32_BIT - 1000, X32_BIT, UINT32_MAX - 999 };
	struct seccomp_program plain = { 0 }, tree;
	struct oci_seccomp seccomp;
	struct err err = ERR_INIT;

	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		skip();
	seccomp = profile_with_holes();
	assert_int_equal(seccomp_compile_rules(&arena, &seccomp, false, &plain, &err), 0);
	tree = plain;
	seccomp_make_range_tree(&arena, &seccomp, &tree);
	assert_ptr_not_equal(tree.insns, plain.insns);
	assert_int_equal(seccomp_program_check(tree.insns, tree.n_insns, &err), 0);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 4; k++)
			for (uint32_t n = 0; n < 1000; n++) {
				const struct seccomp_data data = {
					.nr = (int)(begins[k] + n),
					.arch = archs[i],
				};

				assert_int_equal(run(&tree, &data), run(&plain, &data));
			}
}

static void a_program_that_calculates_with_numbers_is_left_alone(void **state)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct oci_seccomp seccomp = { .default_action = OCI_SECCOMP_ALLOW };
	struct seccomp_program program = { .insns = insns, .n_insns = 5 };

	seccomp_make_range_tree(&arena, &seccomp, &program);
	assert_ptr_equal(program.insns, insns);
}

/* ---- what is believed of a program ---- */

static void assert_refused(const struct sock_filter *insns, size_t n_insns)
{
	struct err err = ERR_INIT;

	if (seccomp_program_check(insns, n_insns, &err) == 0)
		fail_msg("code 0x%x should be refused", insns[0].code);
}

#define REFUSED(...)                                                     \
	do {                                                             \
		const struct sock_filter insns[] = { __VA_ARGS__ };      \
		assert_refused(insns, sizeof(insns) / sizeof(insns[0])); \
	} while (0)

static void a_program_that_could_run_astray_is_refused(void **state)
{
	const struct sock_filter end = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_filter branch = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	const struct sock_filter jump = BPF_STMT(BPF_JMP | BPF_JA, 1);
	const struct sock_filter far = BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX);
	const struct sock_filter beyond = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64);
	const struct sock_filter unaligned = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2);
	const struct sock_filter load_last = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	const struct sock_filter byte = BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0);
	const struct sock_filter scratch = BPF_STMT(BPF_ST, 0);

	assert_refused(&end, 0);
	REFUSED(branch, end);
	REFUSED(jump, end);
	REFUSED(far, end);
	REFUSED(beyond, end);
	REFUSED(unaligned, end);
	REFUSED(end, load_last);
	REFUSED(byte, end);
	REFUSED(scratch, end);
}

static void a_program_longer_than_the_kernels_limit_is_refused(void **state)
{
	struct sock_filter *insns = ARENA_NEW_ARRAY(&arena, BPF_MAXINSNS + 1, struct sock_filter);
	struct err err = ERR_INIT;

	for (size_t i = 0; i <= BPF_MAXINSNS; i++)
		insns[i].code = BPF_RET | BPF_K;
	assert_int_equal(seccomp_program_check(insns, BPF_MAXINSNS, &err), 0);
	assert_int_equal(seccomp_program_check(insns, BPF_MAXINSNS + 1, &err), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_program_does_what_the_rules_say, tear_down),
		cmocka_unit_test_teardown(
			calls_above_the_largest_named_one_are_not_there, tear_down),
		cmocka_unit_test_teardown(a_permissive_profile_lets_newer_calls_pass, tear_down),
		cmocka_unit_test_teardown(a_default_of_enosys_needs_no_extra, tear_down),
		cmocka_unit_test_teardown(another_architecture_is_killed, tear_down),
		cmocka_unit_test_teardown(alternatives_with_less_than_stay_apart, tear_down),
		cmocka_unit_test_teardown(an_unknown_call_is_left_out, tear_down),
		cmocka_unit_test_teardown(an_unknown_call_can_be_made_an_error, tear_down),
		cmocka_unit_test_teardown(a_rule_with_the_default_action_says_nothing, tear_down),
		cmocka_unit_test_teardown(
			an_architecture_of_another_byte_order_is_refused, tear_down),
		cmocka_unit_test_teardown(
			a_range_tree_decides_like_the_program_it_is_made_of, tear_down),
		cmocka_unit_test_teardown(
			a_program_that_calculates_with_numbers_is_left_alone, tear_down),
		cmocka_unit_test_teardown(a_program_that_could_run_astray_is_refused, tear_down),
		cmocka_unit_test_teardown(
			a_program_longer_than_the_kernels_limit_is_refused, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
