/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup: the control groups of one container.
 *
 * Layer 2, role caller (and every later command on the container). One interface over the layouts
 * that hosts have: v2 (one tree), v1 (a tree per controller, and hybrid: a v2 tree with the
 * controllers that no v1 tree took beside them), and disabled (no group at all; the zero value).
 *
 * Life of a group, in this order:
 *
 *     cgroup_host_read          what is mounted where, where the caller is        reads /proc
 *     cgroup_plan_paths         the directories the container will have           pure
 *     cgroup_check_settings     limits that cannot be had are refused             pure
 *     cgroup_probe              which of the directories do not exist yet         stat only
 *     (cgroup_leave_to_systemd, cgroup_adopt: where systemd makes the group)
 *     cgroup_to_strings         → the state record, written before the first side effect
 *     cgroup_before_spawn       directories, controllers, limits, device rules
 *     cgroup_open_entry         how the child gets in
 *     (spawn)
 *     cgroup_after_spawn        what needs a process in the group; ownership
 *     …
 *     cgroup_from_strings       any later command, from the record alone
 *     cgroup_update, _set_frozen, _list_pids, _kill_all, _read_stats, _open_oom …
 *     cgroup_destroy            removes what the record says was made, nothing else
 *
 * Invariants: a directory that existed before cgroup_probe() is never removed. A directory is
 * removed only by rmdir(2), so never one with processes or with another group in it. The record is
 * valid at every point in between: cgroup_destroy() of a group that was made half, or not at all,
 * succeeds.
 *
 * Where a group lies (cgroupsPath of the configuration):
 *     "/a/b"   a/b below the mount point of each hierarchy
 *     "a/b"    v1, hybrid: a/b below the caller's own group of each hierarchy; v2: below the group
 *              that holds the caller's own one (the kernel gives controllers only to the children
 *              of groups without processes)
 *     absent   like a relative path that is the container's id
 * A component ".." is refused.
 *
 * Strings and arrays live in the arena that was given when they were made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct oci_resources;

enum cgroup_controller {
	CGROUP_CONTROLLER_CPU,
	CGROUP_CONTROLLER_CPUACCT, /* v1 only; part of cpu on v2 */
	CGROUP_CONTROLLER_CPUSET,
	CGROUP_CONTROLLER_MEMORY,
	CGROUP_CONTROLLER_IO, /* blkio on v1 */
	CGROUP_CONTROLLER_PIDS,
	CGROUP_CONTROLLER_DEVICES, /* v1 only; eBPF on v2 */
	CGROUP_CONTROLLER_FREEZER, /* v1 only; core of v2 */
	CGROUP_CONTROLLER_HUGETLB,
	CGROUP_CONTROLLER_RDMA,
	CGROUP_CONTROLLER_NET_CLS,
	CGROUP_CONTROLLER_NET_PRIO,
	CGROUP_CONTROLLER_PERF_EVENT,
	CGROUP_CONTROLLER_MISC,
	CGROUP_CONTROLLER_COUNT,
};

#define CGROUP_BIT(controller) (1u << (controller))

enum {
	CGROUP_DIRS_MAX = 16, /* hierarchies that one container is in */
};

/* ---- the host ---- */

/* One mounted hierarchy. */
struct cgroup_hierarchy {
	const char *mount; /* mount point, "/sys/fs/cgroup/memory" */
	const char *root;  /* the group that is seen there: "/", or a subtree's path */
	const char *own;   /* the caller's own group as /proc/self/cgroup has it; NULL: unknown */
	const char *name;  /* a v1 hierarchy's name= ("systemd"), else NULL */
	uint32_t controllers; /* CGROUP_BIT()s; v1 only, v2 says it in files */
	bool is_v2;
};

enum cgroup_kind {
	CGROUP_KIND_DISABLED,
	CGROUP_KIND_V1, /* per-controller and hybrid */
	CGROUP_KIND_V2,
	CGROUP_KIND_COUNT,
};

struct cgroup_host {
	enum cgroup_kind kind; /* disabled: nothing is mounted */
	struct cgroup_hierarchy hierarchies[CGROUP_DIRS_MAX];
	size_t n_hierarchies;
};

/* From the texts of /proc/self/mountinfo and /proc/self/cgroup; pure. The first mount of each
 * hierarchy counts unless a later one covers it. */
