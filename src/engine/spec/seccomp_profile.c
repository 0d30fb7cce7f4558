/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/seccomp_profile.h"

#include <linux/capability.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	/* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (clone(2)) */
	NEW_NAMESPACES = 0x7e020000,
	PERSONALITY_QUERY = 0xffffffff,
	FAMILY_ALG = 38,   /* AF_ALG: the kernel's cryptography, often a way into it */
	FAMILY_VSOCK = 40, /* AF_VSOCK: reaches the host past network namespaces */
	NO_SUCH_CALL = 38, /* ENOSYS: the C library then falls back to clone */
	GROUP_CALLS_MAX = 32,
};

/* Without conditions. */
static const char *const always[] = { "_llseek", "_newselect", "accept", "accept4", "access",
	"adjtimex", "alarm", "bind", "brk", "cachestat", "capget", "capset", "chdir", "chmod",
	"chown", "chown32", "clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "close", "close_range",
	"connect", "copy_file_range", "creat", "dup", "dup2", "dup3", "epoll_create",
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd",
	"eventfd2", "execve", "execveat", "exit", "exit_group", "faccessat", "faccessat2",
	"fadvise64", "fadvise64_64", "fallocate", "fanotify_mark", "fchdir", "fchmod", "fchmodat",
	"fchmodat2", "fchown", "fchown32", "fchownat", "fcntl", "fcntl64", "fdatasync", "fgetxattr",
	"flistxattr", "flock", "fork", "fremovexattr", "fsetxattr", "fstat", "fstat64", "fstatat64",
	"fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futex", "futex_requeue",
	"futex_time64", "futex_wait", "futex_waitv", "futex_wake", "futimesat", "get_robust_list",
	"get_thread_area", "getcpu", "getcwd", "getdents", "getdents64", "getegid", "getegid32",
	"geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32", "getitimer",
	"getpeername", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom",
	"getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit", "getrusage", "getsid",
	"getsockname", "getsockopt", "gettid", "gettimeofday", "getuid", "getuid32", "getxattr",
	"getxattrat", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
	"io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64",
	"io_setup", "io_submit", "ioctl", "ioprio_get", "ioprio_set", "ipc", "kill",
	"landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lchown",
	"lchown32", "lgetxattr", "link", "linkat", "listen", "listxattr", "listxattrat",
	"llistxattr", "lremovexattr", "lseek", "lsetxattr", "lsm_get_self_attr", "lsm_list_modules",
	"lstat", "lstat64", "madvise", "map_shadow_stack", "membarrier", "memfd_create",
	"memfd_secret", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock", "mlock2",
	"mlockall", "mmap", "mmap2", "mprotect", "mq_getsetattr", "mq_notify", "mq_open",
	"mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend", "mq_timedsend_time64",
	"mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv", "msgsnd", "msync", "munlock",
	"munlockall", "munmap", "name_to_handle_at", "nanosleep", "newfstatat", "nice", "oldfstat",
	"oldlstat", "oldolduname", "oldstat", "olduname", "open", "openat", "openat2", "pause",
	"pidfd_getfd", "pidfd_open", "pidfd_send_signal", "pipe", "pipe2", "pkey_alloc",
	"pkey_free", "pkey_mprotect", "poll", "ppoll", "ppoll_time64", "prctl", "pread64", "preadv",
	"preadv2", "prlimit64", "process_madvise", "process_mrelease", "process_vm_readv",
	"process_vm_writev", "pselect6", "pselect6_time64", "ptrace", "pwrite64", "pwritev",
	"pwritev2", "read", "readahead", "readdir", "readlink", "readlinkat", "readv", "recvfrom",
	"recvmmsg", "recvmmsg_time64", "recvmsg", "remap_file_pages", "removexattr",
	"removexattrat", "rename", "renameat", "renameat2", "restart_syscall", "rmdir", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
	"rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
	"sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
	"sched_getparam", "sched_getscheduler", "sched_rr_get_interval",
	"sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr", "sched_setparam",
	"sched_setscheduler", "sched_yield", "seccomp", "select", "semctl", "semget", "semop",
	"semtimedop", "semtimedop_time64", "sendfile", "sendfile64", "sendmmsg", "sendmsg",
	"sendto", "set_robust_list", "set_thread_area", "set_tid_address", "setfsgid", "setfsgid32",
	"setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32", "setitimer",
	"setpgid", "setpriority", "setregid", "setregid32", "setresgid", "setresgid32", "setresuid",
	"setresuid32", "setreuid", "setreuid32", "setrlimit", "setsid", "setsockopt", "setuid",
	"setuid32", "setxattr", "setxattrat", "sgetmask", "shmat", "shmctl", "shmdt", "shmget",
	"shutdown", "sigaction", "sigaltstack", "signal", "signalfd", "signalfd4", "sigpending",
	"sigprocmask", "sigreturn", "sigsuspend", "socketcall", "socketpair", "splice", "ssetmask",
	"stat", "stat64", "statfs", "statfs64", "statx", "symlink", "symlinkat", "sync",
	"sync_file_range", "syncfs", "sysinfo", "tee", "tgkill", "time", "timer_create",
	"timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime",
	"timer_settime64", "timerfd_create", "timerfd_gettime", "timerfd_gettime64",
	"timerfd_settime", "timerfd_settime64", "times", "tkill", "truncate", "truncate64",
	"ugetrlimit", "umask", "uname", "unlink", "unlinkat", "utime", "utimensat",
	"utimensat_time64", "utimes", "vfork", "vmsplice", "wait4", "waitid", "waitpid", "write",
	"writev" };

