/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what the planner has to know of this host and of the paths in a configuration.
 *
 * Layer 2, role caller. facts_read() asks the kernel, once, before anything is changed; from then
 * on the planner decides without a system call, so that it can be tested with facts made by hand.
 * Strings live in the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "oci/config.h"

/* A host path that the configuration names. */
struct path_facts {
	const char *path; /* absolute */
	uint64_t device, inode;
	bool exists;
	bool is_directory;
	bool is_on_root_mount; /* on the mount at "/"; only known where rootfsPropagation asks */
	bool has_namespaces;   /* a directory below which mount namespaces are pinned: a copy of
				  that tree cannot be attached (ELOOP), unless it was made from
				  a copy of all mounts, which has none of them */
	bool is_out_of_reach;  /* for the root of the container's user namespace */
	bool no_follow;        /* a symbolic link at path's end is meant itself */
	const char *link;      /* what that link says; NULL: there is none, or it is followed */
	int open_errno;        /* why it does not exist for us: ENOENT, EACCES … */
};

struct namespace_facts {
	bool is_joined;
	bool is_own;     /* the path leads to the one the caller is in */
	bool is_foreign; /* owned by another user namespace than the caller's */
};

struct host_facts {
	uid_t uid;
	gid_t gid;
	bool is_privileged;     /* CAP_SYS_ADMIN in the user namespace it is in */
	bool in_initial_userns; /* the machine's first: device nodes can be made */
	bool has_template;      /* a pinned namespace of one mount is there to start from */
	bool has_proc_pidns;    /* a procfs can be made for another pid namespace; asked if one is
				   joined */
	const char *lacking_mount_call; /* mount_lacking_call(); NULL: all newer ones are there */
	bool denies_setgroups; /* the user namespace that is joined, where that can be told */
	/* a pidfd; with it a process in the namespaces of a running one joins all of
	 * joined_at_once in one call; that many are not looked at one by one; -1: none */
	int joined_process_fd;
	uint64_t joined_at_once; /* CLONE_NEW… */
	bool has_kcore;
	bool has_apparmor;
	bool has_selinux;
	const char *bundle; /* absolute */
	struct path_facts root;
	bool has_root_tree; /* the root is a detached mount that the caller has; root.path names it
			       only */
	int root_tree_fd;
	struct path_facts
		*sources; /* by index of the configuration's mounts; .path NULL: no bind */
	struct namespace_facts namespaces[OCI_NAMESPACE_COUNT];
	struct cgroup_host cgroups;
	/* the caller may not run on all processors that are online; the bytes are as many as the
	 * kernel's own mask has (sched_getaffinity(2)) */
	bool has_narrow_affinity;
	size_t affinity_bytes;
};

/* Nothing is checked here beyond what can be asked: a missing path is a fact. */
int facts_read(struct arena *arena, const struct oci_config *config, const char *bundle,
	struct host_facts *ret, struct err *err);

/* The root is that detached mount, whatever the configuration names. */
void facts_use_root_tree(struct host_facts *facts, int tree_fd);

/* For more mounts of a running container: as for exec, and the sources. */
void facts_read_for_mounts(struct arena *arena, const struct oci_config *config, const char *bundle,
	struct host_facts *ret);

/*
 * The little that exec needs: the configuration's namespaces have the paths of a running process.
 * process_fd: a pidfd of that process if all of its namespaces are to be joined, which stays the
 * caller's; or -1.
 */
void facts_read_for_exec(const struct oci_config *config, int process_fd, struct host_facts *ret);

/*
 * Whether the user namespace of a process ("/proc/7") is one that an ordinary user made
 * (user_namespaces(7)), in which groups cannot be set. Where that cannot be told: no.
 */
bool facts_denies_setgroups(const char *process_directory);
