/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot: everything that an audit knows of a container and of the host.
 *
 * Layer 3, role command. Gathered once (gather.h, probe.h), then only looked at (audit.h): checks
 * are functions of this and of nothing else, so that a snapshot written by hand tests them.
 *
 * What could not be read says why: a const char *…_why that is not NULL. Strings are borrowed or in
 * the view's arena; what comes from a container may hold anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inspect/view.h"
#include "sys/mountinfo.h"
#include "sys/seccomp_read.h"

enum { AUDIT_LABEL_BYTES = 256 };

struct audit_process {
	pid_t pid;
	pid_t inside; /* in its own pid namespace */
	const char *name;
	bool is_in_host_namespace[NAMESPACE_KIND_COUNT];
	uid_t uid; /* effective, as the host has it */
	uint64_t inheritable, permitted, effective, bounding, ambient;
	bool no_new_privileges;
	unsigned seccomp_mode; /* SECCOMP_MODE_…: 0 none */
	unsigned n_filters;
	const char *label; /* of an LSM; "": none */
};

/* A namespace of the target. */
struct audit_namespace {
	uint64_t inode; /* 0: not to be seen */
	bool is_host;   /* the caller is in it, or the machine's first process */
	uint64_t owner; /* user namespace; 0: not to be seen */
	/* the owner is the container's own user namespace, one above it or one below it */
	bool is_owner_related;
};

/* What a process has of a file: a descriptor, or one of these. */
enum audit_place {
	AUDIT_PLACE_DESCRIPTOR,
	AUDIT_PLACE_CWD,
	AUDIT_PLACE_ROOT,
	AUDIT_PLACE_PROGRAM,
	AUDIT_PLACE_COUNT,
};

/* On which mount the file is. */
enum audit_side {
	AUDIT_SIDE_INSIDE,  /* one that the process sees itself */
	AUDIT_SIDE_HOST,    /* one that the caller sees, and the process does not */
	AUDIT_SIDE_NOWHERE, /* neither: pipes, sockets, memory, detached mounts */
	AUDIT_SIDE_COUNT,
};

struct audit_file {
	pid_t pid;
	enum audit_place place;
	int number;       /* of a descriptor */
	const char *link; /* "/etc/passwd", "pipe:[17]" */
	enum audit_side side;
	mode_t type; /* S_IF…; 0: unknown */
	uint32_t major, minor;
	uint64_t foreign_pid; /* a pidfd of a process that is not in the container; else 0 */
};

struct audit_mount {
	struct mountinfo info;
	mode_t type;           /* of its root: S_IFDIR, S_IFREG, S_IFSOCK …; 0: unknown */
	const char *host_path; /* where the host has the same directory or file; NULL: nowhere */
	bool is_host_peer;     /* mounts on it are propagated to the host */
	bool is_covered;       /* another mount lies on it, or on the way to it */
};

/* A path that is tried from inside, and what for. */
enum audit_probe_kind {
	AUDIT_PROBE_MASKED,    /* should tell nothing */
	AUDIT_PROBE_READ_ONLY, /* should refuse writes */
	AUDIT_PROBE_ADDRESSES, /* may tell names, but no addresses of the kernel */
	AUDIT_PROBE_KIND_COUNT,
};

struct audit_probed {
	int error;   /* errno of open or, with READ_ONLY, of access; 0: done */
	mode_t type; /* S_IF… */
	uint32_t major, minor;
	bool has_content; /* a byte of a file, a name in a directory; ADDRESSES: one that is not 0
			   */
	bool is_tried;
};

struct audit_node {
	char path[64]; /* below /dev */
	bool is_block;
	uint32_t major, minor;
	int error; /* of opening it; -1: was not opened */
};

enum { AUDIT_NODES_MAX = 256, AUDIT_PROBES_MAX = 64 };

struct audit_probe_result {
	struct audit_probed paths[AUDIT_PROBES_MAX]; /* as audit_probe_paths */
	struct audit_node nodes[AUDIT_NODES_MAX];
	unsigned n_nodes;
	bool are_nodes_cut_off; /* more than there is room for, or not to be listed */
	bool is_complete;
};

