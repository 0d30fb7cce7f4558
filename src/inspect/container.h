/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container: which container a process belongs to.
 *
 * Layer 3, role command. Engines put each container into a cgroup whose name says whose it is;
 * where hull's own records say it, the caller hands their processes over. A namespace that a
 * container shares with the machine's first process, or with the caller, is not the container's.
 */
#pragma once

#include "inspect/view.h"

struct container_name {
	const char *engine; /* "docker", "podman", "unit" (of systemd) …; NULL: no container */
	const char *id;
	const char *name; /* what people called it, if that is something else; NULL: nothing */
};

/* A container that is known otherwise, by the first process in it. */
struct container_known {
	pid_t pid;
	struct container_name name;
};

/* Pure: the text of /proc/PID/cgroup. engine NULL: nothing there that is known. */
struct container_name container_of_cgroup(struct arena *arena, const char *text);

/*
 * known wins over the cgroup: the process itself, the nearest of its ancestors, or whoever has the
 * same mount namespace and not the first process's.
 */
struct container_name container_of(const struct view *view, struct view_process *process,
	const struct container_known *known, size_t n_known);

/* Of a namespace by its first process; none where it is shared with the machine. */
struct container_name container_of_namespace(const struct view *view,
	const struct view_namespace *namespace, const struct container_known *known,
	size_t n_known);

/* "docker:web", or "docker:0123456789ab": engine and name, else the id, a long one cut to 12
 * digits; NULL for none. */
const char *container_text(struct arena *arena, const struct container_name *name);
