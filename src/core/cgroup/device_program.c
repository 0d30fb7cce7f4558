/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_program: device rules as an eBPF program for BPF_CGROUP_DEVICE. Pure.
 *
 * The kernel asks with the kind of device, its numbers and a set of accesses (struct
 * bpf_cgroup_dev_ctx); 1 allows. The rules are looked at from the last to the first. R3 holds the
 * accesses that no rule has decided yet: a deny rule that has one of them ends with 0, an allow
 * rule takes its own out and ends with 1 when none is left. So for each access the last rule that
 * names it decides. Nothing follows a rule that always ends: the verifier refuses instructions that
 * cannot be reached.
 */
#include "core/cgroup/internal.h"

#include <linux/bpf.h>
#include <stddef.h>

#include "oci/config.h"

#define ACCESS_ALL (OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD)

enum { /* what the registers hold */
	RESULT = BPF_REG_0,
	CONTEXT = BPF_REG_1,
	TYPE = BPF_REG_2,
	ACCESS = BPF_REG_3,
	MAJOR = BPF_REG_4,
	MINOR = BPF_REG_5,
	SCRATCH = BPF_REG_6,
};

enum {
	RULE_INSNS_MAX = 8,
	START_INSNS = 6,
	END_INSNS = 2,
};

struct program {
	struct bpf_insn *insns;
	size_t n_insns;
};

static void emit(
	struct program *p, unsigned code, unsigned to, unsigned from, int offset, int value)
{
	p->insns[p->n_insns++] = (struct bpf_insn){
		.code = (uint8_t)code,
		.dst_reg = (uint8_t)(to & 0xf),
		.src_reg = (uint8_t)(from & 0xf),
		.off = (int16_t)offset,
		.imm = value,
	};
}

static void load_field(struct program *p, unsigned to, size_t offset)
{
	emit(p, BPF_LDX | BPF_MEM | BPF_W, to, CONTEXT, (int)offset, 0);
}

static void end_with(struct program *p, int result)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, RESULT, 0, 0, result);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void load_context(struct program *p)
{
	load_field(p, TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, ACCESS, TYPE, 0, 0);
	emit(p, BPF_ALU64 | BPF_RSH | BPF_K, ACCESS, 0, 0, 16);
	emit(p, BPF_ALU64 | BPF_AND | BPF_K, TYPE, 0, 0, 0xffff);
	load_field(p, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	load_field(p, MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
}

static int kernel_access(unsigned access)
{
	return (access & OCI_DEVICE_READ ? BPF_DEVCG_ACC_READ : 0) |
	       (access & OCI_DEVICE_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
	       (access & OCI_DEVICE_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
}

/* Offsets of these jumps are set when it is known where the next rule begins. */
static void skip_unless_equal(struct program *p, unsigned reg, int64_t value)
{
	emit(p, BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, (int)value);
}

static void emit_conditions(struct program *p, const struct cgroup_device_rule *rule)
{
	if (rule->type != 'a')
		skip_unless_equal(
			p, TYPE, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major != CGROUP_DEVICE_ANY)
		skip_unless_equal(p, MAJOR, rule->major);
	if (rule->minor != CGROUP_DEVICE_ANY)
		skip_unless_equal(p, MINOR, rule->minor);
}

static void emit_decision(struct program *p, const struct cgroup_device_rule *rule)
{
	int access = kernel_access(rule->access);

	if (rule->access == ACCESS_ALL) {
		end_with(p, rule->allow);
	} else if (rule->allow) {
		emit(p, BPF_ALU64 | BPF_AND | BPF_K, ACCESS, 0, 0, ~access);
		emit(p, BPF_JMP | BPF_JNE | BPF_K, ACCESS, 0, 2, 0);
		end_with(p, 1);
	} else {
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, SCRATCH, ACCESS, 0, 0);
		emit(p, BPF_ALU64 | BPF_AND | BPF_K, SCRATCH, 0, 0, access);
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, SCRATCH, 0, 2, 0);
		end_with(p, 0);
	}
}

/* True when the rule ends the program whatever the device is. */
static bool emit_rule(struct program *p, const struct cgroup_device_rule *rule)
{
	size_t first = p->n_insns, n_conditions;

	emit_conditions(p, rule);
	n_conditions = p->n_insns - first;
	emit_decision(p, rule);
	for (size_t i = first; i < first + n_conditions; i++)
		p->insns[i].off = (int16_t)(p->n_insns - i - 1);
	return n_conditions == 0 && rule->access == ACCESS_ALL;
}

void cgroup_device_program(struct arena *arena, const struct cgroup_device_rules *rules,
	struct bpf_insn **ret, size_t *ret_count)
{
	struct program program = {
		.insns = arena_alloc_array(arena,
			START_INSNS + rules->n_rules * RULE_INSNS_MAX + END_INSNS,
			sizeof(struct bpf_insn)),
	};
	bool has_ended = false;

	load_context(&program);
	for (size_t i = rules->n_rules; i > 0 && !has_ended; i--)
		has_ended = emit_rule(&program, &rules->rules[i - 1]);
	if (!has_ended)
		end_with(&program, 0);
	*ret = program.insns;
	*ret_count = program.n_insns;
}
