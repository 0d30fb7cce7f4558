/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare: a program in new namespaces, without an image and without hull-init.
 *
 * Layer 2, role caller, which becomes the program (or, with fork, its parent): unlike for a
 * container the program is the caller's own and sees the caller's files, so nothing of the caller
 * has to be kept out of its reach. Source: unshare(2), namespaces(7).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/ip_prefix.h"
#include "core/id_map.h"

/* A file on which the namespace is mounted, so that it stays. */
struct unshare_pin {
	uint64_t type; /* one CLONE_NEW… */
	const char *path;
};

/* The addresses of both ends of a pair of interfaces. */
struct unshare_veth {
	struct ip_prefix inside, outside;
};

/* Strings are borrowed, NULL where nothing was asked for. */
struct unshare_request {
	uint64_t types; /* CLONE_NEW…, or-ed */
	const struct unshare_pin *pins;
	size_t n_pins;

	const struct oci_resources *resources; /* limits, with does_fork; NULL: none */
	/* With resources: the name of the group, made below the caller's own, if that is allowed.
	 * The program is in a group of it, so that it can make others beside itself. NULL: a name
	 * of the command's own, and the program is in the group itself. */
	const char *group;
	const struct unshare_veth *veth; /* with CLONE_NEWNET; NULL: none */

	bool does_fork;
	bool forwards_signals; /* SIGINT and SIGTERM, to the child; else they are ignored */
	int death_signal;      /* to the child when the caller dies; 0: none */

	bool has_owner; /* of the user namespace, outside; else the caller */
	uid_t owner_uid;
	gid_t owner_gid;
	struct id_maps maps;
	const char *setgroups; /* "allow", "deny" */
	bool keeps_capabilities;
	bool has_uid, has_gid;
	uid_t uid; /* inside */
	gid_t gid;

	unsigned long propagation; /* of all mounts in a new mount namespace: MS_…; 0: unchanged */
	const char *root;
	const char *directory;           /* inside of root */
	const char *proc;                /* where a procfs is mounted, inside of root */
	const char *binfmt;              /* the same for a binfmt_misc */
	const char *const *interpreters; /* registered there, while the caller's root is the root */
	size_t n_interpreters;

	bool has_monotonic, has_boottime;
	int64_t monotonic_seconds, boottime_seconds;

	const char *const *args; /* of the program, NULL-terminated, at least one */
	const char *const *env;  /* NULL-terminated */

	/* Instead of a program, with does_fork: returns the exit status. What the caller has not
	 * written yet of its streams would be written twice. */
	int (*inside)(void *argument);
	void *inside_argument;
};

/*
 * Returns with does_fork only, when the child has ended (*ret_status: exit status, 128 + n for
 * signal n), else on failure. ENOENT and EACCES of the program itself set *ret_is_program.
 */
int unshare_run(const struct unshare_request *request, int *ret_status, bool *ret_is_program,
	struct err *err);
