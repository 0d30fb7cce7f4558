/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several rules for one call are alternatives: one of them suffices. Where they compare the same
 * argument and one asks for "less than", libseccomp (2.5.4) merges their comparisons into a
 * program that refuses what a rule allows, and the other way round. Those calls are answered in
 * front of its program, rule by rule, by comparisons made here.
 */
#include <endian.h>
#include <seccomp.h>
#include <string.h>

#include "seccomp/compiler/compiler.h"

enum {
	AT_NUMBER = offsetof(struct seccomp_data, nr),
	AT_ARCH = offsetof(struct seccomp_data, arch),
	AT_ARGS = offsetof(struct seccomp_data, args),
	AT_LOW = __BYTE_ORDER == __LITTLE_ENDIAN ? 0 : 4, /* of an argument */
	AT_HIGH = 4 - AT_LOW,
	ARGS_MAX = 6,
	ARG_INSNS_MAX = 6,
	ARG_INDEX_COUNT = 6,
};

/* Where a comparison goes on; they become distances when the rule's length is known. */
enum {
	HOLDS = 254, /* behind this comparison */
	FAILS = 255, /* behind this rule */
};

/* The rules of one call for one architecture. */
struct alternatives {
	const struct oci_seccomp *seccomp;
	uint32_t token;
	int call;
};

struct code {
	struct arena *arena;
	struct sock_filter *insns;
	size_t n_insns;
};

static void add(struct code *code, uint16_t kind, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	ARENA_APPEND(code->arena, code->insns, code->n_insns) = (struct sock_filter){
		.code = kind,
		.jt = if_true,
		.jf = if_false,
		.k = k,
	};
}

static void add_load(struct code *code, uint32_t at)
{
	add(code, BPF_LD | BPF_W | BPF_ABS, at, 0, 0);
}

static void add_branch(
	struct code *code, uint16_t op, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	add(code, BPF_JMP | BPF_K | op, k, if_true, if_false);
}

/* ---- one comparison; the next instruction is reached when nothing is decided yet ---- */

static void compare_high(struct code *code, const struct oci_seccomp_arg *arg)
{
	uint32_t high = (uint32_t)(arg->value >> 32);

	add_load(code, AT_ARGS + arg->index * 8 + AT_HIGH);
	switch (arg->op) {
	case OCI_SECCOMP_NE:
		add_branch(code, BPF_JEQ, high, 0, HOLDS);
		break;
	case OCI_SECCOMP_EQ:
		add_branch(code, BPF_JEQ, high, 0, FAILS);
		break;
	case OCI_SECCOMP_LT:
	case OCI_SECCOMP_LE:
		add_branch(code, BPF_JGT, high, FAILS, 0);
		add_branch(code, BPF_JEQ, high, 0, HOLDS);
		break;
	case OCI_SECCOMP_GE:
	case OCI_SECCOMP_GT:
		add_branch(code, BPF_JGT, high, HOLDS, 0);
		add_branch(code, BPF_JEQ, high, 0, FAILS);
		break;
	case OCI_SECCOMP_MASKED_EQ:
		add(code, BPF_ALU | BPF_AND | BPF_K, high, 0, 0);
		add_branch(
			code, BPF_JEQ, (uint32_t)((arg->value_two & arg->value) >> 32), 0, FAILS);
		break;
	}
}

static void compare_low(struct code *code, const struct oci_seccomp_arg *arg)
{
	uint32_t low = (uint32_t)arg->value;

	add_load(code, AT_ARGS + arg->index * 8 + AT_LOW);
	switch (arg->op) {
	case OCI_SECCOMP_NE:
		add_branch(code, BPF_JEQ, low, FAILS, 0);
		break;
	case OCI_SECCOMP_EQ:
		add_branch(code, BPF_JEQ, low, 0, FAILS);
		break;
	case OCI_SECCOMP_LT:
		add_branch(code, BPF_JGE, low, FAILS, 0);
		break;
	case OCI_SECCOMP_LE:
		add_branch(code, BPF_JGT, low, FAILS, 0);
		break;
	case OCI_SECCOMP_GE:
		add_branch(code, BPF_JGE, low, 0, FAILS);
		break;
	case OCI_SECCOMP_GT:
		add_branch(code, BPF_JGT, low, 0, FAILS);
		break;
	case OCI_SECCOMP_MASKED_EQ:
		add(code, BPF_ALU | BPF_AND | BPF_K, low, 0, 0);
		add_branch(code, BPF_JEQ, (uint32_t)arg->value_two & low, 0, FAILS);
		break;
	}
}

