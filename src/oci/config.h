/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: the container's configuration, config.json of the OCI runtime specification 1.3.
 *
 * Layer 1, role caller. Bytes in, structs out: no system call is made here. Source: the
 * specification's config.md and config-linux.md, whose names these fields have in snake_case.
 *
 * Invariants:
 * - Everything a struct points to lives in the arena that was given to the reader.
 * - An optional scalar is a pointer, NULL where the document does not have it; a boolean's absence
 *   means false; an optional string is NULL where it is absent or empty (what engines in Go mean by
 *   it), an optional enum …_UNSET (0).
 * - A list is `xs` and `n_xs`, in the document's order; absent, null and [] are the same.
 * - What is read has the right types and ranges; what contradicts itself is found by
 *   oci_config_check(), which has to run before anything else believes the document.
 * - Members the specification does not name are ignored, so are the sections of other platforms.
 *
 * Errors are -EINVAL with the JSON pointer in err->config and the text
 * "/process/user/uid: -1 is not a number from 0 to 4294967295".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#define OCI_VERSION     "1.3.0" /* of the specification that is implemented */
#define OCI_VERSION_MIN "1.0.0"

struct oci_key_value {
	const char *key;
	const char *value;
};

struct oci_id_mapping {
	uint32_t container_id;
	uint32_t host_id;
	uint32_t size;
};

/* ---- mounts ---- */

struct oci_mount {
	const char *destination;
	const char *type;   /* NULL: bind, if an option says so */
	const char *source; /* NULL where absent */
	const char **options;
	size_t n_options;
	struct oci_id_mapping *uid_mappings; /* both or none */
	size_t n_uid_mappings;
	struct oci_id_mapping *gid_mappings;
	size_t n_gid_mappings;
};

/* ---- process ---- */

struct oci_console_size {
	uint64_t height;
	uint64_t width;
};

struct oci_user {
	uint32_t uid;
	uint32_t gid;
	const uint32_t *umask;
	uint32_t *additional_gids;
	size_t n_additional_gids;
};

/* Bit n is the capability with the kernel's number n (oci_capability_name). */
struct oci_capabilities {
	uint64_t bounding;
	uint64_t effective;
	uint64_t inheritable;
	uint64_t permitted;
	uint64_t ambient;
};

struct oci_rlimit {
	int resource; /* the kernel's number, RLIMIT_… as on x86, arm and riscv (oci_rlimit_name) */
	uint64_t soft; /* UINT64_MAX is RLIM_INFINITY */
	uint64_t hard;
};

/* The kernel's numbers (sched(7)). */
enum oci_scheduler_policy {
	OCI_SCHED_OTHER = 0,
	OCI_SCHED_FIFO = 1,
	OCI_SCHED_RR = 2,
	OCI_SCHED_BATCH = 3,
	OCI_SCHED_ISO = 4,
	OCI_SCHED_IDLE = 5,
	OCI_SCHED_DEADLINE = 6,
};

struct oci_scheduler {
	enum oci_scheduler_policy policy;
	int32_t nice;
	int32_t priority;
	uint32_t flags;       /* SCHED_FLAG_…, the kernel's bits (sched_setattr(2)) */
	uint64_t runtime_ns;  /* spec: runtime */
	uint64_t deadline_ns; /* spec: deadline */
	uint64_t period_ns;   /* spec: period */
};

/* The kernel's numbers (ioprio_set(2)). */
enum oci_io_class {
	OCI_IO_CLASS_RT = 1,
	OCI_IO_CLASS_BE = 2,
	OCI_IO_CLASS_IDLE = 3,
};

struct oci_io_priority {
	enum oci_io_class class;
	int32_t priority;
};

struct oci_cpu_affinity {
	const char *initial; /* lists of CPUs such as "0-3,7"; NULL: absent */
	const char *final;
};

struct oci_process {
	bool terminal;
	bool no_new_privileges;
	const struct oci_console_size *console_size; /* only with terminal */
	struct oci_user user;
	const char **args;
	size_t n_args;
	const char **env; /* "NAME=value" */
	size_t n_env;
	const char *cwd;
	const struct oci_capabilities *capabilities; /* NULL: absent, the process gets none */
	struct oci_rlimit *rlimits;
	size_t n_rlimits;
	const int *oom_score_adj;
	const struct oci_scheduler *scheduler;
	const struct oci_io_priority *io_priority;
	const struct oci_cpu_affinity *exec_cpu_affinity;
	const char *apparmor_profile;
	const char *selinux_label;
	const char *
		*warnings; /* "unknown capability CAP_X": named in the document, not known here */
	size_t n_warnings;
};

