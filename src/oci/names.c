/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the specification that config.h declares, and what they stand for. */
#include <strings.h>

#include "oci/config.h"

const struct json_enum oci_namespace_names[] = {
	{ "mount", OCI_NAMESPACE_MNT },
	{ "pid", OCI_NAMESPACE_PID },
	{ "network", OCI_NAMESPACE_NET },
	{ "ipc", OCI_NAMESPACE_IPC },
	{ "uts", OCI_NAMESPACE_UTS },
	{ "user", OCI_NAMESPACE_USER },
	{ "cgroup", OCI_NAMESPACE_CGROUP },
	{ "time", OCI_NAMESPACE_TIME },
	{ NULL, 0 },
};

/* linux/capability.h of Linux 6.18 */
const struct json_enum oci_capability_names[] = {
	{ "CAP_CHOWN", 0 },
	{ "CAP_DAC_OVERRIDE", 1 },
	{ "CAP_DAC_READ_SEARCH", 2 },
	{ "CAP_FOWNER", 3 },
	{ "CAP_FSETID", 4 },
	{ "CAP_KILL", 5 },
	{ "CAP_SETGID", 6 },
	{ "CAP_SETUID", 7 },
	{ "CAP_SETPCAP", 8 },
	{ "CAP_LINUX_IMMUTABLE", 9 },
	{ "CAP_NET_BIND_SERVICE", 10 },
	{ "CAP_NET_BROADCAST", 11 },
	{ "CAP_NET_ADMIN", 12 },
	{ "CAP_NET_RAW", 13 },
	{ "CAP_IPC_LOCK", 14 },
	{ "CAP_IPC_OWNER", 15 },
	{ "CAP_SYS_MODULE", 16 },
	{ "CAP_SYS_RAWIO", 17 },
	{ "CAP_SYS_CHROOT", 18 },
	{ "CAP_SYS_PTRACE", 19 },
	{ "CAP_SYS_PACCT", 20 },
	{ "CAP_SYS_ADMIN", 21 },
	{ "CAP_SYS_BOOT", 22 },
	{ "CAP_SYS_NICE", 23 },
	{ "CAP_SYS_RESOURCE", 24 },
	{ "CAP_SYS_TIME", 25 },
	{ "CAP_SYS_TTY_CONFIG", 26 },
	{ "CAP_MKNOD", 27 },
	{ "CAP_LEASE", 28 },
	{ "CAP_AUDIT_WRITE", 29 },
	{ "CAP_AUDIT_CONTROL", 30 },
	{ "CAP_SETFCAP", 31 },
	{ "CAP_MAC_OVERRIDE", 32 },
	{ "CAP_MAC_ADMIN", 33 },
	{ "CAP_SYSLOG", 34 },
	{ "CAP_WAKE_ALARM", 35 },
	{ "CAP_BLOCK_SUSPEND", 36 },
	{ "CAP_AUDIT_READ", 37 },
	{ "CAP_PERFMON", 38 },
	{ "CAP_BPF", 39 },
	{ "CAP_CHECKPOINT_RESTORE", 40 },
	{ NULL, 0 },
};

/* asm-generic/resource.h; mips, sparc and alpha number some of them otherwise */
const struct json_enum oci_rlimit_names[] = {
	{ "RLIMIT_CPU", 0 },
	{ "RLIMIT_FSIZE", 1 },
	{ "RLIMIT_DATA", 2 },
	{ "RLIMIT_STACK", 3 },
	{ "RLIMIT_CORE", 4 },
	{ "RLIMIT_RSS", 5 },
	{ "RLIMIT_NPROC", 6 },
	{ "RLIMIT_NOFILE", 7 },
	{ "RLIMIT_MEMLOCK", 8 },
	{ "RLIMIT_AS", 9 },
	{ "RLIMIT_LOCKS", 10 },
	{ "RLIMIT_SIGPENDING", 11 },
	{ "RLIMIT_MSGQUEUE", 12 },
	{ "RLIMIT_NICE", 13 },
	{ "RLIMIT_RTPRIO", 14 },
	{ "RLIMIT_RTTIME", 15 },
	{ NULL, 0 },
};

const struct json_enum oci_hook_names[] = {
	{ "prestart", OCI_HOOK_PRESTART },
	{ "createRuntime", OCI_HOOK_CREATE_RUNTIME },
	{ "createContainer", OCI_HOOK_CREATE_CONTAINER },
	{ "startContainer", OCI_HOOK_START_CONTAINER },
	{ "poststart", OCI_HOOK_POSTSTART },
	{ "poststop", OCI_HOOK_POSTSTOP },
	{ NULL, 0 },
};

const struct json_enum oci_propagation_names[] = {
	{ "shared", OCI_PROPAGATION_SHARED },
	{ "rshared", OCI_PROPAGATION_RSHARED },
	{ "slave", OCI_PROPAGATION_SLAVE },
	{ "rslave", OCI_PROPAGATION_RSLAVE },
	{ "private", OCI_PROPAGATION_PRIVATE },
	{ "rprivate", OCI_PROPAGATION_RPRIVATE },
	{ "unbindable", OCI_PROPAGATION_UNBINDABLE },
	{ "runbindable", OCI_PROPAGATION_RUNBINDABLE },
	{ NULL, 0 },
};