static bool has_64_bits(uint32_t token)
{
	return token != SCMP_ARCH_X32 && (token & 0x80000000) != 0; /* __AUDIT_ARCH_64BIT */
}

/* Turns every jump to target, from the instruction begin on, into the distance to the end. */
static void land(struct code *code, size_t begin, uint8_t target, size_t end)
{
	for (size_t i = begin; i < code->n_insns; i++) {
		struct sock_filter *insn = &code->insns[i];

		if (BPF_CLASS(insn->code) != BPF_JMP)
			continue;
		if (insn->jt == target)
			insn->jt = (uint8_t)(end - i - 1);
		if (insn->jf == target)
			insn->jf = (uint8_t)(end - i - 1);
	}
}

static_assert(ARGS_MAX * ARG_INSNS_MAX + 1 < HOLDS, "a distance in a rule is no target");

/* All of n_args comparisons hold: the action. */
static void add_rule(struct code *code, const struct oci_seccomp_arg *args, size_t n_args,
	uint32_t token, uint32_t action)
{
	size_t begin = code->n_insns;

	for (size_t i = 0; i < n_args; i++) {
		size_t first = code->n_insns;

		if (has_64_bits(token))
			compare_high(code, &args[i]);
		compare_low(code, &args[i]);
		land(code, first, HOLDS, code->n_insns);
	}
	add(code, BPF_RET | BPF_K, action, 0, 0);
	land(code, begin, FAILS, code->n_insns);
}

/* ---- the rules of one call ---- */

static bool names_call(const struct oci_seccomp_rule *rule, uint32_t token, int call)
{
	for (size_t i = 0; i < rule->n_names; i++)
		if (seccomp_syscall_resolve_name_arch(token, rule->names[i]) == call)
			return true;
	return false;
}

static uint32_t action_of(const struct oci_seccomp_rule *rule)
{
	return seccomp_action_value(rule->action, rule->errno_ret);
}

static uint32_t default_action(const struct oci_seccomp *seccomp)
{
	return seccomp_action_value(seccomp->default_action, seccomp->default_errno_ret);
}

/* The next rule of the call from *index on that says something; NULL behind the last. */
static const struct oci_seccomp_rule *next_rule(
	const struct alternatives *alternatives, size_t *index)
{
	const struct oci_seccomp *seccomp = alternatives->seccomp;

	while (*index < seccomp->n_syscalls) {
		const struct oci_seccomp_rule *rule = &seccomp->syscalls[(*index)++];

		if (action_of(rule) != default_action(seccomp) &&
			names_call(rule, alternatives->token, alternatives->call))
			return rule;
	}
	return NULL;
}

/* How often an argument is compared by order, and whether by "less". */
struct use {
	unsigned n_ordered;
	bool has_less;
};

static void count_use(const struct oci_seccomp_rule *rule, struct use uses[ARG_INDEX_COUNT])
{
	for (size_t i = 0; i < rule->n_args; i++) {
		struct use *use = &uses[rule->args[i].index];

		switch (rule->args[i].op) {
		case OCI_SECCOMP_LT:
		case OCI_SECCOMP_LE:
			use->has_less = true;
			use->n_ordered++;
			break;
		case OCI_SECCOMP_GE:
		case OCI_SECCOMP_GT:
			use->n_ordered++;
			break;
		case OCI_SECCOMP_NE:
		case OCI_SECCOMP_EQ:
		case OCI_SECCOMP_MASKED_EQ:
			break;
		}
	}
}

/* A rule without conditions covers the others, and libseccomp keeps only that. */
static bool would_be_merged(const struct alternatives *alternatives)
{
	struct use uses[ARG_INDEX_COUNT] = { { 0 } };
	const struct oci_seccomp_rule *rule;
	size_t index = 0;

	while ((rule = next_rule(alternatives, &index))) {
		if (rule->n_args == 0)
			return false;
		count_use(rule, uses);
	}
	for (size_t i = 0; i < ARG_INDEX_COUNT; i++)
		if (uses[i].has_less && uses[i].n_ordered > 1)
			return true;
	return false;
}

