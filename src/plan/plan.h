/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what a container's process has to do, as data.
 *
 * Layer 1. The caller makes a plan (pure code), writes it into a memfd with plan_encode(), and
 * hull-init maps that and executes the steps in order. A plan holds no descriptors by number but
 * slots: the caller opens what each slot describes and hull-init finds the number in its header.
 *
 * Invariants: the order of the steps is the order of execution; a step is complete in itself;
 * strings are NUL-terminated and never NULL where the comment does not say so.
 * The bytes are described in docs/formats/plan.md.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum step_kind {
	STEP_JOIN,
	STEP_UNSHARE,
	STEP_BECOME_ROOT,
	STEP_GROUPS, /* enters the control groups, which are made meanwhile, and fills late slots */
	STEP_FORK,
	STEP_SESSION,
	STEP_KEYRING,
	STEP_LOOPBACK,
	STEP_HOSTNAME,
	STEP_DOMAINNAME,
	STEP_PROPAGATION,
	STEP_ROOT,
	STEP_MOUNT,
	STEP_UNMOUNT,
	STEP_DEVICE,
	STEP_SYMLINK,
	STEP_SYSCTL,
	STEP_SYNC,
	STEP_HOOK,
	STEP_ENTER_ROOT,
	STEP_OPEN_ROOT,
	STEP_CONSOLE,
	STEP_READONLY_PATH,
	STEP_MASK,
	STEP_ROOT_ATTRIBUTES,
	STEP_LABEL,
	STEP_OOM_SCORE,
	STEP_RLIMIT,
	STEP_SCHEDULER,
	STEP_IO_PRIORITY,
	STEP_AFFINITY,
	STEP_MEMORY_POLICY,
	STEP_PERSONALITY,
	STEP_SECCOMP,
	STEP_CWD,
	STEP_IDENTITY,
	STEP_CAPABILITIES,
	STEP_COMMAND,
	STEP_READY,
	STEP_WAIT_START,
	STEP_NO_NEW_PRIVILEGES,
	STEP_EXEC,
	STEP_END, /* of a process that was no program's: it exits */
	STEP_KIND_COUNT,
};

/* A slot of the plan's descriptor table, by index; PLAN_NO_SLOT where there is none. */
typedef int64_t plan_slot_index;
enum { PLAN_NO_SLOT = -1 };

/* In the descriptor table instead of a number: it comes with MESSAGE_GROUPS. */
enum { PLAN_LATE_FD = -2 };

struct plan_bytes {
	const void *data; /* may be NULL when size is 0 */
	uint64_t size;
};

/* NULL-terminated, like argv; the array itself may be NULL for an empty list. */
typedef const char *const *plan_strings;

/* Enters an existing namespace (setns(2)), or several of a process at once. */
struct step_join {
	uint64_t type; /* one CLONE_NEW… of a namespace, any number of a process (Linux 5.8) */
	plan_slot_index slot;
	const char *path; /* for messages */
};

/* New namespaces for the process itself (unshare(2)). */
struct step_unshare {
	uint64_t flags; /* CLONE_NEW… */
};

/* The rest of the plan is done by a second process: clone3(CLONE_PARENT | flags). */
struct step_fork {
	uint64_t flags; /* CLONE_NEW… */
};

/* Joins a new session keyring (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING). */
struct step_keyring {
	const char *name;
	const char *label; /* SELinux label for keycreate, or NULL */
};

struct step_name {
	const char *name;
};

/* Propagation of all mounts that were copied from the host: MS_SLAVE, MS_PRIVATE, MS_SHARED … */
struct step_propagation {
	uint64_t flags;         /* MS_… | MS_REC */
	uint64_t has_old_calls; /* 1: only mount(2) is there, for this and all that follow */
};

/* Where a mount tree comes from. */
struct plan_source {
	plan_slot_index slot; /* a detached tree, or PLAN_NO_SLOT: path is opened by hull-init */
	const char *path;     /* in the host's view; NULL for a new file system */
	uint64_t device; /* st_dev and st_ino that the caller saw, checked when path is opened; */
	uint64_t inode;  /* 0: not checked */
	uint64_t no_follow; /* 1: a symbolic link at path's end is meant itself */
};