const struct json_enum oci_seccomp_action_names[] = {
	{ "SCMP_ACT_KILL", OCI_SECCOMP_KILL },
	{ "SCMP_ACT_KILL_PROCESS", OCI_SECCOMP_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", OCI_SECCOMP_KILL_THREAD },
	{ "SCMP_ACT_TRAP", OCI_SECCOMP_TRAP },
	{ "SCMP_ACT_ERRNO", OCI_SECCOMP_ERRNO },
	{ "SCMP_ACT_TRACE", OCI_SECCOMP_TRACE },
	{ "SCMP_ACT_ALLOW", OCI_SECCOMP_ALLOW },
	{ "SCMP_ACT_LOG", OCI_SECCOMP_LOG },
	{ "SCMP_ACT_NOTIFY", OCI_SECCOMP_NOTIFY },
	{ NULL, 0 },
};

const struct json_enum oci_seccomp_op_names[] = {
	{ "SCMP_CMP_NE", OCI_SECCOMP_NE },
	{ "SCMP_CMP_LT", OCI_SECCOMP_LT },
	{ "SCMP_CMP_LE", OCI_SECCOMP_LE },
	{ "SCMP_CMP_EQ", OCI_SECCOMP_EQ },
	{ "SCMP_CMP_GE", OCI_SECCOMP_GE },
	{ "SCMP_CMP_GT", OCI_SECCOMP_GT },
	{ "SCMP_CMP_MASKED_EQ", OCI_SECCOMP_MASKED_EQ },
	{ NULL, 0 },
};

const struct json_enum oci_seccomp_arch_names[] = {
	{ "SCMP_ARCH_X86", OCI_ARCH_X86 },
	{ "SCMP_ARCH_X86_64", OCI_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", OCI_ARCH_X32 },
	{ "SCMP_ARCH_ARM", OCI_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", OCI_ARCH_AARCH64 },
	{ "SCMP_ARCH_LOONGARCH64", OCI_ARCH_LOONGARCH64 },
	{ "SCMP_ARCH_M68K", OCI_ARCH_M68K },
	{ "SCMP_ARCH_MIPS", OCI_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", OCI_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", OCI_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", OCI_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", OCI_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", OCI_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PPC", OCI_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", OCI_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", OCI_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", OCI_ARCH_S390 },
	{ "SCMP_ARCH_S390X", OCI_ARCH_S390X },
	{ "SCMP_ARCH_SH", OCI_ARCH_SH },
	{ "SCMP_ARCH_SHEB", OCI_ARCH_SHEB },
	{ "SCMP_ARCH_PARISC", OCI_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", OCI_ARCH_PARISC64 },
	{ "SCMP_ARCH_RISCV64", OCI_ARCH_RISCV64 },
	{ NULL, 0 },
};

const struct json_enum oci_seccomp_flag_names[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", OCI_SECCOMP_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", OCI_SECCOMP_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", OCI_SECCOMP_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV },
	{ NULL, 0 },
};

const struct json_enum oci_memory_policy_mode_names[] = {
	{ "MPOL_DEFAULT", OCI_MPOL_DEFAULT },
	{ "MPOL_BIND", OCI_MPOL_BIND },
	{ "MPOL_INTERLEAVE", OCI_MPOL_INTERLEAVE },
	{ "MPOL_WEIGHTED_INTERLEAVE", OCI_MPOL_WEIGHTED_INTERLEAVE },
	{ "MPOL_PREFERRED", OCI_MPOL_PREFERRED },
	{ "MPOL_PREFERRED_MANY", OCI_MPOL_PREFERRED_MANY },
	{ "MPOL_LOCAL", OCI_MPOL_LOCAL },
	{ NULL, 0 },
};

/* linux/mempolicy.h */
const struct json_enum oci_memory_policy_flag_names[] = {
	{ "MPOL_F_NUMA_BALANCING", OCI_MPOL_F_NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", OCI_MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES", OCI_MPOL_F_STATIC_NODES },
	{ NULL, 0 },
};

const struct json_enum oci_scheduler_policy_names[] = {
	{ "SCHED_OTHER", OCI_SCHED_OTHER },
	{ "SCHED_FIFO", OCI_SCHED_FIFO },
	{ "SCHED_RR", OCI_SCHED_RR },
	{ "SCHED_BATCH", OCI_SCHED_BATCH },
	{ "SCHED_ISO", OCI_SCHED_ISO },
	{ "SCHED_IDLE", OCI_SCHED_IDLE },
	{ "SCHED_DEADLINE", OCI_SCHED_DEADLINE },
	{ NULL, 0 },
};

/* linux/sched.h */
const struct json_enum oci_scheduler_flag_names[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },
	{ "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
	{ NULL, 0 },
};

const struct json_enum oci_io_class_names[] = {
	{ "IOPRIO_CLASS_RT", OCI_IO_CLASS_RT },
	{ "IOPRIO_CLASS_BE", OCI_IO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", OCI_IO_CLASS_IDLE },
	{ NULL, 0 },
};

const char *oci_capability_name(unsigned number)
{
	return number < 64 ? json_enum_name(oci_capability_names, (int)number) : NULL;
}

int oci_capability_number(const char *name)
{
	static const char prefix[] = "CAP_";
	size_t prefix_length = sizeof(prefix) - 1;

	if (strncasecmp(name, prefix, prefix_length) == 0)
		name += prefix_length;
	for (const struct json_enum *known = oci_capability_names; known->name; known++)
		if (strcasecmp(known->name + prefix_length, name) == 0)
			return known->value;
	return -1;
}

const char *oci_namespace_name(enum oci_namespace_type type)
{
	return json_enum_name(oci_namespace_names, (int)type);
}

const char *oci_rlimit_name(int resource)
{
	return json_enum_name(oci_rlimit_names, resource);
}