static void add_alternatives(struct code *code, const struct alternatives *alternatives)
{
	const struct oci_seccomp_rule *rule;
	size_t index = 0;

	while ((rule = next_rule(alternatives, &index))) {
		uint32_t action = action_of(rule);

		if (!seccomp_rule_is_split(rule)) {
			add_rule(code, rule->args, rule->n_args, alternatives->token, action);
			continue;
		}
		for (size_t i = 0; i < rule->n_args; i++)
			add_rule(code, &rule->args[i], 1, alternatives->token, action);
	}
	add(code, BPF_RET | BPF_K, default_action(alternatives->seccomp), 0, 0);
}

/* A holds the architecture, before and behind it. */
static void add_call(struct code *code, const struct alternatives *alternatives)
{
	struct code rules = { .arena = code->arena };

	add_alternatives(&rules, alternatives);
	add_branch(code, BPF_JEQ, seccomp_arch_audit(alternatives->token), 1, 0);
	add(code, BPF_JMP | BPF_JA, (uint32_t)rules.n_insns + 4, 0, 0);
	add_load(code, AT_NUMBER);
	add_branch(code, BPF_JEQ, (uint32_t)alternatives->call, 1, 0);
	add(code, BPF_JMP | BPF_JA, (uint32_t)rules.n_insns, 0, 0);
	for (size_t i = 0; i < rules.n_insns; i++)
		ARENA_APPEND(code->arena, code->insns, code->n_insns) = rules.insns[i];
	add_load(code, AT_ARCH);
}

/* ---- all calls ---- */

static bool is_done_already(
	const struct alternatives *alternatives, size_t rule_index, size_t name_index)
{
	const struct oci_seccomp_rule *rules = alternatives->seccomp->syscalls;

	for (size_t i = 0; i < rule_index; i++)
		if (rules[i].n_args > 0 &&
			names_call(&rules[i], alternatives->token, alternatives->call))
			return true;
	for (size_t i = 0; i < name_index; i++)
		if (seccomp_syscall_resolve_name_arch(
			    alternatives->token, rules[rule_index].names[i]) == alternatives->call)
			return true;
	return false;
}

static bool compares_by_order(const struct oci_seccomp_rule *rule)
{
	struct use uses[ARG_INDEX_COUNT] = { { 0 } };

	count_use(rule, uses);
	for (size_t i = 0; i < ARG_INDEX_COUNT; i++)
		if (uses[i].n_ordered > 0)
			return true;
	return false;
}

static void add_arch(struct code *code, const struct oci_seccomp *seccomp, uint32_t token)
{
	for (size_t i = 0; i < seccomp->n_syscalls; i++) {
		const struct oci_seccomp_rule *rule = &seccomp->syscalls[i];

		for (size_t k = 0; k < rule->n_names && rule->n_args > 0; k++) {
			const struct alternatives alternatives = {
				.seccomp = seccomp,
				.token = token,
				.call = seccomp_syscall_resolve_name_arch(token, rule->names[k]),
			};

			/* negative: unknown, or not a call of its own */
			if (alternatives.call >= 0 && !is_done_already(&alternatives, i, k) &&
				would_be_merged(&alternatives))
				add_call(code, &alternatives);
		}
	}
}

static bool has_ordered_comparison(const struct oci_seccomp *seccomp)
{
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		if (compares_by_order(&seccomp->syscalls[i]))
			return true;
	return false;
}

void seccomp_add_alternatives(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program)
{
	uint32_t *tokens = ARENA_NEW_ARRAY(arena, 1 + seccomp->n_architectures, uint32_t);
	size_t n_tokens = seccomp_arch_list(seccomp, tokens);
	struct code code = { .arena = arena };

	if (!has_ordered_comparison(seccomp))
		return;
	add_load(&code, AT_ARCH);
	for (size_t i = 0; i < n_tokens; i++)
		add_arch(&code, seccomp, tokens[i]);
	if (code.n_insns == 1)
		return;
	for (size_t i = 0; i < program->n_insns; i++)
		ARENA_APPEND(arena, code.insns, code.n_insns) = program->insns[i];
	*program = (struct seccomp_program){ .insns = code.insns, .n_insns = code.n_insns };
}
