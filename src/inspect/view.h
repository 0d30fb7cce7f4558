/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view: the namespaces of the machine and who is in them, as /proc shows them.
 *
 * Layer 3, role command. Only reads. A view is made by view_scan() and completed by the other
 * modules: holders.h (who else keeps a namespace), relations.h (owners and parents), facts.h (what
 * a process is). What may not be seen is left out and counted; what ends meanwhile is no error.
 * Everything is in one arena. Source: namespaces(7), proc_pid_ns(5).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

enum namespace_kind {
	NAMESPACE_KIND_MNT,
	NAMESPACE_KIND_PID,
	NAMESPACE_KIND_NET,
	NAMESPACE_KIND_IPC,
	NAMESPACE_KIND_UTS,
	NAMESPACE_KIND_USER,
	NAMESPACE_KIND_CGROUP,
	NAMESPACE_KIND_TIME,
	NAMESPACE_KIND_COUNT,
};

/* "net" */
const char *namespace_kind_name(enum namespace_kind kind);

/* -EINVAL if there is none of that name. */
int namespace_kind_parse(const char *name, enum namespace_kind *ret);

/* Of one CLONE_NEW…, which is one of them. */
enum namespace_kind namespace_kind_of_type(uint64_t type);
uint64_t namespace_kind_type(enum namespace_kind kind);

struct process_facts;
struct container_name;
struct interfaces;

struct view_process {
	pid_t pid;                                 /* as the mounted /proc counts */
	uint64_t namespaces[NAMESPACE_KIND_COUNT]; /* inodes; 0: not to be seen, or it has ended */
	bool is_hidden;                            /* this user may not see them */
	/* for the process's next children; the same as its own, unless it has chosen others */
	uint64_t pid_for_children, time_for_children;
	const struct process_facts *facts;      /* by facts.h; NULL: not read yet */
	const struct container_name *container; /* by container.h; NULL: not asked for yet */
};

/* Who keeps a namespace, beside the processes in it. */
enum holder_kind {
	HOLDER_KIND_MOUNT,      /* a bind mount of its file */
	HOLDER_KIND_DESCRIPTOR, /* an open descriptor */
	HOLDER_KIND_CHILDREN,   /* a process whose next children will be in it */
	HOLDER_KIND_COUNT,
};

struct view_holder {
	enum holder_kind kind;
	pid_t pid;        /* who has it; of a mount: a process of that mount namespace */
	int descriptor;   /* its number in that process */
	const char *path; /* mount point, relative to that process's root */
};

struct view_namespace {
	enum namespace_kind kind;
	uint64_t inode;
	size_t n_processes;
	struct view_process *first; /* lowest pid; NULL if no process is in it */
	struct view_holder *holders;
	size_t n_holders;
	uint64_t parent, owner; /* inodes; 0: there is none, or it is not to be seen */
	bool has_owner_uid;
	uid_t owner_uid;                     /* of a user namespace: who made it */
	const struct interfaces *interfaces; /* by interfaces.h; NULL: not read yet */
};

/* What is known of the names of containers (names.h). */
struct view_name {
	const char *id;
	const char *name; /* NULL: it has none */
};

struct view_names {
	struct view_name *items;
	size_t n;
};

struct view {
	struct arena *arena;
	struct view_names *names;
	int proc_fd; /* owned */
	struct view_process *processes;
	size_t n_processes; /* by pid */
	size_t n_hidden;    /* of them: their namespaces may not be seen */
	struct view_namespace **namespaces;
	size_t n_namespaces; /* by inode once view_sort() was called */
	struct view_namespace **buckets;
	size_t n_buckets;
};

#define VIEW_INIT ((struct view){ .proc_fd = -1 })
#define AUTO_VIEW __attribute__((cleanup(view_done))) struct view

/* Reads /proc: every process and its namespaces. ret is VIEW_INIT before. */
int view_scan(struct arena *arena, struct view *ret, struct err *err);
void view_done(struct view *view);

/* The first process whose namespaces are to be seen: mostly the machine's, or the container's,
 * first one. NULL without any. */
const struct view_process *view_first_process(const struct view *view);

/* NULL if it was not seen. */
struct view_namespace *view_find(const struct view *view, uint64_t inode);
struct view_process *view_find_process(const struct view *view, pid_t pid);

/* Finds it, or adds it without processes. */
struct view_namespace *view_add(struct view *view, enum namespace_kind kind, uint64_t inode);

void view_sort(struct view *view);