/* ---- hooks ---- */

enum oci_hook_kind {
	OCI_HOOK_PRESTART,
	OCI_HOOK_CREATE_RUNTIME,
	OCI_HOOK_CREATE_CONTAINER,
	OCI_HOOK_START_CONTAINER,
	OCI_HOOK_POSTSTART,
	OCI_HOOK_POSTSTOP,
	OCI_HOOK_COUNT,
};

struct oci_hook {
	const char *path;
	const char **args; /* args[0] included; none: path alone */
	size_t n_args;
	const char **env;
	size_t n_env;
	const int *timeout; /* seconds */
};

struct oci_hook_list {
	struct oci_hook *hooks;
	size_t n_hooks;
};

/* ---- linux ---- */

enum oci_namespace_type {
	OCI_NAMESPACE_MNT,
	OCI_NAMESPACE_PID,
	OCI_NAMESPACE_NET,
	OCI_NAMESPACE_IPC,
	OCI_NAMESPACE_UTS,
	OCI_NAMESPACE_USER,
	OCI_NAMESPACE_CGROUP,
	OCI_NAMESPACE_TIME,
	OCI_NAMESPACE_COUNT,
};

struct oci_namespace {
	enum oci_namespace_type type;
	const char *path; /* NULL: a new one */
};

struct oci_time_offset {
	int64_t secs;
	uint32_t nanosecs;
};

struct oci_time_offsets {
	const struct oci_time_offset *monotonic;
	const struct oci_time_offset *boottime;
};

enum oci_device_type {
	OCI_DEVICE_CHAR, /* "c", "u" */
	OCI_DEVICE_BLOCK,
	OCI_DEVICE_FIFO,
};

struct oci_device {
	enum oci_device_type type;
	const char *path;
	const int64_t *major; /* never NULL after the check, except for a fifo */
	const int64_t *minor;
	const uint32_t *file_mode; /* permissions, 0 … 07777; bits of the file's type are cut off */
	const uint32_t *uid;
	const uint32_t *gid;
};

struct oci_net_device {
	const char *host_name; /* the key */
	const char *name;      /* inside; NULL: the same */
};

enum oci_propagation {
	OCI_PROPAGATION_UNSET,
	OCI_PROPAGATION_SHARED,
	OCI_PROPAGATION_RSHARED,
	OCI_PROPAGATION_SLAVE,
	OCI_PROPAGATION_RSLAVE,
	OCI_PROPAGATION_PRIVATE,
	OCI_PROPAGATION_RPRIVATE,
	OCI_PROPAGATION_UNBINDABLE,
	OCI_PROPAGATION_RUNBINDABLE,
};

enum oci_personality_domain {
	OCI_PERSONALITY_LINUX,
	OCI_PERSONALITY_LINUX32,
};

struct oci_personality {
	enum oci_personality_domain domain;
	const char **flags; /* none are defined: the check refuses any */
	size_t n_flags;
};

/* The kernel's numbers (set_mempolicy(2)). */
enum oci_memory_policy_mode {
	OCI_MPOL_DEFAULT = 0,
	OCI_MPOL_PREFERRED = 1,
	OCI_MPOL_BIND = 2,
	OCI_MPOL_INTERLEAVE = 3,
	OCI_MPOL_LOCAL = 4,
	OCI_MPOL_PREFERRED_MANY = 5,
	OCI_MPOL_WEIGHTED_INTERLEAVE = 6,
};

enum { /* bits of oci_memory_policy.flags: the kernel's (linux/mempolicy.h) */
	OCI_MPOL_F_NUMA_BALANCING = 1 << 13,
	OCI_MPOL_F_RELATIVE_NODES = 1 << 14,
	OCI_MPOL_F_STATIC_NODES = 1 << 15,
};

struct oci_memory_policy {
	enum oci_memory_policy_mode mode;
	const char *nodes; /* "0-3,7"; NULL or empty: none */
	uint32_t flags;    /* OCI_MPOL_F_… */
};