/* One limit, from the container's own group up to the root of its hierarchy. */
struct audit_limit_level {
	const char *group; /* "/docker/0123" */
	uint64_t value;    /* UINT64_MAX: none */
};

struct audit_limit {
	const char *name;                 /* "memory" */
	const char *unit;                 /* "bytes"; "": a number */
	const char *option;               /* what sets it */
	const char *gain;                 /* without it */
	struct audit_limit_level *levels; /* its own group first */
	size_t n_levels;
	const char *why; /* not read */
};

enum audit_device_rules {
	AUDIT_DEVICE_RULES_UNKNOWN,
	AUDIT_DEVICE_RULES_NONE,     /* nothing decides about devices */
	AUDIT_DEVICE_RULES_LIST,     /* lines of devices.list of cgroup v1 */
	AUDIT_DEVICE_RULES_PROGRAMS, /* of cgroup v2 */
	AUDIT_DEVICE_RULES_COUNT,
};

struct bpf_insn;

struct audit_device_program {
	const struct bpf_insn *insns;
	size_t n_insns;
};

/* A socket that waits for connections, or a datagram socket that takes from anybody. */
struct audit_listener {
	const char *protocol; /* "tcp", "udp6" */
	const char *address;  /* "0.0.0.0", "::" */
	uint16_t port;
	bool is_loopback;
};

/* A port of the host that leads to the container. */
struct audit_published {
	const char *host_address; /* NULL: each that the host has */
	uint16_t host_port;       /* 0: all */
	const char *address;
	uint16_t port;
};

struct audit_id_range {
	uint32_t inside, outside, count;
};

/* Another container's, or the host's. */
struct audit_other_ids {
	const char *name; /* "docker:0123", "process 17" */
	struct audit_id_range *ranges;
	size_t n_ranges;
};

struct audit_user {
	uid_t uid;
	const char *name;
};

struct audit_snapshot {
	struct arena *arena;
	const char *name;     /* of the target, as it was asked for */
	bool is_host_process; /* the target shares mount and pid namespace with the host */

	struct audit_namespace namespaces[NAMESPACE_KIND_COUNT];
	struct audit_process *processes; /* the target first */
	size_t n_processes;
	size_t n_processes_hidden; /* of the container, too, but not to be read */

	struct audit_file *files;
	size_t n_files;
	size_t n_files_hidden;

	struct audit_mount *mounts;
	size_t n_mounts;
	const char *mounts_why;
	bool is_root_host; /* its root directory is the host's */

	struct seccomp_filter *filters; /* of the target, the oldest first */
	size_t n_filters;
	const char *filters_why;

	const struct audit_probe_result *probe;
	const char *probe_why;

	struct audit_limit *limits;
	size_t n_limits;
	enum audit_device_rules device_rules;
	const char *device_list;
	struct audit_device_program *device_programs; /* all have to allow */
	size_t n_device_programs;
	const char *devices_why;

	const char *interfaces; /* their names, but lo: "eth0 eth1" */
	const char *network_why;
	struct audit_listener *listeners, *host_listeners;
	size_t n_listeners, n_host_listeners;
	struct audit_published *published;
	size_t n_published;
	const char *published_why;

	struct audit_id_range *uid_ranges;
	size_t n_uid_ranges;
	struct audit_other_ids *others;
	size_t n_others;
	struct audit_user *host_users;
	size_t n_host_users;
	bool has_owner_uid;
	uid_t owner_uid; /* who made the user namespace */

	bool has_i386, has_x32; /* the kernel takes calls by x86's other numberings */
	const char *lsm;        /* "apparmor", "selinux"; NULL: this kernel runs none that labels */
	/* sysctls of the host; -1: this kernel does not have it */
	int64_t dmesg_restrict, bpf_disabled, perf_paranoid, io_uring_disabled, legacy_tiocsti,
		max_user_namespaces;
};

/* ---- what is tried from inside: the only list of it ---- */

struct audit_probe_path {
	const char *path;
	enum audit_probe_kind kind;
	const char *gain;
};

extern const struct audit_probe_path audit_probe_paths[];
extern const size_t n_audit_probe_paths;
