/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an audit takes from others: filters and device programs of other runtimes, and files of
 * processes that name things as they like.
 */
#include <assert.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>

#include "inspect/audit/device_program.h"
#include "inspect/audit/gather.h"
#include "inspect/audit/nat_rule.h"
#include "seccomp/foreign.h"

static void try_filter(const uint8_t *bytes, size_t size)
{
	static struct sock_filter insns[BPF_MAXINSNS];
	const struct seccomp_data data = { .nr = 39, .args = { 1, 2, 3, 4, 5, 6 } };
	size_t n_insns = size / sizeof(insns[0]);
	struct seccomp_answers answers;
	struct err err = ERR_INIT;
	uint32_t answer;

	if (n_insns > BPF_MAXINSNS)
		n_insns = BPF_MAXINSNS;
	memcpy(insns, bytes, n_insns * sizeof(insns[0]));
	if (seccomp_foreign_check(insns, n_insns, &err) < 0)
		return;
	answer = seccomp_foreign_run(insns, n_insns, &data);
	if (seccomp_foreign_explore(insns, n_insns, &data, &answers, &err) < 0)
		return;
	/* one call is among all calls */
	assert(seccomp_answer_rank(answers.strictest) <= seccomp_answer_rank(answer));
	assert(seccomp_answer_rank(answers.mildest) >= seccomp_answer_rank(answer));
}

static void try_program(struct arena *arena, const uint8_t *bytes, size_t size)
{
	size_t n_insns = size / sizeof(struct bpf_insn);
	struct bpf_insn *insns = ARENA_NEW_ARRAY(arena, n_insns, struct bpf_insn);
	const struct audit_device_program program = { insns, n_insns };

	memcpy(insns, bytes, n_insns * sizeof(insns[0]));
	(void)device_program_allows(&program, true, 8, 1, 'w');
}

static void try_texts(struct arena *arena, const char *text)
{
	struct audit_process process = { 0 };
	struct audit_id_range *ranges = NULL;
	struct audit_listener *listeners = NULL;
	struct audit_mount *mounts = NULL;
	size_t n_ranges = 0, n_listeners = 0, n_mounts = 0;

	gather_parse_status(text, &process);
	gather_parse_map(arena, text, &ranges, &n_ranges);
	gather_parse_sockets(arena, "tcp", text, &listeners, &n_listeners);
	gather_parse_sockets(arena, "udp6", text, &listeners, &n_listeners);
	for (size_t i = 0; i < n_listeners; i++)
		assert(listeners[i].address && listeners[i].address[0] != '\0');
	gather_parse_mounts(arena, text, &mounts, &n_mounts);
	gather_relate_mounts(arena, mounts, n_mounts, mounts, n_mounts);
	for (size_t i = 0; i < n_mounts; i++)
		assert(mounts[i].host_path);
}

static void try_rule(const uint8_t *bytes, size_t size)
{
	struct nat_rule rule;

	if (nat_rule_parse(bytes, size, &rule))
		assert(rule.to.size == 4 || rule.to.size == 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;

	try_filter(bytes, size);
	try_program(&arena, bytes, size);
	try_rule(bytes, size);
	try_texts(&arena, arena_strndup(&arena, (const char *)bytes, size));
	return 0;
}
