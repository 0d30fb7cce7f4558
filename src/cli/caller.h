/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller: who called, and where the state of its containers is.
 *
 * Layer 3, role command. The administrator's containers are in /run/PROGRAM; an ordinary user's,
 * or those of a user namespace's root that is not meant to be the machine's, in
 * $XDG_RUNTIME_DIR/PROGRAM, then /run/user/UID/PROGRAM, then /tmp/hull-run-UID/PROGRAM.
 * Finding the directory makes nothing: commands that only look, and probes, need no writable one.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct caller {
	const char *program; /* names the directory: "hull-oci" */
	uid_t uid;           /* effective */
	bool is_in_user_namespace;
	const char *user;        /* $USER, or NULL */
	const char *runtime_dir; /* $XDG_RUNTIME_DIR, or NULL */
	const char *current_dir; /* absolute; NULL if it cannot be told */
};

/* Reads the facts from the process. */
struct caller caller_read(struct arena *arena, const char *program);

struct root_dir {
	const char *path; /* absolute, without "." and ".." */
	bool is_private;  /* the default of an ordinary user: nobody else may own it */
};

/*
 * given is --root, or NULL. Errors: -EINVAL for "/"; -EACCES if another user holds the place in
 * /tmp.
 */
int caller_choose_root(const struct caller *caller, struct arena *arena, const char *given,
	struct root_dir *ret, struct err *err);

/*
 * Makes the directory and those above it, mode 0700; a private one also gets the sticky bit, which
 * keeps cleaners of runtime directories away (XDG Base Directory Specification). Errors: -EACCES
 * for one that everyone may write, and for a private one that others own or may replace.
 */
int root_dir_make(const struct root_dir *root, struct err *err);

/* word: "true", "false", "auto" or NULL, as --rootless takes it. */
bool caller_is_rootless(const struct caller *caller, const char *word);