/* Makes the root file system a mount of its own and the place that all later paths start from. */
struct step_root {
	struct plan_source source;
	const char *target;        /* host path to mount it on; NULL: over "/" */
	uint64_t base_propagation; /* set recursively on a clone of host mounts; 0: left as it is */
	uint64_t is_peer;          /* 1: it still is the host's peer */
};

enum plan_mount_flag {
	PLAN_MOUNT_BIND = 1 << 0,      /* a tree of the host, not a new file system */
	PLAN_MOUNT_RECURSIVE = 1 << 1, /* with everything mounted below it */
	PLAN_MOUNT_FILE = 1 << 2,      /* source is not a directory: a missing target is a file */
	PLAN_MOUNT_COPY_UP = 1 << 3,   /* tmpcopyup: what the target held is copied into it */
	PLAN_MOUNT_PROC = 1 << 4,      /* a symlink as target is refused (CVE-2023-28642) */
	PLAN_MOUNT_SYMLINK = 1 << 5,   /* copy-symlink: a link that says source, and no mount */
	PLAN_MOUNT_NO_FOLLOW = 1 << 6, /* dest-nofollow: a symlink as target is mounted on itself */
	PLAN_MOUNT_SUBSTITUTE = 1 << 7, /* with slot: bound from there when the kernel refuses it */
	PLAN_MOUNT_LATE_READONLY = 1 << 8, /* a later step makes it read-only */
	PLAN_MOUNT_OF_PIDNS = 1 << 10,     /* proc: of the pid namespace in source.slot */
	PLAN_MOUNT_KEPT = 1 << 11,         /* a new file system, in which more is mounted: */
	PLAN_MOUNT_IN_KEPT = 1 << 12,      /* on a new directory of the last one that was kept,
					      by the target's last name: nobody else knows it */
	PLAN_MOUNT_OVER_PROC = 1 << 9,     /* may lie on a file of procfs */
	/* into a running container: no symbolic link may lead there, and before it is placed the
	   caller gets the mount and writes down which it is (PLAN_SYNC_MOUNT) */
	PLAN_MOUNT_LIVE = 1 << 13,
};

struct step_mount {
	uint64_t flags; /* enum plan_mount_flag */
	struct plan_source source;
	const char *type; /* file system; NULL for a bind */
	const char *
		device_name; /* "source" of a new file system, as shown in mountinfo; may be NULL */
	const char *data;    /* comma-separated options for the file system; may be NULL */
	const char *target;  /* path in the container */
	uint64_t attr_set;   /* MOUNT_ATTR_… on the mount itself */
	uint64_t attr_clear;
	uint64_t rec_set; /* MOUNT_ATTR_… on it and everything below */
	uint64_t rec_clear;
	uint64_t base_propagation;
	uint64_t propagation; /* the last propagation option: MS_… (| MS_REC); 0: none */
	const char *label;    /* context= of a label; may be NULL */
};

/* Takes a mount away, with all that is mounted below it, if it is the one that is meant. */
struct step_unmount {
	const char *target;
	uint64_t mount_id;    /* mount_id_get() of it */
	plan_slot_index proc; /* /proc of the host: a mount can be named by descriptor only there */
};

struct step_device {
	uint64_t type; /* S_IFCHR, S_IFBLK, S_IFIFO */
	uint64_t major, minor;
	uint64_t mode;
	uint64_t uid, gid;
	struct plan_source source; /* bound instead of made where mknod(2) is not allowed */
	uint64_t bind;             /* 1: bind source */
	const char *path;
};

struct step_symlink {
	const char *target; /* what it says */
	const char *path;   /* where it is made; left alone when something is there */
};

struct step_sysctl {
	const char *key; /* net.ipv4.ip_forward */
	const char *value;
};

