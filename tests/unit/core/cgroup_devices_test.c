/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device rules: the eBPF program is run by a small interpreter and compared, for thousands of
 * random rule lists, with what the rules say read one by one; and so is the list of v1, evaluated
 * as the kernel does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "core/cgroup/internal.h"
#include "oci/config.h"

#define ACCESS_ALL (OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD)

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

/* ---- what the rules say ---- */

static bool names(const struct cgroup_device_rule *rule, char type, int64_t major, int64_t minor)
{
	return (rule->type == 'a' || rule->type == type) &&
	       (rule->major == CGROUP_DEVICE_ANY || rule->major == major) &&
	       (rule->minor == CGROUP_DEVICE_ANY || rule->minor == minor);
}

/* For each access the last rule that names it decides. */
static bool rules_allow(const struct cgroup_device_rules *rules, char type, int64_t major,
	int64_t minor, unsigned access)
{
	for (unsigned bit = 1; bit <= ACCESS_ALL; bit <<= 1) {
		bool is_allowed = false;

		if (!(access & bit))
			continue;
		for (size_t i = 0; i < rules->n_rules; i++)
			if (rules->rules[i].access & bit &&
				names(&rules->rules[i], type, major, minor))
				is_allowed = rules->rules[i].allow;
		if (!is_allowed)
			return false;
	}
	return true;
}

/* ---- the interpreter ---- */

static uint32_t context_of(char type, unsigned access)
{
	uint32_t kernel_access = 0;

	if (access & OCI_DEVICE_READ)
		kernel_access |= BPF_DEVCG_ACC_READ;
	if (access & OCI_DEVICE_WRITE)
		kernel_access |= BPF_DEVCG_ACC_WRITE;
	if (access & OCI_DEVICE_MKNOD)
		kernel_access |= BPF_DEVCG_ACC_MKNOD;
	return kernel_access << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
}

static uint64_t run(
	const struct bpf_insn *insns, size_t n_insns, const struct bpf_cgroup_dev_ctx *context)
{
	uint64_t regs[11] = { [BPF_REG_1] = (uintptr_t)context };
	size_t at = 0, n_steps = 0;

	for (;;) {
		const struct bpf_insn *insn = &insns[at++];
		uint64_t *to = &regs[insn->dst_reg], from = regs[insn->src_reg];
		uint64_t value = (uint64_t)(int64_t)insn->imm;
		uint32_t word;

		assert_true(at <= n_insns);
		assert_true(++n_steps < 10000);
		switch (insn->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			memcpy(&word, (const char *)(uintptr_t)from + insn->off, sizeof(word));
			*to = word;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			*to = from;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*to = value;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			*to >>= value;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			*to &= value;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			if (*to != value)
				at += (size_t)insn->off;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			if (*to == value)
				at += (size_t)insn->off;
			break;
		case BPF_JMP | BPF_EXIT:
			return regs[BPF_REG_0];
		default:
			fail_msg("instruction %zu has the unknown code %#x", at - 1, insn->code);
		}
	}
}

/* The verifier refuses a program with an instruction that cannot be reached. */
static void assert_all_is_reachable(const struct bpf_insn *insns, size_t n_insns)
{
	bool *is_reached = arena_alloc_array(&arena, n_insns + 1, sizeof(bool));

	is_reached[0] = true;
	for (size_t i = 0; i < n_insns; i++) {
		assert_true(is_reached[i]);
		if (BPF_CLASS(insns[i].code) == BPF_JMP && BPF_OP(insns[i].code) != BPF_EXIT) {
			assert_true(insns[i].off >= 0 && i + 1 + (size_t)insns[i].off < n_insns);
			is_reached[i + 1 + (size_t)insns[i].off] = true;
		}
		if (insns[i].code != (BPF_JMP | BPF_EXIT))
			is_reached[i + 1] = true;
	}
	assert_int_equal(insns[n_insns - 1].code, BPF_JMP | BPF_EXIT);
}

/* ---- v1's list, as the kernel reads it ---- */