int cgroup_host_parse(struct arena *arena, const char *mountinfo, const char *own_groups,
	struct cgroup_host *ret, struct err *err);

/* Reads both files. */
int cgroup_host_read(struct arena *arena, struct cgroup_host *ret, struct err *err);

/* ---- the group ---- */

struct cgroup_dir {
	const char *path; /* absolute */
	const char *name; /* named v1 hierarchy, else NULL */
	uint32_t controllers;
	uint32_t mount_length; /* bytes of path that are the mount point; 0 when read from a record
				*/
	uint32_t n_made;       /* last components of path that are ours to remove */
	bool is_v2;
	bool is_checked; /* made by cgroup_make_birthplace() or systemd, and nobody else is in it */
};

/* The zero value is "disabled": every function accepts it and does nothing. */
struct cgroup {
	enum cgroup_kind kind;
	struct cgroup_dir dirs[CGROUP_DIRS_MAX];
	size_t n_dirs;
};

/* What a container wants of its group. Pointers are borrowed. */
struct cgroup_settings {
	const struct oci_resources *resources; /* NULL: nothing */

	/* The caller has no power over the machine: when it may not make groups and no limit is
	 * asked for, there is no group and no error (the struct cgroup becomes disabled); device
	 * rules, which the kernel refuses it, are left out (without CAP_MKNOD in the initial user
	 * namespace no device can be made anyway). */
	bool is_rootless;

	/* No device rules: what the group it lies in allows, and no container's defaults. */
	bool keeps_devices;

	/* The group belongs to the container's root: it has a cgroup namespace of its own and
	 * mounts cgroup read-write (runtime spec, "Cgroup ownership"). v2 only; ignored on v1. */
	bool delegate;
	uid_t delegate_uid; /* of the host */
};

/* cgroups_path may be NULL. n_made of each directory is set by cgroup_probe(). */
int cgroup_plan_paths(struct arena *arena, const struct cgroup_host *host, const char *cgroups_path,
	const char *id, struct cgroup *ret, struct err *err);

/* Everything about the settings that can be refused without touching the system: a controller that
 * no v1 hierarchy has, a field that the layout cannot express, a value out of range. err->config
 * names the field. */