/* Tells the caller that this point is reached and waits until it says go on. */
enum plan_sync {
	PLAN_SYNC_NAMESPACES, /* namespaces are there: prestart and createRuntime hooks */
	PLAN_SYNC_NETWORK,    /* the caller moves network devices in */
	PLAN_SYNC_SECCOMP,    /* the message carries a notify descriptor */
	PLAN_SYNC_MOUNT,      /* the message carries a mount that will be placed next */
	PLAN_SYNC_UNMOUNTED,  /* one more mount is gone */
};

struct step_sync {
	uint64_t point; /* enum plan_sync */
};

struct step_hook {
	const char *kind; /* "createContainer" … */
	uint64_t index;
	const char *path;
	plan_strings args;
	plan_strings env;
	uint64_t timeout_sec;    /* 0: none */
	struct plan_bytes state; /* JSON for its standard input */
	plan_slot_index output;  /* files for what it writes; PLAN_NO_SLOT: as it is */
	plan_slot_index errors;
};

enum plan_enter {
	PLAN_ENTER_PIVOT,
	PLAN_ENTER_MOVE,   /* --no-pivot: moved over "/" */
	PLAN_ENTER_CHROOT, /* template: it already lies over "/" */
};

struct step_enter_root {
	uint64_t method; /* enum plan_enter */
};

struct step_console {
	plan_slot_index socket; /* connected; receives the master. PLAN_NO_SLOT: not sent */
	uint64_t width, height; /* characters; 0: unset */
	uint64_t uid;           /* owner of the terminal */
	uint64_t mount;         /* 1: bind it on /dev/console */
};

struct step_path {
	const char *path; /* READONLY_PATH: in the container, nothing happens when it is not there;
			     OPEN_ROOT: the host's, for a root without a mount of its own */
};

struct step_mask {
	const char *path;
	const char *label; /* for the tmpfs over a directory; may be NULL */
};

struct step_root_attributes {
	const char *path;     /* a mount in the container; NULL: its root */
	uint64_t attr_set;    /* MOUNT_ATTR_RDONLY … */
	uint64_t propagation; /* MS_… | MS_REC; 0: none */
};

enum plan_label {
	PLAN_LABEL_APPARMOR,
	PLAN_LABEL_SELINUX,
};

struct step_label {
	uint64_t module; /* enum plan_label */
	const char *label;
};

struct step_number {
	int64_t value;
};

struct step_rlimit {
	uint64_t resource;
	uint64_t soft, hard; /* RLIM_INFINITY is UINT64_MAX */
	const char *name;    /* RLIMIT_NOFILE */
};

/* struct sched_attr (sched_setattr(2)). */
struct step_scheduler {
	uint64_t policy, flags;
	int64_t nice;
	uint64_t priority;
	uint64_t runtime, deadline, period; /* ns */
};

struct step_io_priority {
	uint64_t value; /* class << 13 | level (ioprio_set(2)) */
};

struct step_affinity {
	struct plan_bytes mask; /* as sched_setaffinity(2) takes it */
};

struct step_memory_policy {
	uint64_t mode; /* mode | flags (set_mempolicy(2)) */
	struct plan_bytes nodes;
	uint64_t max_node;
};

struct step_seccomp {
	struct plan_bytes filter; /* array of struct sock_filter */
	uint64_t flags;           /* SECCOMP_FILTER_FLAG_… */
	uint64_t notify;          /* 1: the notify descriptor goes to the caller, who says go on */
};

/* Twice: before the ids change (a missing directory is made) and, if that user may not enter it,
 * after. */
struct step_cwd {
	const char *path;
	uint64_t is_retry;
};

struct step_identity {
	uint64_t uid, gid;
	struct plan_bytes groups; /* array of gid_t */
	uint64_t keep_groups;     /* 1: setgroups(2) is not called */
	uint64_t umask;           /* UINT64_MAX: 0022 */
};

struct step_capabilities {
	uint64_t bounding, permitted, effective, inheritable, ambient; /* bit sets */
	uint64_t before_identity; /* 1: only the bounding set and PR_SET_KEEPCAPS */
};

