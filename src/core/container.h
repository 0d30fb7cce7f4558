/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container: the life of a container, seen from outside. The interface of the core to commands.
 *
 * Layer 2, role caller. Nothing here prints; every failure is a struct err. Each function finds the
 * container by its id below runtime->root and works on what it finds there and in the kernel: there
 * is no daemon and no state in memory between two commands.
 *
 * Error texts that engines match on are runc's own (container does not exist, container not
 * running, …).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct container_stats; /* core/stats.h */
struct oci_intel_rdt;
struct oci_resources;

enum cgroup_manager {
	CGROUP_MANAGER_FILES,
	CGROUP_MANAGER_SYSTEMD,
	CGROUP_MANAGER_DISABLED,
	CGROUP_MANAGER_COUNT,
};

/* What the global options say. Strings are borrowed. */
struct runtime {
	const char *root; /* absolute path of the directory with one directory per container */
	enum cgroup_manager cgroup_manager;
	bool is_rootless;
};

/* Status of a container (runtime spec, "State"; paused as runc has it). */
enum container_status {
	CONTAINER_STATUS_CREATING,
	CONTAINER_STATUS_CREATED,
	CONTAINER_STATUS_RUNNING,
	CONTAINER_STATUS_PAUSED,
	CONTAINER_STATUS_STOPPED,
	CONTAINER_STATUS_COUNT,
};

const char *container_status_name(enum container_status status);

struct container_state {
	const char *id;
	const char *oci_version;
	enum container_status status;
	pid_t pid; /* in the caller's pid namespace; 0 when stopped */
	const char *bundle;
	const char *rootfs;
	const char *created; /* RFC 3339 with nanoseconds */
	const char *owner;   /* name of the user who owns the container's directory */
	const char **annotation_keys, **annotation_values; /* arrays of n_annotations */
	size_t n_annotations;
};

/*
 * Gives a network namespace that is made for a container its interfaces. Called once, inside of it,
 * with lo up, before anything of the container runs; by a thread, or by a process that shares the
 * caller's memory: it must not allocate, print or warn. ns_fd is the namespace.
 */
typedef int container_network_fn(void *context, int ns_fd, struct err *err);

/* create and run. Strings are borrowed, NULL where an option was not given. */
struct container_request {
	const struct runtime *runtime;
	const char *id;
	const char *bundle;      /* directory; NULL is the current one */
	const char *config;      /* path of the configuration; NULL is BUNDLE/config.json */
	const char *config_text; /* the configuration itself; then no file is read */
	size_t config_size;
	const int *root_tree; /* a detached mount that is the root file system, borrowed; NULL: what
				 the configuration names */
	bool denies_setgroups; /* of the user namespace that it joins; told where its path does not
				  tell */
	container_network_fn *connect_network; /* NULL: a new one has lo only */
	void *network_context;
	const char *console_socket; /* path of a socket that receives the terminal's master */
	const char *pid_file;
	const char *pidfd_socket;
	const char *trace_file;    /* Chrome trace JSON of the start */
	const char *notify_socket; /* of the caller's service manager (core/notify.h) */
	bool no_pivot;
	bool no_new_keyring;
	bool detach;              /* run: do not wait */
	bool keep;                /* run: do not delete when the process has ended */
	bool no_subreaper;        /* run */
	uint32_t preserve_fds;    /* descriptors 3 … 2 + preserve_fds are handed on */
	uint32_t listen_fds;      /* the first of these are sockets of a service manager */
	const char *listen_names; /* their names, "A:B", or NULL */
	const char *strategy;     /* "copy", "template"; NULL: the planner chooses */
};

int container_create(const struct container_request *request, struct err *err);

/* Also waits unless detach; *ret_status is then the exit status (128 + n for signal n), else 0. */
int container_run(const struct container_request *request, int *ret_status, struct err *err);

/* The first process of a container, for whoever looks after it: a child of this process. */
struct container_process {
	pid_t pid;
	int pidfd;
	int terminal_fd; /* controlling side of its terminal; -1: it has none */
	int kills_fd;    /* cgroup_open_kill_counter(); -1: there is none */
};

/* As run with detach and keep; the descriptors of *ret are the caller's. */
int container_run_supervised(
	const struct container_request *request, struct container_process *ret, struct err *err);

/* Prints the steps that a bundle would take, for people or (json) for programs; changes nothing. */
int container_print_plan(
	const struct container_request *request, bool json, FILE *out, struct err *err);

