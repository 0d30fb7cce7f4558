/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planner: from configuration and facts to the steps of a container. Pure code.
 *
 * Layer 2, role caller, before anything is touched. The result says what the caller has to open
 * (slots), how the process is made (spawn), and what hull-init does (steps, in the only order that
 * works; see docs/architecture.md). What the configuration asks and cannot be had on this host is
 * refused here, with the JSON pointer of the field.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/facts.h"
#include "oci/config.h"
#include "plan/plan.h"

enum slot_kind {
	SLOT_NAMESPACE,      /* the namespace at path */
	SLOT_NETWORK,        /* a new network namespace, made meanwhile by the caller */
	SLOT_TIME,           /* a place for the time namespace that the child makes */
	SLOT_TREE,           /* a detached copy of the mounts at path */
	SLOT_GIVEN,          /* given_fd, a detached mount or a process; it stays the caller's */
	SLOT_NEW_FS,         /* a detached new file system, made with the host's paths in view */
	SLOT_CONSOLE_SOCKET, /* a connection to path; path NULL: given by the caller itself */
	SLOT_START_LISTENER, /* the socket that `start` connects to */
	SLOT_LOG,            /* the file at path, to append to; made when it is missing */
	SLOT_PROC,           /* the host's /proc */
};

struct slot {
	enum slot_kind kind;
	const char *path;
	const char *config; /* JSON pointer, for messages */
	uint64_t namespace_type;
	bool is_late; /* opened when the groups are there, after the spawn */
	bool is_recursive;
	uint64_t propagation;          /* TREE: set recursively at once; MS_… | MS_REC, 0: none */
	const struct path_facts *seen; /* TREE: what must still be there; or NULL */
	const struct oci_id_mapping *uid_mappings, *gid_mappings; /* TREE: idmapped, if any */
	size_t n_uid_mappings, n_gid_mappings;
	bool is_idmap_recursive;
	const char *user_namespace; /* TREE: cloned as that one has to see it; NULL: as it is */
	int given_fd;               /* GIVEN */
	const char *fs_type, *fs_device, *fs_data; /* NEW_FS */
	uint64_t fs_attributes;
};

enum spawn_kind {
	SPAWN_DIRECT, /* clone3 with the new namespaces, in the caller's memory until the exec */
	SPAWN_MAPPED, /* with a new user namespace: waits for its id maps before the exec */
	SPAWN_STAGED, /* joins first, then makes the user namespace, waits for its maps, executes */
};

struct spawn_join {
	uint64_t type;
	plan_slot_index slot;
};

struct spawn_plan {
	enum spawn_kind kind;
	uint64_t clone_flags; /* CLONE_NEW…, without CLONE_NEWTIME */
	bool use_template;
	bool enters_late;         /* there is a STEP_GROUPS: the spawn waits for no control group */
	const char *time_offsets; /* text for timens_offsets; NULL: no new time namespace */
	plan_slot_index time_slot; /* with time_offsets: where the child puts the namespace */
	struct spawn_join *joins;  /* STAGED: before the user namespace is made */
	size_t n_joins;
	const struct oci_id_mapping *uid_mappings, *gid_mappings;
	size_t n_uid_mappings, n_gid_mappings;
};

struct container_plan {
	struct spawn_plan spawn;
	struct slot *slots;
	size_t n_slots;
	struct step *steps;
	size_t n_steps;
	plan_slot_index console_slot, start_slot;
};

/* What the command line adds to the configuration. */
struct planner_options {
	const char *id;
	const char *console_socket; /* path; NULL: none */
	bool is_console_given;      /* the caller has a connection of its own for the terminal */
	bool no_pivot;
	bool no_new_keyring;
	bool connects_network; /* the caller makes interfaces in the new network namespace */
	bool makes_network;  /* the caller makes a new network namespace, lo up, if that is possible
			      */
	bool wait_for_start; /* create: listen for `start`; run goes on by itself */
	const char *strategy; /* "copy", "template", NULL: chosen */
	/* the container's state for hooks inside; hull-init puts the pid in */
	const char *create_state, *start_state;
	uint32_t listen_fds;        /* sockets of a service manager, descriptors 3 and up */
	const char *listen_names;   /* of them (LISTEN_FDNAMES); NULL: none */
	const char *notify_socket;  /* path in the container; NULL: none */
	bool keeps_affinity;        /* the CPUs were set by the caller on purpose */
	bool keeps_groups;          /* the user namespace that is joined denies setgroups */
	struct plan_bytes affinity; /* exec: the CPUs the program may run on; size 0: as it is */
	struct plan_bytes seccomp_filter; /* compiled; size 0: none */
	uint64_t seccomp_flags;
	bool seccomp_notify;
	struct cgroup *group; /* where the container will be */
};