#if defined(__x86_64__) || defined(__i386__)
static const char *const of_machine[] = { "arch_prctl", "modify_ldt" };
static const char *const architectures[] = { "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" };
#elif defined(__aarch64__)
static const char *const of_machine[] = { "arm_fadvise64_64", "arm_sync_file_range", "breakpoint",
	"cacheflush", "set_tls", "sync_file_range2" };
static const char *const architectures[] = { "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM" };
#elif defined(__riscv)
static const char *const of_machine[] = { "riscv_flush_icache" };
static const char *const architectures[] = { "SCMP_ARCH_RISCV64" };
#elif defined(__powerpc64__)
static const char *const of_machine[] = { "swapcontext", "sync_file_range2" };
static const char *const architectures[] = { "SCMP_ARCH_PPC64LE" };
#elif defined(__s390x__)
static const char *const of_machine[] = { "s390_pci_mmio_read", "s390_pci_mmio_write",
	"s390_runtime_instr" };
static const char *const architectures[] = { "SCMP_ARCH_S390X", "SCMP_ARCH_S390" };
#else
#error "this machine's own system calls have to be named here"
#endif

/* What a capability would be of no use without. */
static const struct {
	unsigned capability;
	const char *calls[GROUP_CALLS_MAX]; /* ends with NULL */
} by_capability[] = {
	{ CAP_DAC_READ_SEARCH, { "open_by_handle_at" } },
	{ CAP_SYS_ADMIN,
		{ "bpf", "clone", "clone3", "fanotify_init", "fsconfig", "fsmount", "fsopen",
			"fspick", "lookup_dcookie", "mount", "mount_setattr", "move_mount",
			"open_tree", "perf_event_open", "quotactl", "quotactl_fd", "setdomainname",
			"sethostname", "setns", "syslog", "umount", "umount2", "unshare" } },
	{ CAP_SYS_BOOT, { "reboot" } },
	{ CAP_SYS_CHROOT, { "chroot" } },
	{ CAP_SYS_MODULE, { "delete_module", "finit_module", "init_module" } },
	{ CAP_SYS_PACCT, { "acct" } },
	{ CAP_SYS_PTRACE, { "kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv",
				  "process_vm_writev" } },
	{ CAP_SYS_RAWIO, { "ioperm", "iopl" } },
	{ CAP_SYS_TIME, { "clock_settime", "clock_settime64", "settimeofday", "stime" } },
	{ CAP_SYS_TTY_CONFIG, { "vhangup" } },
	{ CAP_SYS_NICE, { "get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node" } },
	{ CAP_SYSLOG, { "syslog" } },
	{ CAP_BPF, { "bpf" } },
	{ CAP_PERFMON, { "perf_event_open" } },
};