struct oci_intel_rdt {
	const char *clos_id;
	const char **schemata;
	size_t n_schemata;
	const char *l3_cache_schema;
	const char *mem_bw_schema;
	bool enable_monitoring;
};

/* ---- linux.resources ---- */

enum oci_device_rule_type {
	OCI_DEVICE_RULE_ALL, /* "a" or absent */
	OCI_DEVICE_RULE_CHAR,
	OCI_DEVICE_RULE_BLOCK,
};

enum { /* bits of oci_device_rule.access */
	OCI_DEVICE_READ = 1,
	OCI_DEVICE_WRITE = 2,
	OCI_DEVICE_MKNOD = 4,
};

struct oci_device_rule {
	bool allow;
	enum oci_device_rule_type type;
	const int64_t *major; /* NULL or -1: every one */
	const int64_t *minor;
	unsigned access; /* OCI_DEVICE_…; not 0 after the check */
};

/* -1 means unlimited. */
struct oci_memory {
	const int64_t *limit;
	const int64_t *reservation;
	const int64_t *swap; /* memory and swap together */
	const int64_t *kernel;
	const int64_t *kernel_tcp;
	const uint64_t *swappiness;
	const bool *disable_oom_killer;
	const bool *use_hierarchy;
	const bool *check_before_update;
};

struct oci_cpu {
	const uint64_t *shares;
	const int64_t *quota; /* microseconds in a period; -1: unlimited */
	const uint64_t *burst;
	const uint64_t *period;
	const int64_t *realtime_runtime;
	const uint64_t *realtime_period;
	const char *cpus;
	const char *mems;
	const int64_t *idle;
};

struct oci_pids {
	const int64_t *limit; /* NULL: absent (or null, as engines in Go send) */
};

struct oci_weight_device {
	int64_t major, minor;
	const uint16_t *weight;
	const uint16_t *leaf_weight;
};

struct oci_throttle_device {
	int64_t major, minor;
	uint64_t rate; /* bytes or operations a second; 0 removes the limit */
};

enum oci_throttle {
	OCI_THROTTLE_READ_BPS,
	OCI_THROTTLE_WRITE_BPS,
	OCI_THROTTLE_READ_IOPS,
	OCI_THROTTLE_WRITE_IOPS,
	OCI_THROTTLE_COUNT,
};

struct oci_throttle_list {
	struct oci_throttle_device *devices;
	size_t n_devices;
};

struct oci_block_io {
	const uint16_t *weight;
	const uint16_t *leaf_weight;
	struct oci_weight_device *weight_devices;
	size_t n_weight_devices;
	struct oci_throttle_list throttle[OCI_THROTTLE_COUNT];
};

struct oci_hugepage_limit {
	const char *page_size; /* "2MB" */
	uint64_t limit;
};

struct oci_network_priority {
	const char *name;
	uint32_t priority;
};

struct oci_network {
	const uint32_t *class_id;
	struct oci_network_priority *priorities;
	size_t n_priorities;
};

struct oci_rdma {
	const char *device; /* the key */
	const uint32_t *hca_handles;
	const uint32_t *hca_objects;
};

struct oci_resources {
	struct oci_device_rule *devices;
	size_t n_devices;
	const struct oci_memory *memory;
	const struct oci_cpu *cpu;
	const struct oci_pids *pids;
	const struct oci_block_io *block_io;
	struct oci_hugepage_limit *hugepage_limits;
	size_t n_hugepage_limits;
	const struct oci_network *network;
	struct oci_rdma *rdma;
	size_t n_rdma;
	struct oci_key_value *unified; /* file name and content */
	size_t n_unified;
};

/* ---- linux.seccomp ---- */

enum oci_seccomp_action {
	OCI_SECCOMP_KILL, /* the same as KILL_THREAD */
	OCI_SECCOMP_KILL_PROCESS,
	OCI_SECCOMP_KILL_THREAD,
	OCI_SECCOMP_TRAP,
	OCI_SECCOMP_ERRNO,
	OCI_SECCOMP_TRACE,
	OCI_SECCOMP_ALLOW,
	OCI_SECCOMP_LOG,
	OCI_SECCOMP_NOTIFY,
	OCI_SECCOMP_ACTION_COUNT,
};

