/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter: a program in namespaces of another process, whoever made them.
 *
 * Layer 2, role caller. As for exec into a container (exec.c) it is hull-init that joins: nothing
 * that shares memory or program with the caller is ever seen from inside of a pid namespace.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "oci/config.h"

/* Strings are borrowed, NULL where nothing was asked for. */
struct enter_request {
	pid_t target;
	const char *paths[OCI_NAMESPACE_COUNT]; /* files of the namespaces to join; NULL: stay */
	bool joins_cgroups;                     /* the target's groups and their limits */
	const char *root;                       /* the program's root, as seen when all is joined */
	const char *directory;                  /* inside */
	bool has_uid, has_gid;
	uid_t uid; /* inside; without it 0 in a user namespace, else the caller's */
	gid_t gid;
	bool keeps_capabilities; /* also for another user than root */
	bool keeps_groups;       /* the caller's further groups */
	const char *const *args; /* NULL-terminated, at least one */
	const char *const *env;  /* NULL-terminated */
	bool has_terminal;       /* the program gets a terminal of the target's own */
};

/* *ret_status: exit status, 128 + n for signal n. ESRCH: the target has ended. */
int enter_run(const struct enter_request *request, int *ret_status, struct err *err);