static bool list_allows(const struct cgroup_device_list *list, char type, int64_t major,
	int64_t minor, unsigned access)
{
	for (size_t i = 0; i < list->n_exceptions; i++) {
		const struct cgroup_device_rule *exception = &list->exceptions[i];

		if (!names(exception, type, major, minor))
			continue;
		/* devices.c: one exception has to have all, or any of them forbids */
		if (list->allows_all ? (access & exception->access) != 0
				     : (access & ~exception->access) == 0)
			return !list->allows_all;
	}
	return list->allows_all;
}

/* ---- random rules ---- */

static unsigned random_state = 12345;

static unsigned pick(unsigned n)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 8) % n;
}

static struct cgroup_device_rule random_rule(void)
{
	return (struct cgroup_device_rule){
		.allow = pick(2),
		.type = "abc"[pick(8) == 0 ? 0 : 1 + pick(2)],
		.major = (int64_t)pick(4) - 1,
		.minor = (int64_t)pick(4) - 1,
		.access = 1 + pick(ACCESS_ALL),
	};
}

static struct cgroup_device_rules random_rules(size_t n_rules)
{
	struct cgroup_device_rules rules = {
		.rules = arena_alloc_array(&arena, n_rules, sizeof(struct cgroup_device_rule)),
		.n_rules = n_rules,
	};

	for (size_t i = 0; i < n_rules; i++)
		rules.rules[i] = random_rule();
	return rules;
}

/* Calls with every question that the small numbers of random_rule() can tell apart. */
#define FOR_EACH_QUESTION(type, major, minor, access)                \
	for (const char *type = "bc"; *type; type++)                 \
		for (uint32_t major = 0; major < 4; major++)         \
			for (uint32_t minor = 0; minor < 4; minor++) \
				for (unsigned access = 1; access <= ACCESS_ALL; access++)

static void assert_program_agrees(const struct cgroup_device_rules *rules)
{
	struct bpf_insn *insns;
	size_t n_insns;

	cgroup_device_program(&arena, rules, &insns, &n_insns);
	assert_all_is_reachable(insns, n_insns);
	FOR_EACH_QUESTION(type, major, minor, access)
	{
		struct bpf_cgroup_dev_ctx context = { context_of(*type, access), major, minor };

		if (run(insns, n_insns, &context) !=
			rules_allow(rules, *type, major, minor, access))
			fail_msg("%c %u:%u access %u", *type, major, minor, access);
	}
}

static void programs_of_random_rules_decide_as_the_rules_do(void **state)
{
	for (int round = 0; round < 3000; round++) {
		struct cgroup_device_rules rules = random_rules(pick(12));

		assert_program_agrees(&rules);
		tear_down(NULL);
	}
}

static void lists_for_v1_decide_as_the_rules_do_or_are_refused(void **state)
{
	int n_compared = 0, n_refused = 0;

	for (int round = 0; round < 20000; round++) {
		struct cgroup_device_rules rules = random_rules(1 + pick(4));
		struct cgroup_device_list list;
		struct err err = ERR_INIT;

		if (cgroup_device_list(&arena, &rules, &list, &err) < 0) {
			assert_int_equal(err.code, EINVAL);
			assert_string_equal(err.config, "/linux/resources/devices");
			n_refused++;
			tear_down(NULL);
			continue;
		}
		n_compared++;
		FOR_EACH_QUESTION(type, major, minor, access)
		{
			bool said = rules_allow(&rules, *type, major, minor, access);
			bool done = list_allows(&list, *type, major, minor, access);

			/* Two exceptions that only meet give their accesses one by one, not
			 * together: v1 may be stricter there, never looser. */
			if (done && !said)
				fail_msg("%c %u:%u access %u", *type, major, minor, access);
			if (said != done && (access & (access - 1)) == 0)
				fail_msg("%c %u:%u access %u", *type, major, minor, access);
		}
		tear_down(NULL);
	}
	assert_true(n_compared > 5000);
	assert_true(n_refused > 1000);
}

/* ---- the configuration's rules ---- */

static struct cgroup_device_rules rules_of(struct oci_device_rule *devices, size_t n_devices)
{
	struct oci_resources resources = { .devices = devices, .n_devices = n_devices };
	struct cgroup_device_rules rules;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_device_rules(&arena, &resources, &rules, &err), 0);
	return rules;
}

