/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal: what the files of this folder share; nobody else includes it.
 *
 * Layer 2, role caller. Backends are struct cgroup_ops. What differs by controller and not by
 * backend (a hybrid host has v1 and v2 directories at once) asks the directory: dir->is_v2.
 */
#pragma once

#include "core/cgroup/cgroup.h"
#include "sys/cgroupfs.h"

/* ---- backends ---- */

struct cgroup_limits;

struct cgroup_ops {
	/* What a new or existing directory needs before processes may come; after mkdir. */
	int (*prepare)(struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
	int (*open_entry)(const struct cgroup *group, struct cgroup_entry *ret, struct err *err);
	int (*set_frozen)(const struct cgroup *group, bool frozen, struct err *err);
	int (*is_frozen)(const struct cgroup *group, struct err *err);
	int (*kill_all)(const struct cgroup *group, struct err *err);
	int (*set_devices)(const struct cgroup *group, const struct oci_resources *resources,
		bool is_update, struct err *err);
	int (*own)(const struct cgroup *group, uid_t uid, struct err *err);
	int (*read_stats)(struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret,
		struct err *err);
};

extern const struct cgroup_ops cgroup_ops_v1, cgroup_ops_v2;

/* NULL for a disabled group. */
const struct cgroup_ops *cgroup_ops_of(const struct cgroup *group);

/* ---- controllers ---- */

/* Exactly length bytes. */
bool cgroup_controller_parse(
	const char *name, size_t length, bool is_v2, enum cgroup_controller *ret);

/* ---- directories ---- */

/* Makes what is missing of every directory, or of those of v2, parents first. */
int cgroup_make_dirs(struct cgroup *group, bool only_v2, struct err *err);

/* The directory whose cgroup.procs stands for the whole group. */
const struct cgroup_dir *cgroup_main_dir(const struct cgroup *group);

/* A v2 directory (of a v2 or hybrid group), or NULL. */
const struct cgroup_dir *cgroup_unified_dir(const struct cgroup *group);

/* v1: new directories below the mount get cpuset.cpus and cpuset.mems of their parents. */
int cgroup_fill_cpuset(const struct cgroup_dir *dir, struct err *err);

/* v2: the parents of dir hand the controllers that limits need (an error without), and the usual
 * ones (if they can be had), down to it. */
int cgroup_enable_controllers(
	const struct cgroup_dir *dir, const struct cgroup_limits *limits, struct err *err);

/* SIGKILL to the tree of a v2 directory, and waits for its end: ETIMEDOUT. */
int cgroup_kill_unified(const struct cgroup_dir *dir, unsigned limit_msec, struct err *err);

/* Its nearest existing parent lets the caller make directories. */
bool cgroup_dir_can_be_made(const struct cgroup_dir *dir);

int cgroup_open_v1_entry(const struct cgroup *group, struct cgroup_entry *ret, struct err *err);

/* Calls visit for the directory and all below it, parents first; what vanishes meanwhile is no
 * error. A negative result of visit ends it. */
int cgroup_walk(const char *dir, int (*visit)(const char *dir, void *context, struct err *err),
	void *context, struct err *err);

/* ---- limits ---- */

enum {
	CGROUP_WRITE_RETRY_AFTER_NEXT = 1 << 0, /* EINVAL: the next one first, then this again */
	CGROUP_WRITE_OPTIONAL = 1 << 1,         /* says "no limit": a missing file is fine */
	CGROUP_WRITE_LATE = 1 << 2,             /* would keep the first process out */
	CGROUP_WRITE_LINES = 1 << 3,            /* one write(2) for each line */
	CGROUP_WRITE_KEEPS_QUOTA = 1 << 4,      /* v2: cpu.max's period alone */
	CGROUP_WRITE_CHECKS_USAGE = 1 << 5,     /* memory.current must be below */
};

/* One file to write. */
struct cgroup_write {
	enum cgroup_controller controller; /* _COUNT: a core file of v2, or an unknown controller */
	const struct cgroup_dir *dir;
	const char *file, *value;
	const char *fallback_file, *fallback_value; /* when file is not there; or NULL */
	const char *config;                         /* JSON pointer */
	unsigned flags;
};

struct cgroup_limits {
	struct arena *arena;
	const struct cgroup *group;
	bool is_update;
	struct cgroup_write *writes;
	size_t n_writes;
	uint32_t required; /* controllers that v2 parents must hand down */
};

/* The writes that resources (may be NULL) ask for, in their legal order; pure. */
int cgroup_plan_limits(struct arena *arena, const struct cgroup *group,
	const struct oci_resources *resources, bool is_update, struct cgroup_limits *ret,
	struct err *err);

/* Executes those that are late, or those that are not. */
int cgroup_apply_limits(const struct cgroup_limits *limits, bool late, struct err *err);

/* For the files that plan one controller each. 1: *ret_dir has it; 0: nothing has, and as the value
 * means "no limit" nothing is to be done. */
int cgroup_limits_dir(struct cgroup_limits *limits, enum cgroup_controller controller,
	bool is_unlimited, const char *config, const struct cgroup_dir **ret_dir, struct err *err);

/* Appends a write for dir; the rest of its fields may then be set. */
struct cgroup_write *cgroup_limits_add(struct cgroup_limits *limits,
	enum cgroup_controller controller, const struct cgroup_dir *dir, const char *config,
	const char *file, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* JSON pointer of the first field that needs the controller. */
const char *cgroup_limits_field(
	const struct cgroup_limits *limits, enum cgroup_controller controller);

/* v2 cannot express the field. */
int cgroup_limits_refuse(const char *config, const char *why, struct err *err);

int cgroup_plan_cpu(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_cpuset(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_memory(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_pids(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_io(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_hugetlb(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_rdma(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_network(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);
int cgroup_plan_unified(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err);

/* ---- devices ---- */

enum {
	CGROUP_DEVICE_ANY = -1, /* major or minor */
};

struct cgroup_device_rule {
	bool allow;
	char type;            /* 'a', 'b', 'c' */
	int64_t major, minor; /* or CGROUP_DEVICE_ANY */
	unsigned access;      /* OCI_DEVICE_… */
	bool is_default;      /* not of the configuration: where a parent denies it, so be it */
};

struct cgroup_device_rules {
	struct cgroup_device_rule *rules;
	size_t n_rules;
};

/* Deny all, then the configuration's rules in their order, then the devices that the runtime spec
 * promises to every container: null, zero, full, random, urandom, tty, ptmx, pts; and mknod of any
 * device (without access to it). resources may be NULL. The last rule that names a device and an
 * access decides. */
int cgroup_device_rules(struct arena *arena, const struct oci_resources *resources,
	struct cgroup_device_rules *ret, struct err *err);

/* The same as v1 has it: all or nothing, and what differs. A rule that makes a hole in a wider one
 * cannot be said in v1 and is refused (EINVAL). */
struct cgroup_device_list {
	bool allows_all;
	struct cgroup_device_rule *exceptions; /* allow is the opposite of allows_all */
	size_t n_exceptions;
};

int cgroup_device_list(struct arena *arena, const struct cgroup_device_rules *rules,
	struct cgroup_device_list *ret, struct err *err);

/* "c 1:3 rwm" into text[64]. */
void cgroup_device_format(const struct cgroup_device_rule *rule, char text[64]);

struct bpf_insn;

/* The program that decides as the rules do. */
void cgroup_device_program(struct arena *arena, const struct cgroup_device_rules *rules,
	struct bpf_insn **ret, size_t *ret_count);

/* ---- texts of the kernel ---- */

/* "key value" lines: the value of one; false if it is not there. */
bool cgroup_text_find(const char *text, const char *key, uint64_t *ret);

/* A whole file of any size, in arena; without newlines at the end. */
int cgroup_text_read(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err);

/* ---- statistics ---- */

int cgroup_stats_read_v1(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err);
int cgroup_stats_read_v2(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err);

int cgroup_stats_psi(struct arena *arena, const char *dir, const char *file, struct cgroup_psi *ret,
	struct err *err);

/* "0-3,7" → 0 1 2 3 7. */
void cgroup_stats_number_list(
	struct arena *arena, const char *text, uint16_t **ret, size_t *ret_count);

/* -ENOENT, -ENODEV and -EOPNOTSUPP mean that there is no such statistic: 0 then, else r. */
int cgroup_stats_absent(int r);

/* One number, or (1) a whole text; what is not there stays as it is: 0. */
int cgroup_stats_u64(const char *dir, const char *file, uint64_t *ret, struct err *err);
int cgroup_stats_text(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err);

/* "key value" lines, all of them. */
void cgroup_stats_raw(
	struct arena *arena, const char *text, struct cgroup_memory_raw **ret, size_t *ret_count);

/* cpu, memory and io pressure of a v2 directory. */
int cgroup_stats_pressure(
	struct arena *arena, const char *dir, struct cgroup_stats *ret, struct err *err);

void cgroup_stats_add_io(struct arena *arena, struct cgroup_io_list *list, uint64_t major,
	uint64_t minor, const char *op, uint64_t value);

/* hugetlb: every page size that the directory has files for. */
int cgroup_stats_hugetlb(struct arena *arena, const struct cgroup_dir *dir,
	struct cgroup_stats *ret, struct err *err);

/* ---- waiting ---- */

/* Sleeps 1, 2, 4 … at most 64 ms; *step is 0 at first. False when limit_msec have passed since. */
struct cgroup_wait {
	unsigned step;
	int64_t end_msec;
};

struct cgroup_wait cgroup_wait_start(unsigned limit_msec);
bool cgroup_wait_next(struct cgroup_wait *wait);