/* The numbers of libseccomp's enum scmp_compare. */
enum oci_seccomp_op {
	OCI_SECCOMP_NE = 1,
	OCI_SECCOMP_LT = 2,
	OCI_SECCOMP_LE = 3,
	OCI_SECCOMP_EQ = 4,
	OCI_SECCOMP_GE = 5,
	OCI_SECCOMP_GT = 6,
	OCI_SECCOMP_MASKED_EQ = 7,
};

enum oci_seccomp_arch {
	OCI_ARCH_X86,
	OCI_ARCH_X86_64,
	OCI_ARCH_X32,
	OCI_ARCH_ARM,
	OCI_ARCH_AARCH64,
	OCI_ARCH_LOONGARCH64,
	OCI_ARCH_M68K,
	OCI_ARCH_MIPS,
	OCI_ARCH_MIPS64,
	OCI_ARCH_MIPS64N32,
	OCI_ARCH_MIPSEL,
	OCI_ARCH_MIPSEL64,
	OCI_ARCH_MIPSEL64N32,
	OCI_ARCH_PPC,
	OCI_ARCH_PPC64,
	OCI_ARCH_PPC64LE,
	OCI_ARCH_S390,
	OCI_ARCH_S390X,
	OCI_ARCH_SH,
	OCI_ARCH_SHEB,
	OCI_ARCH_PARISC,
	OCI_ARCH_PARISC64,
	OCI_ARCH_RISCV64,
	OCI_ARCH_COUNT,
};

enum { /* bits of oci_seccomp.flags: the kernel's (seccomp(2)) */
	OCI_SECCOMP_FLAG_TSYNC = 1 << 0,
	OCI_SECCOMP_FLAG_LOG = 1 << 1,
	OCI_SECCOMP_FLAG_SPEC_ALLOW = 1 << 2,
	OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV = 1 << 5,
};

struct oci_seccomp_arg {
	uint32_t index;
	enum oci_seccomp_op op;
	uint64_t value;
	uint64_t value_two;
};

struct oci_seccomp_rule { /* an element of syscalls */
	const char **names;
	size_t n_names;
	enum oci_seccomp_action action;
	const uint32_t *errno_ret;
	struct oci_seccomp_arg *args;
	size_t n_args;
};

struct oci_seccomp {
	enum oci_seccomp_action default_action;
	const uint32_t *default_errno_ret;
	const uint32_t
		*flags; /* NULL: absent, the runtime's defaults apply; given, be it 0: these */
	const char *listener_path;
	const char *listener_metadata;
	enum oci_seccomp_arch *architectures;
	size_t n_architectures;
	struct oci_seccomp_rule *syscalls;
	size_t n_syscalls;
};

struct oci_linux {
	struct oci_namespace *namespaces; /* after the check at most one of each type */
	size_t n_namespaces;
	struct oci_id_mapping *uid_mappings;
	size_t n_uid_mappings;
	struct oci_id_mapping *gid_mappings;
	size_t n_gid_mappings;
	const struct oci_time_offsets *time_offsets;
	struct oci_device *devices;
	size_t n_devices;
	struct oci_net_device *net_devices;
	size_t n_net_devices;
	const char *cgroups_path;
	const struct oci_resources *resources;
	enum oci_propagation rootfs_propagation;
	const struct oci_seccomp *seccomp;
	const char **masked_paths;
	size_t n_masked_paths;
	const char **readonly_paths;
	size_t n_readonly_paths;
	const char *mount_label;
	struct oci_key_value *sysctl; /* "net.ipv4.ip_forward" or "net/ipv4/ip_forward" */
	size_t n_sysctl;
	const struct oci_intel_rdt *intel_rdt;
	const struct oci_personality *personality;
	const struct oci_memory_policy *memory_policy;
};

/* ---- the whole ---- */

struct oci_root {
	const char *path; /* absolute, or relative to the bundle */
	bool readonly;
};

/* What annotations ask for that no field of the specification says (oci/annotations.h). */
struct oci_extensions {
	bool keeps_groups;          /* the program keeps the caller's supplementary groups */
	const char *mount_context;  /* the option of a mount label: "context" …; NULL: not read */
	const char *pidfd_receiver; /* path of a socket; NULL: none */
	const char *hooks_stdout, *hooks_stderr; /* files that hooks write to; NULL: none */
};

