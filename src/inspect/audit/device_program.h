/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_program: device rules of cgroup v2, which are programs.
 *
 * Layer 3, role command; pure. Runs a BPF program of type BPF_PROG_TYPE_CGROUP_DEVICE as far as
 * such programs are made by runtimes and systemd: they look at the three words of their context,
 * compute, jump forward and return. Source: the kernel's Documentation/bpf/standardization/
 * instruction-set.rst; struct bpf_cgroup_dev_ctx in linux/bpf.h.
 */
#pragma once

#include "inspect/audit/snapshot.h"

/*
 * access: 'r', 'w' or 'm'. What is not understood (calls, maps, memory) counts as allowed: an audit
 * does not praise what it cannot read.
 */
bool device_program_allows(const struct audit_device_program *program, bool is_block,
	uint32_t major, uint32_t minor, char access);
