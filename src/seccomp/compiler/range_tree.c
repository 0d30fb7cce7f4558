/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same program, quicker. Installing a filter takes time by its length and by the way that a
 * call has through it (the kernel checks, translates and tries it for each system call), and a
 * profile's calls are few ranges of numbers with one answer. So the program is asked, for every
 * architecture and number, what it does before it looks at an argument: that becomes a binary
 * search over ranges, and what is behind the looks at arguments is kept as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "seccomp/compiler/compiler.h"

enum {
	AT_NUMBER = offsetof(struct seccomp_data, nr),
	AT_ARCH = offsetof(struct seccomp_data, arch),
	DISTANCE_MAX = UINT8_MAX, /* of a conditional jump */
};

struct outcome {
	bool goes_on; /* at the instruction value of the program; else value is the answer */
	uint32_t value;
};

struct range { /* from first to the next range's first */
	uint32_t first;
	struct outcome outcome;
};

struct code {
	struct arena *arena;
	struct sock_filter *insns;
	size_t n_insns;
	struct fixup {
		size_t at;       /* a jump in insns … */
		uint32_t target; /* … to this instruction of the old program */
	} * fixups;
	size_t n_fixups;
};

struct question {
	const struct seccomp_program *program;
	const uint32_t *archs; /* AUDIT_ARCH_…, each once */
	size_t n_archs;
};

/* ---- asking ---- */

static bool is_jump(const struct sock_filter *insn)
{
	return insn->code == (BPF_JMP | BPF_JA);
}

static bool is_branch(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP && !is_jump(insn);
}

static bool is_return(const struct sock_filter *insn)
{
	return insn->code == (BPF_RET | BPF_K);
}

static bool asks_for_known_arch(const struct question *question, const struct sock_filter *insn)
{
	if (BPF_OP(insn->code) != BPF_JEQ)
		return false;
	for (size_t i = 0; i < question->n_archs; i++)
		if (question->archs[i] == insn->k)
			return true;
	return false;
}

/*
 * The way of one number up to an answer or a look at an argument. False: the program does more with
 * a number than compare it by order, or with an architecture than compare it with those listed.
 */