static void without_rules_only_the_usual_devices_are_allowed(void **state)
{
	struct cgroup_device_rules rules = rules_of(NULL, 0);

	assert_program_agrees(&rules);
	assert_true(rules_allow(&rules, 'c', 1, 3, ACCESS_ALL));
	assert_true(rules_allow(&rules, 'c', 136, 42, ACCESS_ALL));
	assert_true(rules_allow(&rules, 'b', 8, 0, OCI_DEVICE_MKNOD));
	assert_false(rules_allow(&rules, 'b', 8, 0, OCI_DEVICE_READ));
	assert_false(rules_allow(&rules, 'c', 1, 1, OCI_DEVICE_READ));
	assert_false(rules_allow(&rules, 'c', 1, 1, OCI_DEVICE_READ | OCI_DEVICE_MKNOD));
}

static void the_usual_devices_stay_whatever_the_configuration_denies(void **state)
{
	struct oci_device_rule deny = { .allow = false, .access = ACCESS_ALL };
	struct cgroup_device_rules rules = rules_of(&deny, 1);

	assert_true(rules_allow(&rules, 'c', 1, 3, ACCESS_ALL));
	assert_false(rules_allow(&rules, 'c', 10, 229, OCI_DEVICE_READ));
}

static void everything_allowed_is_one_word_in_v1(void **state)
{
	struct oci_device_rule allow = { .allow = true, .access = ACCESS_ALL };
	struct cgroup_device_rules rules = rules_of(&allow, 1);
	struct cgroup_device_list list;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_device_list(&arena, &rules, &list, &err), 0);
	assert_true(list.allows_all);
	assert_int_equal(list.n_exceptions, 0);
}

static void a_hole_in_a_wider_rule_is_refused_on_v1(void **state)
{
	int64_t major = 8, minor = 1;
	struct oci_device_rule devices[] = {
		{ .allow = true,
			.type = OCI_DEVICE_RULE_BLOCK,
			.major = &major,
			.access = ACCESS_ALL },
		{ .allow = false,
			.type = OCI_DEVICE_RULE_BLOCK,
			.major = &major,
			.minor = &minor,
			.access = OCI_DEVICE_WRITE },
	};
	struct cgroup_device_rules rules = rules_of(devices, 2);
	struct cgroup_device_list list;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_device_list(&arena, &rules, &list, &err), -EINVAL);
	assert_non_null(strstr(err.text, "deny \"b 8:1 w\""));
	assert_non_null(strstr(err.text, "\"b 8:* rwm\""));
}

static void a_number_that_no_device_has_is_refused(void **state)
{
	int64_t major = INT64_C(1) << 32;
	struct oci_device_rule device = {
		.allow = true, .type = OCI_DEVICE_RULE_CHAR, .major = &major, .access = 1
	};
	struct oci_resources resources = { .devices = &device, .n_devices = 1 };
	struct cgroup_device_rules rules;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_device_rules(&arena, &resources, &rules, &err), -EINVAL);
	assert_string_equal(err.config, "/linux/resources/devices/0/major");
	major = -2;
	assert_int_equal(cgroup_device_rules(&arena, &resources, &rules, &err), -EINVAL);
}

static void rules_are_written_as_v1_reads_them(void **state)
{
	struct cgroup_device_rule rule = { true, 'c', 1, 3, ACCESS_ALL };
	char text[64];

	cgroup_device_format(&rule, text);
	assert_string_equal(text, "c 1:3 rwm");
	rule = (struct cgroup_device_rule){ true, 'b', -1, -1, OCI_DEVICE_MKNOD };
	cgroup_device_format(&rule, text);
	assert_string_equal(text, "b *:* m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			programs_of_random_rules_decide_as_the_rules_do, tear_down),
		cmocka_unit_test_teardown(
			lists_for_v1_decide_as_the_rules_do_or_are_refused, tear_down),
		cmocka_unit_test_teardown(
			without_rules_only_the_usual_devices_are_allowed, tear_down),
		cmocka_unit_test_teardown(
			the_usual_devices_stay_whatever_the_configuration_denies, tear_down),
		cmocka_unit_test_teardown(everything_allowed_is_one_word_in_v1, tear_down),
		cmocka_unit_test_teardown(a_hole_in_a_wider_rule_is_refused_on_v1, tear_down),
		cmocka_unit_test_teardown(a_number_that_no_device_has_is_refused, tear_down),
		cmocka_unit_test_teardown(rules_are_written_as_v1_reads_them, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