static const uint32_t personalities[] = { 0, 0x0008, 0x20000, 0x20008, PERSONALITY_QUERY };

static void begin_rule(struct json_writer *writer, const char *action)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "action", action);
}

static void allow_all(struct json_writer *writer, const char *const *names, size_t n)
{
	begin_rule(writer, "SCMP_ACT_ALLOW");
	json_write_strings(writer, "names", names, n);
	json_write_end(writer);
}

/* One call when its argument compares so. */
static void allow_when(struct json_writer *writer, const char *name, unsigned index,
	const char *comparison, uint64_t value)
{
	begin_rule(writer, "SCMP_ACT_ALLOW");
	json_write_strings(writer, "names", &name, 1);
	json_write_list(writer, "args");
	json_write_object(writer, NULL);
	json_write_u64(writer, "index", index);
	json_write_u64(writer, "value", value);
	json_write_string(writer, "op", comparison);
	json_write_end(writer);
	json_write_end(writer);
	json_write_end(writer);
}

/* Every thread and process, but no namespace: those are CAP_SYS_ADMIN's. */
static void allow_clone(struct json_writer *writer)
{
	static const char *const clone3[] = { "clone3" };
#ifdef __s390x__
	const unsigned flags_index = 1;
#else
	const unsigned flags_index = 0;
#endif

	allow_when(writer, "clone", flags_index, "SCMP_CMP_MASKED_EQ", NEW_NAMESPACES);
	begin_rule(writer, "SCMP_ACT_ERRNO"); /* a filter cannot see the flags behind its pointer */
	json_write_strings(writer, "names", clone3, 1);
	json_write_u64(writer, "errnoRet", NO_SUCH_CALL);
	json_write_end(writer);
}

static void allow_groups(struct json_writer *writer, uint64_t capabilities)
{
	for (size_t i = 0; i < COUNT_OF(by_capability); i++) {
		size_t n = 0;

		if (!(capabilities >> by_capability[i].capability & 1))
			continue;
		while (by_capability[i].calls[n])
			n++;
		allow_all(writer, by_capability[i].calls, n);
	}
	if (!(capabilities >> CAP_SYS_ADMIN & 1))
		allow_clone(writer);
}

void seccomp_profile_write(struct json_writer *writer, const char *key, uint64_t capabilities)
{
	json_write_object(writer, key);
	json_write_string(writer, "defaultAction", "SCMP_ACT_ERRNO");
	json_write_u64(writer, "defaultErrnoRet", 1);
	json_write_strings(writer, "architectures", architectures, COUNT_OF(architectures));
	json_write_list(writer, "syscalls");
	allow_all(writer, always, COUNT_OF(always));
	allow_all(writer, of_machine, COUNT_OF(of_machine));
	allow_when(writer, "socket", 0, "SCMP_CMP_LT", FAMILY_ALG);
	allow_when(writer, "socket", 0, "SCMP_CMP_EQ", FAMILY_ALG + 1);
	allow_when(writer, "socket", 0, "SCMP_CMP_GT", FAMILY_VSOCK);
	for (size_t i = 0; i < COUNT_OF(personalities); i++)
		allow_when(writer, "personality", 0, "SCMP_CMP_EQ", personalities[i]);
	allow_groups(writer, capabilities);
	json_write_end(writer);
	json_write_end(writer);
}
