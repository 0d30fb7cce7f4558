/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside: what can only be asked from inside of a namespace.
 *
 * Layer 3, role command. A short-lived process joins the one namespace and asks; the caller stays
 * where it is. Needs CAP_SYS_ADMIN over the namespace.
 */
#pragma once

#include "inspect/view.h"

/* The host name of a UTS namespace. */
int inside_host_name(struct arena *arena, int ns_fd, const char **ret, struct err *err);

/*
 * The group that is the root of a cgroup namespace, by a process in it: its path, or, where it is
 * another one in each hierarchy, a line for each as in /proc/PID/cgroup. Hierarchies in which the
 * process has left the root are left out; NULL when these are all.
 */
int inside_cgroup_root(const struct view *view, const struct view_process *process, int ns_fd,
	const char **ret, struct err *err);

/* Pure half of it: /proc/PID/cgroup as it is read from outside and from inside. */
const char *inside_cgroup_roots(struct arena *arena, const char *outside, const char *inside);
