/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf: programs for control groups (bpf(2)).
 *
 * Layer 1, role caller; needs CAP_SYS_ADMIN (or CAP_BPF and CAP_NET_ADMIN) in the initial user
 * namespace. Before Linux 5.11 the program's memory counts against RLIMIT_MEMLOCK, and the kernel
 * answers EPERM for that as well.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct bpf_insn;

/* Loads a BPF_PROG_TYPE_CGROUP_DEVICE program; the verifier's last words are in the error. */
int bpf_load_device_program(
	const struct bpf_insn *insns, size_t count, int *ret_fd, struct err *err);

/* group_fd: the group's directory. Added to what is attached there (BPF_F_ALLOW_MULTI). */
int bpf_attach_device_program(int group_fd, int program_fd, struct err *err);
int bpf_detach_device_program(int group_fd, int program_fd, struct err *err);

/* Ids of the programs attached to this very group; at most size are stored. Returns the number. */
int bpf_query_device_programs(int group_fd, uint32_t *ids, size_t size, struct err *err);

/* The same of all that decide for this group, also those attached above it (BPF_F_QUERY_EFFECTIVE).
 */
int bpf_query_effective_device_programs(int group_fd, uint32_t *ids, size_t size, struct err *err);

int bpf_open_program(uint32_t id, int *ret_fd, struct err *err);

/* path: on a bpffs, where nothing is yet (4.4). */
int bpf_pin(int program_fd, const char *path, struct err *err);

/* Whatever is pinned there, perhaps no program. */
int bpf_open_pinned(const char *path, int *ret_fd, struct err *err);

struct bpf_program_info {
	uint32_t id, type; /* BPF_PROG_TYPE_… */
	uint32_t created_by_uid;
	size_t n_insns;
};

/*
 * What the kernel says of a program, and at most size of its instructions as the verifier left
 * them: without what cannot be reached and, on some processors, with extensions to 64 bits. Where
 * it does not tell them (bpf_jit_harden, a caller without CAP_BPF) insns stay as they are. Of
 * something else than a program (a map has a descriptor of the same kind) the fields are nonsense,
 * and insns stay.
 */
int bpf_describe_program(int program_fd, struct bpf_insn *insns, size_t size,
	struct bpf_program_info *ret, struct err *err);