int cgroup_check_settings(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

int cgroup_probe(struct cgroup *group, struct err *err);

/* A caller without power over the machine may not make the group, and nothing asks for it: it will
 * be left out. Looks at permissions only. */
bool cgroup_will_be_left_out(const struct cgroup *group, const struct cgroup_settings *settings);

/* One string for each directory: "CONTROLLERS MADE PATH", e.g.
 * "cpu,cpuacct 1 /sys/fs/cgroup/cpu,cpuacct/c1", "name=systemd 1 /…", "unified 2 /…"; MADE is the
 * number of last path components that are ours. A disabled group gives none. */
int cgroup_to_strings(struct arena *arena, const struct cgroup *group, const char ***ret,
	size_t *ret_count, struct err *err);

/* The reverse; strict, because the record may have been damaged. */
int cgroup_from_strings(struct arena *arena, const char *const *strings, size_t count,
	struct cgroup *ret, struct err *err);

/* Makes the group, with its device rules, so that a process can enter it. Refused: processes in it,
 * a frozen group, also by a parent (EBUSY). On failure what was made is removed again. */
int cgroup_make(struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

/*
 * The same in two parts, for a process that is spawned in between. What the process is born in: v2
 * directories, which it cannot enter later without waiting for a lock of the whole machine. Then
 * the rest. On failure what was made is left to cgroup_destroy(), when the process is gone.
 */
int cgroup_make_birthplace(struct cgroup *group, struct err *err);
int cgroup_make_rest(struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

/* The directories of one kind. */
struct cgroup cgroup_part(const struct cgroup *group, bool is_v2);

/* Limits. The process may be in the group already, before it runs anything of the
 * container's: that way they are written while it builds the rest. On failure the group is left to
 * cgroup_destroy(). */
int cgroup_limit(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

/* Both of them, one after the other. */
int cgroup_before_spawn(
	struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

/* The process pid is in the group. */
int cgroup_after_spawn(
	struct cgroup *group, pid_t pid, const struct cgroup_settings *settings, struct err *err);

/* How a child enters: into_fd for clone3's CLONE_INTO_CGROUP when it is not −1; then each of
 * procs_fds, into which the child itself writes "0". Both may be empty (disabled). */
struct cgroup_entry {
	int into_fd;
	int procs_fds[CGROUP_DIRS_MAX];
	size_t n_procs_fds;
};

#define CGROUP_ENTRY_EMPTY ((struct cgroup_entry){ .into_fd = -1 })
#define AUTO_CGROUP_ENTRY  __attribute__((cleanup(cgroup_entry_close))) struct cgroup_entry

int cgroup_open_entry(const struct cgroup *group, struct cgroup_entry *ret, struct err *err);
void cgroup_entry_close(struct cgroup_entry *entry);

/* Moves a running process (all its threads) into the group. */
int cgroup_add_process(const struct cgroup *group, pid_t pid, struct err *err);

/* The sub-group that `exec --cgroup` names: "PATH" below every directory of the group, or
 * "CONTROLLER[,CONTROLLER]:PATH" below one (v1). Absolute and relative mean the same; ".." is
 * refused. The rest of *ret is group. */
int cgroup_sub_group(struct arena *arena, const struct cgroup *group, const char *where,
	struct cgroup *ret, struct err *err);

/* The group of any process in each hierarchy that is seen here, none of it ours to remove. */
int cgroup_of_process(struct arena *arena, pid_t pid, struct cgroup *ret, struct err *err);

/* On v2 a group that hands controllers down to groups inside (as systemd in a container does)
 * cannot be entered itself: clone3 and cgroup_add_process() say EBUSY. This is the group below it,
 * or itself, in which the process pid is, the container's first one say. On v1 it is group. */
int cgroup_group_of_process(struct arena *arena, const struct cgroup *group, pid_t pid,
	struct cgroup *ret, struct err *err);

/* Only the fields that are present change. Device rules replace the former ones when
 * resources->devices is not empty. */
int cgroup_update(
	const struct cgroup *group, const struct cgroup_settings *settings, struct err *err);

/* Waits until the kernel says so, at most 2 seconds (ETIMEDOUT; a group that was to be frozen is
 * then thawed again). Without a freezer ENOTSUP. */
int cgroup_set_frozen(const struct cgroup *group, bool frozen, struct err *err);

/* 1, 0 or an error; one file read. A group that is gone, or has no freezer, is not frozen. */
int cgroup_is_frozen(const struct cgroup *group, struct err *err);

/* Every process of the group and of the groups below it, in the caller's pid namespace, sorted.
 * *ret is in arena. A group that is gone is empty. */
int cgroup_list_pids(struct arena *arena, const struct cgroup *group, pid_t **ret,
	size_t *ret_count, struct err *err);

/* SIGKILL to every process of the tree, also frozen ones; returns when the tree has no living
 * process left, or with ETIMEDOUT after 5 seconds. */
int cgroup_kill_all(const struct cgroup *group, struct err *err);

/* Any other signal, once to each process of the tree; ESRCH when there was none. */
int cgroup_signal_all(const struct cgroup *group, int signal_number, struct err *err);

/* Removes the group, the groups made inside it, and those parents that were made for it and are
 * empty. Waits up to 2 seconds for processes that are about to leave; EBUSY names what stays. */
int cgroup_destroy(const struct cgroup *group, struct err *err);

/* ---- out of memory ---- */

/* poll(2): readable (v1: POLLIN) or POLLPRI (v2) when a process was killed or could not be helped.
 * *ret_count is the number of kills so far. Call cgroup_read_oom() after each wake-up. */
struct cgroup_oom {
	int wait_fd;    /* −1: empty */
	int control_fd; /* v1: memory.oom_control, v2: memory.events */
	short poll_events;
};

#define CGROUP_OOM_EMPTY ((struct cgroup_oom){ .wait_fd = -1, .control_fd = -1 })
#define AUTO_CGROUP_OOM  __attribute__((cleanup(cgroup_oom_close))) struct cgroup_oom

/* ENOTSUP without a memory controller. */
int cgroup_open_oom(const struct cgroup *group, struct cgroup_oom *ret, struct err *err);

/* Takes the wake-up; *ret_kills is the number of processes killed by the OOM killer so far. ENODEV
 * when the group is gone. */
int cgroup_read_oom(struct cgroup_oom *oom, uint64_t *ret_kills, struct err *err);

/* A file to pread(2), with a line "oom_kill N": how many the kernel has killed. Errors as above. */
int cgroup_open_kill_counter(const struct cgroup *group, int *ret_fd, struct err *err);
void cgroup_oom_close(struct cgroup_oom *oom);

/* ---- statistics: what `events --stats` prints ---- */

struct cgroup_psi_line {
	double avg10, avg60, avg300; /* percent */
	uint64_t total_usec;
};

struct cgroup_psi {
	bool is_present;
	struct cgroup_psi_line some, full;
};

struct cgroup_memory_use {
	uint64_t limit, usage, max, failcnt; /* bytes, bytes, bytes, count; no limit: UINT64_MAX */
};

struct cgroup_io_entry {
	uint64_t major, minor;
	const char *op; /* "Read", "Write", … */
	uint64_t value;
};

struct cgroup_io_list {
	struct cgroup_io_entry *entries;
	size_t n_entries;
};

struct cgroup_hugetlb_use {
	const char *page_size; /* "2MB" */
	uint64_t usage, max, failcnt;
};

struct cgroup_memory_raw {
	const char *key;
	uint64_t value;
};

struct cgroup_stats {
	struct {
		uint64_t total_nsec, kernel_nsec, user_nsec;
		uint64_t *percpu_nsec; /* v1 only */
		size_t n_percpu;
		uint64_t periods, throttled_periods, throttled_nsec;
		struct cgroup_psi psi;
	} cpu;
	struct {
		uint16_t *cpus, *mems; /* effective, one number each */
		size_t n_cpus, n_mems;
		uint64_t cpu_exclusive, mem_exclusive, mem_hardwall, memory_migrate;
		uint64_t memory_pressure, memory_spread_page, memory_spread_slab;
		uint64_t sched_load_balance;
		int64_t sched_relax_domain_level;
	} cpuset;
	struct {
		uint64_t cache;
		struct cgroup_memory_use usage, swap, kernel, kernel_tcp; /* swap: memory + swap */
		struct cgroup_memory_raw *raw;                            /* lines of memory.stat */
		size_t n_raw;
		struct cgroup_psi psi;
	} memory;
	struct {
		uint64_t current, limit; /* no limit: 0, as runc prints it */
	} pids;
	struct {
		struct cgroup_io_list service_bytes, serviced, queued, service_time, wait_time;
		struct cgroup_io_list merged, time, sectors;
		struct cgroup_psi psi;
	} blkio;
	struct {
		struct cgroup_hugetlb_use *entries;
		size_t n_entries;
	} hugetlb;
};

/* A file that this kernel or group does not have leaves its fields 0. */
int cgroup_read_stats(
	struct arena *arena, const struct cgroup *group, struct cgroup_stats *ret, struct err *err);

/* ---- small things ---- */

/* "cpu", "blkio" on v1 and "io" on v2, … */
const char *cgroup_controller_name(enum cgroup_controller controller, bool is_v2);

/* The directory that has the controller, or NULL. On v2 every one is assumed to. */
const struct cgroup_dir *cgroup_find_dir(
	const struct cgroup *group, enum cgroup_controller controller);

/* cpu.shares (2 … 262144) → cpu.weight (1 … 10000), 1024 → 100. */
uint64_t cgroup_weight_of_shares(uint64_t shares);

/* blkio weight (10 … 1000) → io.weight (1 … 10000). */
uint64_t cgroup_io_weight_of_blkio(uint64_t weight);

/* ---- groups that systemd makes ---- */

/* After cgroup_probe(): of what systemd will make only the unit's directory is ours to remove, and
 * what is inside it; slices are systemd's. n_own counts these last components. */
void cgroup_leave_to_systemd(struct cgroup *group, uint32_t n_own);

/* Makes the group inside of the unit that it is in, and moves the unit's first process there. */
int cgroup_make_inside_unit(struct cgroup *group, pid_t pid, struct err *err);

/* systemd has made the group for this container, and who is in it belongs there: before
 * cgroup_make() and its parts, which then make what systemd does not. */
void cgroup_adopt(struct cgroup *group);

struct cgroup_allowed_device {
	char type;            /* 'b', 'c' */
	int64_t major, minor; /* −1: any */
	char access[4];       /* "rwm" */
};

/* The device rules as a list of what is allowed, and nothing else; false: that cannot be said so,
 * because more is allowed than denied. */
bool cgroup_allowed_devices(struct arena *arena, const struct oci_resources *resources,
	struct cgroup_allowed_device **ret, size_t *ret_count);