struct oci_config {
	const char *oci_version;
	const struct oci_root *root;
	struct oci_mount *mounts;
	size_t n_mounts;
	const struct oci_process *process; /* NULL: the container can be created, not started */
	const char *hostname;
	const char *domainname;
	struct oci_hook_list hooks[OCI_HOOK_COUNT];
	struct oci_key_value *annotations;
	size_t n_annotations;
	struct oci_extensions extensions;
	struct oci_linux platform; /* "linux" (in gnu17 that word is a macro); zeros where absent */
};

/*
 * Each reads one JSON text of size bytes (no NUL needed behind them). Types and ranges only: call
 * the check next.
 */
int oci_config_read(struct arena *arena, const char *bytes, size_t size, struct oci_config **ret,
	struct err *err);
int oci_process_read(struct arena *arena, const char *bytes, size_t size, struct oci_process **ret,
	struct err *err);
int oci_resources_read(struct arena *arena, const char *bytes, size_t size,
	struct oci_resources **ret, struct err *err);
/* A list of mounts, or an object with it as "mounts"; *ret_is_bare: the former. */
int oci_mounts_read(struct arena *arena, const char *bytes, size_t size, struct oci_mount **ret,
	size_t *ret_count, bool *ret_is_bare, struct err *err);
int oci_seccomp_read(struct arena *arena, const char *bytes, size_t size, struct oci_seccomp **ret,
	struct err *err);

/* What decides on the program of a filter (not flags and listener), for oci_seccomp_read(). */
const char *oci_seccomp_rules_text(
	struct arena *arena, const struct oci_seccomp *seccomp, size_t *ret_length);

/*
 * What the specification asks beyond types, and what cannot work; pure. Success means that the
 * document is free of contradictions, not that this machine can do it.
 */
int oci_config_check(const struct oci_config *config, struct err *err);
/* Of the mounts alone; pointers begin with /mounts. */
int oci_mounts_check(const struct oci_config *config, struct err *err);
int oci_process_check(const struct oci_process *process, struct err *err);
int oci_resources_check(const struct oci_resources *resources, struct err *err);

/* Of an "intelRdt" object alone. */
int oci_intel_rdt_check(const struct oci_intel_rdt *rdt, struct err *err);

/* The entry of that type, or NULL: the host's. */
const struct oci_namespace *oci_config_namespace(
	const struct oci_config *config, enum oci_namespace_type type);

/* A namespace of that type is made new for the container (listed, without a path). */
bool oci_config_has_new_namespace(const struct oci_config *config, enum oci_namespace_type type);

bool oci_mount_has_option(const struct oci_mount *mount, const char *option);

/* An option or the type says bind or rbind (the type alone is what some engines write). */
bool oci_mount_is_bind(const struct oci_mount *mount);

/* Value of an annotation, or NULL. */
const char *oci_config_annotation(const struct oci_config *config, const char *key);

/*
 * The path below /proc/sys that a sysctl's key means: "net.ipv4.conf.eth0/1.x" and
 * "net/ipv4/conf/eth0.1/x" are the same (sysctl(8): the first separator decides). NULL when a part
 * of it is empty, "." or "..".
 */
const char *oci_sysctl_path(struct arena *arena, const char *key);

/* ---- names, in the specification's spelling; tables end with a NULL name ---- */

extern const struct json_enum oci_namespace_names[]; /* "mount" … "time" */
extern const struct json_enum oci_capability_names[];
extern const struct json_enum oci_rlimit_names[];
extern const struct json_enum oci_hook_names[];
extern const struct json_enum oci_propagation_names[];
extern const struct json_enum oci_seccomp_action_names[];
extern const struct json_enum oci_seccomp_op_names[];
extern const struct json_enum oci_seccomp_arch_names[];
extern const struct json_enum oci_seccomp_flag_names[];
extern const struct json_enum oci_memory_policy_mode_names[];
extern const struct json_enum oci_memory_policy_flag_names[];
extern const struct json_enum oci_scheduler_policy_names[];
extern const struct json_enum oci_scheduler_flag_names[];
extern const struct json_enum oci_io_class_names[];

/* "CAP_CHOWN" of 0; NULL for a number that has no name here. */
const char *oci_capability_name(unsigned number);

/* The number of "CAP_CHOWN", "chown", "cap_chown" … (any case), or -1. */
int oci_capability_number(const char *name);

const char *oci_namespace_name(enum oci_namespace_type type);
const char *oci_rlimit_name(int resource);