int planner_make(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options,
	struct container_plan *ret, struct err *err);

/*
 * For one more process in a running container. config: the container's, with the namespaces that
 * have to be joined (each with a path) and nothing to mount; its process is the new one. root: a
 * path to the container's root for a container in the caller's mount namespace, else NULL.
 */
int planner_make_exec(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options, const char *root,
	struct container_plan *ret, struct err *err);

/*
 * More mounts for a running container. config: the container's, with the mounts to add, and the
 * namespaces of its first process that have to be joined for that, the mount namespace among them.
 */
int planner_make_mounts(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, struct container_plan *ret, struct err *err);

/* A mount of a running container. */
struct planner_mounted {
	const char *destination;
	uint64_t mount_id; /* mount_id_get() */
};

/* Takes them away, in this order. */
int planner_make_unmounts(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_mounted *mounted, size_t n,
	struct container_plan *ret, struct err *err);

/* ---- between the files of the planner ---- */

struct planner {
	struct arena *arena;
	const struct oci_config *config;
	const struct host_facts *facts;
	const struct planner_options *options;
	struct container_plan *plan;
	bool new_user, joined_user;
	bool new_mount;
	bool is_live;    /* mounts for a running container, which is joined */
	bool forks_late; /* into a pid namespace that is joined: when nothing of the host is in view
			  */
	plan_slot_index pid_slot;     /* the joined pid namespace */
	plan_slot_index network_slot; /* a new network namespace that is made meanwhile */
	bool has_loopback;            /* the network namespace comes with lo up */
	bool has_usual_devices;       /* the steps for /dev/null and its like are there */
	bool has_entered;             /* the STEP_GROUPS is there, or none is needed */
	bool has_hook_logs;           /* the next two are decided */
	plan_slot_index hook_output, hook_errors;
};

/* An empty plan in *ret, and what is known of the container. */
struct planner planner_begin(struct arena *arena, const struct oci_config *config,
	const struct host_facts *facts, const struct planner_options *options,
	struct container_plan *ret);

/* Appends a step of that kind with a JSON pointer; the caller fills it in. */
struct step *planner_add(struct planner *planner, enum step_kind kind, const char *config);
struct slot *planner_add_slot(
	struct planner *planner, enum slot_kind kind, plan_slot_index *ret_index);

/* From here on the process has to be in its control groups and its network namespace. */
void planner_enter_groups(struct planner *planner);
void planner_join_network(struct planner *planner);

/* ENOTSUP: the caller would have to clone it, which takes the newer mount calls. */
int planner_check_reach(const struct planner *planner, const struct path_facts *seen,
	const char *config, struct err *err);

/* Fills a source: a slot if the caller may clone mounts, else the path for hull-init. */
void planner_set_source(struct planner *planner, const struct path_facts *seen, bool is_recursive,
	const char *config, struct plan_source *source);

/* What hull-init has to set on a tree from that source: nothing when the caller did it already. */
uint64_t planner_base_propagation(const struct planner *planner, const struct plan_source *source,
	const struct path_facts *seen);

/* What a tree cloned from there begins with: MS_… | MS_REC; 0: it stays the host's peer. */
uint64_t planner_propagation_of(const struct planner *planner, const struct path_facts *seen);

const char *planner_format(struct planner *planner, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void planner_add_before_joining(struct planner *planner);
int planner_add_namespaces(struct planner *planner, struct err *err);
int planner_add_root(struct planner *planner, struct err *err);
int planner_add_mounts(struct planner *planner, struct err *err);
/* File systems whose content is that of the maker's namespaces: only hull-init can make them. The
 * others may name files of the host: overlay's layers, a disk. */
bool planner_belongs_to_namespaces(const char *type);
int planner_add_cgroup_mount(struct planner *planner, size_t index, struct err *err);
/* After n_mounts of the configuration's: at once if none of the rest will lie on them, while the
 * groups are made; otherwise planner_add_devices() does it. */
void planner_add_usual_devices(struct planner *planner, size_t n_mounts);
int planner_add_devices(struct planner *planner, struct err *err);
int planner_add_hooks(struct planner *planner, enum oci_hook_kind kind, struct err *err);
int planner_add_isolation(struct planner *planner, struct err *err);
int planner_add_process(struct planner *planner, struct err *err);
/* The fork that was put off, and the session, which the second process has to begin. */
void planner_add_session(struct planner *planner);
void planner_add_console(struct planner *planner, bool is_mounted);