static bool follow(
	const struct question *question, uint32_t arch, uint32_t number, struct outcome *ret)
{
	const struct seccomp_program *program = question->program;
	uint32_t a = 0;
	bool is_number = false;

	for (size_t at = 0;; at++) {
		const struct sock_filter *insn = &program->insns[at];

		if (is_return(insn)) {
			*ret = (struct outcome){ .value = insn->k };
			return true;
		}
		if (is_jump(insn)) {
			at += insn->k;
		} else if (is_branch(insn)) {
			if (is_number ? BPF_OP(insn->code) == BPF_JSET
				      : !asks_for_known_arch(question, insn))
				return false;
			at += seccomp_insn_branches(insn, a) ? insn->jt : insn->jf;
		} else if (BPF_CLASS(insn->code) != BPF_LD) {
			return false;
		} else if (insn->k == AT_NUMBER || insn->k == AT_ARCH) {
			is_number = insn->k == AT_NUMBER;
			a = is_number ? number : arch;
		} else {
			*ret = (struct outcome){ .goes_on = true, .value = (uint32_t)at };
			return true;
		}
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return one < other ? -1 : one > other;
}

/* The numbers at which an outcome may change: what is compared with, and the next one. */
static size_t list_edges(struct arena *arena, const struct seccomp_program *program, uint32_t **ret)
{
	uint32_t *edges = NULL;
	size_t n = 0, n_unique = 1;

	ARENA_APPEND(arena, edges, n) = 0;
	for (size_t i = 0; i < program->n_insns; i++) {
		if (!is_branch(&program->insns[i]))
			continue;
		ARENA_APPEND(arena, edges, n) = program->insns[i].k;
		ARENA_APPEND(arena, edges, n) = program->insns[i].k + 1; /* 0 is there anyway */
	}
	qsort(edges, n, sizeof(*edges), by_value);
	for (size_t i = 1; i < n; i++)
		if (edges[i] != edges[n_unique - 1])
			edges[n_unique++] = edges[i];
	*ret = edges;
	return n_unique;
}

static bool is_same(struct outcome a, struct outcome b)
{
	return a.goes_on == b.goes_on && a.value == b.value;
}

static bool list_ranges(struct arena *arena, const struct question *question, uint32_t arch,
	struct range **ret, size_t *ret_count)
{
	struct range *ranges = NULL;
	uint32_t *edges;
	size_t n_edges = list_edges(arena, question->program, &edges), n = 0;

	for (size_t i = 0; i < n_edges; i++) {
		struct range range = { .first = edges[i] };

		if (!follow(question, arch, range.first, &range.outcome))
			return false;
		if (n == 0 || !is_same(ranges[n - 1].outcome, range.outcome))
			ARENA_APPEND(arena, ranges, n) = range;
	}
	*ret = ranges;
	*ret_count = n;
	return true;
}

/* ---- writing ---- */

static void add(struct code *code, uint16_t kind, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	ARENA_APPEND(code->arena, code->insns, code->n_insns) = (struct sock_filter){
		.code = kind,
		.jt = if_true,
		.jf = if_false,
		.k = k,
	};
}

static void add_outcome(struct code *code, struct outcome outcome)
{
	if (!outcome.goes_on) {
		add(code, BPF_RET | BPF_K, outcome.value, 0, 0);
		return;
	}
	ARENA_APPEND(code->arena, code->fixups, code->n_fixups) = (struct fixup){
		.at = code->n_insns,
		.target = outcome.value,
	};
	add(code, BPF_JMP | BPF_JA, 0, 0, 0);
}

/* Of n ranges, in instructions. */
static size_t tree_length(size_t n)
{
	size_t left;

	if (n == 1)
		return 1;
	left = tree_length(n / 2);
	return (left > DISTANCE_MAX ? 2 : 1) + left + tree_length(n - n / 2);
}

static void add_tree(struct code *code, const struct range *ranges, size_t n)
{
	const struct range *right = ranges + n / 2;
	size_t left_length;

	if (n == 1) {
		add_outcome(code, ranges[0].outcome);
		return;
	}
	left_length = tree_length(n / 2);
	if (left_length > DISTANCE_MAX) {
		add(code, BPF_JMP | BPF_JGE | BPF_K, right->first, 0, 1);
		add(code, BPF_JMP | BPF_JA, (uint32_t)left_length, 0, 0);
	} else {
		add(code, BPF_JMP | BPF_JGE | BPF_K, right->first, (uint8_t)left_length, 0);
	}
	add_tree(code, ranges, n / 2);
	add_tree(code, right, n - n / 2);
}

/* A holds the architecture, before it and where it is another one. */
static bool add_arch(struct code *code, const struct question *question, uint32_t arch)
{
	struct range *ranges;
	size_t n;

	if (!list_ranges(code->arena, question, arch, &ranges, &n))
		return false;
	add(code, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
	add(code, BPF_JMP | BPF_JA, (uint32_t)tree_length(n) + 1, 0, 0);
	add(code, BPF_LD | BPF_W | BPF_ABS, AT_NUMBER, 0, 0);
	add_tree(code, ranges, n);
	return true;
}

/* Every architecture that the program knows, then all others as one. */
static bool add_archs(struct code *code, const struct question *question)
{
	enum { NO_ARCH = 0 }; /* AUDIT_ARCH_… are more */
	struct range *ranges;
	size_t n;

	add(code, BPF_LD | BPF_W | BPF_ABS, AT_ARCH, 0, 0);
	for (size_t i = 0; i < question->n_archs; i++)
		if (!add_arch(code, question, question->archs[i]))
			return false;
	if (!list_ranges(code->arena, question, NO_ARCH, &ranges, &n) || n != 1)
		return false;
	add_outcome(code, ranges[0].outcome);
	return true;
}

/* ---- what is kept ---- */

static void mark_next(const struct sock_filter *insn, uint32_t *is_kept)
{
	if (is_return(insn))
		return;
	if (is_jump(insn)) {
		is_kept[1 + insn->k] = 1;
	} else if (is_branch(insn)) {
		is_kept[1 + insn->jt] = 1;
		is_kept[1 + insn->jf] = 1;
	} else {
		is_kept[1] = 1;
	}
}

/* Leaving something out makes distances shorter, never longer. */
static void add_kept(struct code *code, const struct seccomp_program *program)
{
	const struct sock_filter *old = program->insns;
	size_t n_old = program->n_insns, next = code->n_insns;
	uint32_t *is_kept = ARENA_NEW_ARRAY(code->arena, n_old, uint32_t);
	size_t *places = ARENA_NEW_ARRAY(code->arena, n_old, size_t);

	for (size_t i = 0; i < code->n_fixups; i++)
		is_kept[code->fixups[i].target] = 1;
	for (size_t i = 0; i < n_old; i++) {
		if (!is_kept[i])
			continue;
		mark_next(&old[i], is_kept + i);
		places[i] = next++;
	}
	for (size_t i = 0; i < n_old; i++) {
		struct sock_filter insn = old[i];

		if (!is_kept[i])
			continue;
		if (is_jump(&insn)) {
			insn.k = (uint32_t)(places[i + 1 + insn.k] - places[i] - 1);
		} else if (is_branch(&insn)) {
			insn.jt = (uint8_t)(places[i + 1 + insn.jt] - places[i] - 1);
			insn.jf = (uint8_t)(places[i + 1 + insn.jf] - places[i] - 1);
		}
		ARENA_APPEND(code->arena, code->insns, code->n_insns) = insn;
	}
	for (size_t i = 0; i < code->n_fixups; i++) {
		const struct fixup *fixup = &code->fixups[i];

		code->insns[fixup->at].k = (uint32_t)(places[fixup->target] - fixup->at - 1);
	}
}

/* x32 and x86-64 are one here. */
static size_t list_archs(struct arena *arena, const struct oci_seccomp *seccomp, uint32_t **ret)
{
	uint32_t *archs = ARENA_NEW_ARRAY(arena, 1 + seccomp->n_architectures, uint32_t);
	size_t n = seccomp_arch_list(seccomp, archs), n_unique = 0;

	for (size_t i = 0; i < n; i++)
		archs[i] = seccomp_arch_audit(archs[i]);
	qsort(archs, n, sizeof(*archs), by_value);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || archs[i] != archs[n_unique - 1])
			archs[n_unique++] = archs[i];
	*ret = archs;
	return n_unique;
}

void seccomp_make_range_tree(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program)
{
	struct code code = { .arena = arena };
	uint32_t *archs;
	size_t n_archs = list_archs(arena, seccomp, &archs);
	const struct question question = {
		.program = program,
		.archs = archs,
		.n_archs = n_archs,
	};

	if (!add_archs(&code, &question))
		return;
	add_kept(&code, program);
	if (code.n_insns <= BPF_MAXINSNS)
		*program = (struct seccomp_program){ .insns = code.insns, .n_insns = code.n_insns };
}
