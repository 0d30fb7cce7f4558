/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: the state of a container as JSON, for people, engines and hooks.
 *
 * Layer 1, roles caller and command. Source: runtime.md, "State", and what runc's `state` and
 * `list` print beyond it (rootfs, created, owner). The container's own record on disk is another
 * format.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"

struct oci_state {
	const char *oci_version; /* of the container's configuration */
	const char *id;
	const char *status; /* "creating", "created", "running", "paused", "stopped" */
	pid_t pid;          /* 0 when stopped */
	const char *bundle;
	const char *rootfs;  /* NULL: left out */
	const char *created; /* oci_time_text(); NULL: left out */
	const char *owner;   /* NULL: left out; "" is what runc prints for root's own in `state` */
	const char *const *annotation_keys; /* arrays of n_annotations */
	const char *const *annotation_values;
	size_t n_annotations;
};

/* One object, indented by two spaces, no newline at its end. */
const char *oci_state_text(struct arena *arena, const struct oci_state *state);

/* A list of such objects on one line, as `list --format json` prints it; none is "[]". */
const char *oci_state_list_text(
	struct arena *arena, const struct oci_state *states, size_t n_states);

/* What a hook reads: one line with the members of the specification only. */
const char *oci_state_hook_text(struct arena *arena, const struct oci_state *state);

/* What a seccomp agent is told together with the descriptors (config-linux.md). */
struct oci_process_state {
	const char *const *fd_names; /* array of n_fds, in the order of the descriptors */
	size_t n_fds;
	pid_t pid;                     /* of the process, as the runtime sees it */
	const char *metadata;          /* NULL: left out */
	const struct oci_state *state; /* of the container; the members of the specification */
};

/* One line. */
const char *oci_process_state_text(struct arena *arena, const struct oci_process_state *state);

/* "2006-01-02T15:04:05.999999999Z": UTC, trailing zeros of the fraction cut (Go's RFC3339Nano). */
const char *oci_time_text(struct arena *arena, struct timespec time);
