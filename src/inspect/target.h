/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: a process or a container as people name it.
 *
 * Layer 3, role command.
 */
#pragma once

#include "inspect/container.h"

struct target {
	struct view_process *process; /* of a container: its first process */
	struct container_name name;   /* engine NULL: named by its number alone */
};

/*
 * "4321", a process; "web", "hull-oci:web", the first 4 digits or more of an engine's id: a
 * container. ESRCH: there is none; EEXIST: several containers begin like that.
 */
int target_find(const struct view *view, const struct container_known *known, size_t n_known,
	const char *text, struct target *ret, struct err *err);

/*
 * "web:7": the process with that number in the container's pid namespace, or as target_find().
 * Needs the relations of the view.
 */
int target_find_inside(const struct view *view, const struct container_known *known, size_t n_known,
	const char *text, struct target *ret, struct err *err);

/* The number that process has in the pid namespace of other; 0 if it has none there. */
pid_t target_number_in(
	const struct view *view, struct view_process *process, struct view_process *other);

/* The first process of a process's container; NULL if it is in none. */
struct view_process *target_first_process(const struct view *view,
	const struct container_known *known, size_t n_known, const struct container_name *name);