/* Finds and checks the program, so that "created" means it can be executed. */
struct step_command {
	plan_strings args;
	plan_strings env;
	uint64_t home_index; /* env[home_index] becomes HOME of home_uid; UINT64_MAX: none */
	uint64_t home_uid;
	uint64_t pid_index; /* env[pid_index] becomes LISTEN_PID of this process; 0: none */
};

struct step_wait_start {
	plan_slot_index listener; /* PLAN_NO_SLOT: the caller says go on the report socket */
};

struct step {
	uint32_t kind; /* enum step_kind */
	uint32_t reserved;
	const char *config; /* JSON pointer of what asked for it; "" when nothing did */
	union {
		struct step_join join;
		struct step_unshare unshare;
		struct step_fork fork;
		struct step_keyring keyring;
		struct step_name name; /* HOSTNAME, DOMAINNAME */
		struct step_propagation propagation;
		struct step_root root;
		struct step_mount mount;
		struct step_unmount unmount;
		struct step_device device;
		struct step_symlink symlink;
		struct step_sysctl sysctl;
		struct step_sync sync;
		struct step_hook hook;
		struct step_enter_root enter_root;
		struct step_console console;
		struct step_path path; /* READONLY_PATH, OPEN_ROOT */
		struct step_mask mask;
		struct step_root_attributes root_attributes;
		struct step_label label;
		struct step_number oom_score;
		struct step_number personality;
		struct step_rlimit rlimit;
		struct step_scheduler scheduler;
		struct step_io_priority io_priority;
		struct step_affinity affinity;
		struct step_memory_policy memory_policy;
		struct step_seccomp seccomp;
		struct step_cwd cwd;
		struct step_identity identity;
		struct step_capabilities capabilities;
		struct step_command command;
		struct step_wait_start wait_start;
	};
};

/* What hull-init gets. */
struct plan {
	struct step *steps;
	uint64_t n_steps;
	const int64_t *fds; /* descriptor numbers by slot; -1: empty; PLAN_LATE_FD */
	uint64_t n_fds;
	int64_t report_fd;      /* socket to the caller */
	uint64_t preserved_fds; /* 3 … 2 + preserved_fds stay open across exec */
	uint64_t fault_step;    /* 1 + index of a step that shall fail with EIO; 0: none (tests) */
	uint64_t
		hold_step; /* 1 + index of a step before which the caller is told to die; 0: none */
	const char *id;
};

/* One line of the timeline, in the page that caller and hull-init share. CLOCK_MONOTONIC, ns. */
struct plan_time {
	uint64_t begin_ns, end_ns;
};

/*
 * How one step kind's structure is laid out. This table is the only description that encode,
 * decode and print use.
 */
enum plan_field_type {
	PLAN_FIELD_NUMBER, /* uint64_t or int64_t */
	PLAN_FIELD_STRING,
	PLAN_FIELD_STRINGS,
	PLAN_FIELD_BYTES,
	PLAN_FIELD_SLOT,
};

enum plan_field_style {
	PLAN_STYLE_DECIMAL,
	PLAN_STYLE_OCTAL,
	PLAN_STYLE_NAMESPACES,  /* CLONE_NEW… */
	PLAN_STYLE_PROPAGATION, /* MS_… */
	PLAN_STYLE_ATTRIBUTES,  /* MOUNT_ATTR_… */
	PLAN_STYLE_CAPABILITIES,
	PLAN_STYLE_HIDDEN,
};

struct plan_field {
	const char *name;
	uint16_t offset; /* in struct step */
	uint8_t type;    /* enum plan_field_type */
	uint8_t style;   /* enum plan_field_style */
};

struct plan_step_type {
	const char *name;
	const struct plan_field *fields;
	size_t n_fields;
};

const struct plan_step_type *plan_step_type(uint32_t kind); /* NULL for an unknown kind */
const char *plan_step_name(uint32_t kind);

/* The first string of a step that names its object ("/proc", "net.ipv4…"), or "". */
const char *plan_step_object(const struct step *step);