/* exec. Strings are borrowed, NULL where an option was not given. */
struct exec_request {
	const struct runtime *runtime;
	const char *id;
	const char *process_file; /* the whole process; the other fields below are then not used */
	const char *const *args;
	size_t n_args;
	const char *cwd;
	const char *user;       /* "UID[:GID]" */
	const char *const *env; /* added to the container's own */
	size_t n_env;
	const char *const *additional_gids;
	size_t n_additional_gids;
	const char *const *capabilities; /* names, added to the container's own */
	size_t n_capabilities;
	const char *process_label;
	const char *apparmor;
	bool no_new_privs;
	bool tty;

	const char *const *cgroups; /* sub-groups, "[CONTROLLER:]PATH" */
	size_t n_cgroups;
	const char *console_socket;
	const char *pidfd_socket;
	const char *pid_file;
	uint32_t preserve_fds;
	bool detach;
	bool ignore_paused;
};

/* Runs one more process in the container; waits unless detach, *ret_status as for run. */
int container_exec(const struct exec_request *request, int *ret_status, struct err *err);

/*
 * notify_socket: of the caller's service manager, or NULL. With one, and a container that was
 * created with one, it returns when the container is ready.
 */
int container_start(
	const struct runtime *runtime, const char *id, const char *notify_socket, struct err *err);

/* all: every process of the container; "not running" is then success. */
int container_kill(const struct runtime *runtime, const char *id, int signal_number, bool all,
	struct err *err);

/* force: kill it first; a container that is not there is success. */
int container_delete(const struct runtime *runtime, const char *id, bool force, struct err *err);

/*
 * The ids of all containers that a POSIX extended regular expression finds something in, sorted; in
 * arena. EINVAL: it is none.
 */
int container_match(struct arena *arena, const struct runtime *runtime, const char *pattern,
	const char ***ret, size_t *ret_count, struct err *err);

/* Strings live in arena. */
int container_state(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container_state *ret, struct err *err);

/* All containers below the root, sorted by id; a root that is not there is an empty list. */
int container_list(struct arena *arena, const struct runtime *runtime, struct container_state **ret,
	size_t *ret_count, struct err *err);

/* Freezes all processes. ESRCH "container not running"; EINVAL, also with "container paused". */
int container_pause(const struct runtime *runtime, const char *id, struct err *err);

/* Not paused: EINVAL "container not paused". */
int container_resume(const struct runtime *runtime, const char *id, struct err *err);

/* What update changes; the rest stays as it is. Pointers are borrowed. */
struct container_changes {
	const struct oci_resources *resources; /* checked by oci_resources_check() */
	const struct oci_intel_rdt *rdt;       /* NULL: stays; checked by oci_intel_rdt_check() */
};

/* Limits that cannot be had are refused with the name of the field before anything is written; when
 * the kernel refuses one, those written before it stay. rdt changes the schemata of the container's
 * group of resctrl; one without a group gets one of its own, with all its processes in it. */
int container_update(const struct runtime *runtime, const char *id,
	const struct container_changes *changes, struct err *err);

/*
 * Brings mounts to a running container, all of them or none. text: a JSON list of mounts as in a
 * configuration, or an object with it as "mounts". No symbolic link may lead to a destination
 * (ELOOP).
 */
int container_add_mounts(const struct runtime *runtime, const char *id, const char *text,
	size_t size, struct err *err);

/*
 * Takes away what container_add_mounts() brought to those destinations; everything else of a mount
 * is ignored. ENOENT: nothing was. ESTALE: the container moved it elsewhere, or removed it.
 */
int container_remove_mounts(const struct runtime *runtime, const char *id, const char *text,
	size_t size, struct err *err);

/* Every process of the container, in the caller's pid namespace, sorted; a stopped one may have
 * none. *ret is in arena. */
int container_pids(struct arena *arena, const struct runtime *runtime, const char *id, pid_t **ret,
	size_t *ret_count, struct err *err);

/* What the container uses now; *ret lives in arena. Stopped: ESRCH "container not running". */
int container_read_stats(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container_stats *ret, struct err *err);

/* Something to report of a running container. stats is borrowed; NULL: the kernel killed a process,
 * or could not help it, for want of memory. A failure ends container_events(). */
typedef int container_event_fn(void *context, const struct container_stats *stats, struct err *err);

/* Reports stats each interval_nsec (> 0), the first ones after the first interval, and each want of
 * memory at once; returns 0 when the container has ended. */
int container_events(const struct runtime *runtime, const char *id, uint64_t interval_nsec,
	container_event_fn *report, void *context, struct err *err);
