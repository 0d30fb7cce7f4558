/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/dangerous_calls.h"

#include <linux/capability.h>
#include <stddef.h>

enum { FAMILY_ALG = 38, FAMILY_VSOCK = 40 };

#define HOST(name, capability)                         \
	{                                              \
		name, NEED_HOST_CAPABILITY, capability \
	}
#define INSIDE(name, capability)                            \
	{                                                   \
		name, NEED_NAMESPACE_CAPABILITY, capability \
	}
#define SYSCTL(name, capability, member, safe)                                               \
	{                                                                                    \
		name, NEED_SYSCTL, capability, offsetof(struct audit_snapshot, member), safe \
	}

const struct call_group call_groups[] = {
	{ { "system-calls/modules", "loads code into the kernel, or another kernel",
		  SECCOMP_OPTION ", no CAP_SYS_MODULE, no CAP_SYS_BOOT" },
		{ HOST("init_module", CAP_SYS_MODULE), HOST("finit_module", CAP_SYS_MODULE),
			HOST("delete_module", CAP_SYS_MODULE), HOST("kexec_load", CAP_SYS_BOOT),
			HOST("kexec_file_load", CAP_SYS_BOOT) } },
	{ { "system-calls/mounts",
		  "mounts, and reaches the file systems in the kernel (CVE-2022-0185, "
		  "CVE-2023-0386)",
		  SECCOMP_OPTION ", no CAP_SYS_ADMIN" },
		{ INSIDE("mount", CAP_SYS_ADMIN), INSIDE("umount2", CAP_SYS_ADMIN),
			INSIDE("pivot_root", CAP_SYS_ADMIN), INSIDE("fsopen", CAP_SYS_ADMIN),
			INSIDE("fsconfig", CAP_SYS_ADMIN), INSIDE("fsmount", CAP_SYS_ADMIN),
			INSIDE("move_mount", CAP_SYS_ADMIN), INSIDE("open_tree", CAP_SYS_ADMIN),
			INSIDE("mount_setattr", CAP_SYS_ADMIN), INSIDE("setns", CAP_SYS_ADMIN) } },
	{ { "system-calls/handles", "opens files of the host by guessed numbers (\"shocker\")",
		  SECCOMP_OPTION ", no CAP_DAC_READ_SEARCH" },
		{ HOST("open_by_handle_at", CAP_DAC_READ_SEARCH) } },
	{ { "system-calls/bpf",
		  "loads BPF programs or traces, and reaches what checks them in the kernel",
		  SECCOMP_OPTION
		  ", no CAP_BPF, no CAP_PERFMON; kernel.unprivileged_bpf_disabled=2, "
		  "kernel.perf_event_paranoid=3" },
		{ SYSCTL("bpf", CAP_BPF, bpf_disabled, 1),
			SYSCTL("perf_event_open", CAP_PERFMON, perf_paranoid, 3) } },
	{ { "system-calls/io_uring", "reaches io_uring, whose requests no filter sees",
		  SECCOMP_OPTION "; kernel.io_uring_disabled=2" },
		{ SYSCTL("io_uring_setup", CAP_SYS_ADMIN, io_uring_disabled, 1) } },
	{ { "system-calls/userfaultfd", "stops the kernel where a race is to be won",
		  SECCOMP_OPTION },
		{ { "userfaultfd", NEED_NOTHING } } },
	{ { "system-calls/log", "reads the kernel's log: addresses, and what others do",
		  SECCOMP_OPTION ", no CAP_SYSLOG; kernel.dmesg_restrict=1" },
		{ SYSCTL("syslog", CAP_SYSLOG, dmesg_restrict, 1) } },
	{ { "system-calls/clock", "sets the host's clock", SECCOMP_OPTION ", no CAP_SYS_TIME" },
		{ HOST("settimeofday", CAP_SYS_TIME), HOST("clock_settime", CAP_SYS_TIME),
			HOST("clock_settime64", CAP_SYS_TIME), HOST("stime", CAP_SYS_TIME) } },
	{ { "system-calls/machine", "uses ports of the hardware, takes the host's swap away",
		  SECCOMP_OPTION ", no CAP_SYS_RAWIO, no CAP_SYS_ADMIN" },
		{ HOST("iopl", CAP_SYS_RAWIO), HOST("ioperm", CAP_SYS_RAWIO),
			HOST("swapon", CAP_SYS_ADMIN), HOST("swapoff", CAP_SYS_ADMIN),
			HOST("acct", CAP_SYS_PACCT), HOST("quotactl", CAP_SYS_ADMIN) } },
	{ { "system-calls/sockets",
		  "reaches the kernel's cryptography (CVE-2026-31431) or the hypervisor's sockets",
		  "a profile that refuses AF_ALG and AF_VSOCK (linux.seccomp; Docker's since "
		  "29.5)" },
		{ { "socket", NEED_NOTHING, .has_arguments = true, .arguments = { FAMILY_ALG },
			  .shown = "socket of AF_ALG" },
			{ "socket", NEED_NOTHING, .has_arguments = true,
				.arguments = { FAMILY_VSOCK }, .shown = "socket of AF_VSOCK" } } },
};

const size_t n_call_groups = sizeof(call_groups) / sizeof(call_groups[0]);
